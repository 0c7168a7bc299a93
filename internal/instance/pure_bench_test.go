package instance

import "testing"

func BenchmarkDesired(b *testing.B) {
	for name, m := range map[string]model{"minimal": planned(), "full": plannedFull()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := desired(b.Context(), m, making{Nonce: "nonce"}); diags.HasError() {
					b.Fatal(diags)
				}
			}
		})
	}
}

func BenchmarkObserved(b *testing.B) {
	for name, m := range map[string]model{"minimal": planned(), "full": plannedFull()} {
		b.Run(name, func(b *testing.B) {
			pod := living(b)(desired(b.Context(), m, making{Nonce: "nonce"}))
			b.ReportAllocs()
			for b.Loop() {
				observed(pod, m, nil)
			}
		})
	}
}
