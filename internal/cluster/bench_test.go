package cluster

import "testing"

func BenchmarkDesired(b *testing.B) {
	m := configurations()["full"]
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := desiredOf(b.Context(), m, adopted{}); diags.HasError() {
			b.Fatal(diags)
		}
	}
}

func BenchmarkObserved(b *testing.B) {
	m := configurations()["full"]
	want, _ := desiredOf(b.Context(), m, adopted{})
	o := served(b, want)
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := modelOf(b.Context(), o, m, adopted{}); diags.HasError() {
			b.Fatal(diags)
		}
	}
}
