package manifest

import (
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func BenchmarkDesired(b *testing.B) {
	for name, m := range map[string]model.Instance{"minimal": fixture.Planned(), "full": fixture.PlannedFull()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := Desired(b.Context(), m, Options{Nonce: "nonce"}); diags.HasError() {
					b.Fatal(diags)
				}
			}
		})
	}
}

func BenchmarkObserved(b *testing.B) {
	for name, m := range map[string]model.Instance{"minimal": fixture.Planned(), "full": fixture.PlannedFull()} {
		b.Run(name, func(b *testing.B) {
			pod := fixture.Living(b)(Desired(b.Context(), m, Options{Nonce: "nonce"}))
			b.ReportAllocs()
			for b.Loop() {
				Observed(pod, m, nil)
			}
		})
	}
}
