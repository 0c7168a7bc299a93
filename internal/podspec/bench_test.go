package podspec_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// A plan of 1,000 instances does each of these a few times for each.
func BenchmarkPod(b *testing.B) {
	yamlText := documents(b)["scheduling"] + documents(b)["sidecar"]
	for form, value := range map[string]types.Dynamic{"object": hcl(b, yamlText), "text": text(yamlText), "null": nothing()} {
		base := flatly(b)
		d := decoded(b, value)
		live := lived(b, merged(b, base, d))
		for name, do := range map[string]func(){
			"Decode":       func() { podspec.Decode(value) },
			"Observed":     func() { podspec.Observed(value, live, podspec.Main) },
			"Equal":        func() { podspec.Equal(d, d, base) },
			"Validate":     func() { podspec.Validate(base, true, d) },
			"Conflicts":    func() { podspec.Conflicts(base, d) },
			"Merge":        func() { _, _ = podspec.Merge(base, d) },
			"WithDefaults": func() { podspec.WithDefaults(base) },
		} {
			b.Run(name+"/"+form, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					do()
				}
			})
		}
	}
}
