package cluster

import (
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
)

func BenchmarkDesired(b *testing.B) {
	m := configurations()["full"]
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := objects.DesiredOf(b.Context(), m, child.Adopted{}); diags.HasError() {
			b.Fatal(diags)
		}
	}
}

func BenchmarkObserved(b *testing.B) {
	m := configurations()["full"]
	want, _ := objects.DesiredOf(b.Context(), m, child.Adopted{})
	o := served(b, want)
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := objects.ModelOf(b.Context(), o, m, child.Adopted{}); diags.HasError() {
			b.Fatal(diags)
		}
	}
}
