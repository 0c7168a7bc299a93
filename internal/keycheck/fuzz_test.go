package keycheck_test

import (
	"math/rand/v2"
	"testing"
)

// The provider continues whatever a file contains.
func FuzzRead(f *testing.F) {
	for _, config := range []string{
		cluster(`quota = { cpus = 1 }`),
		cluster(`scoped_quotas = { for k in var.names : k => merge({ scpes = [] }, try(x...)) }`),
		cluster("quota = \"${{ \"a${b}\" = 1, (c) : [] }}\"\nname = <<-EOT\n  x\nEOT"),
		instance(`health_checks = var.a ? { liveness = {} } : { "readiness" = [{}] }`),
		"action \"mar_instance_stop\" \"x\" {\n  config {\n    timeouts = {}\n  }\n}\n",
		`{"resource": {"mar_cluster": {"c": [{"quota": {"//": "x", "cpus": 1, "${x}": [null, {}]}}]}}}`,
		`{"resource": [{"mar_cluster": []}, 1]}`,
		"\ufeff\r\nmar_\x00",
	} {
		f.Add([]byte(config))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, name := range []string{"main.tf", "main.tf.json", "x.tfquery.hcl"} {
			read(t, write(t, map[string]string{name: string(content), ".terraform/modules/modules.json": string(content)}))
		}
	})
}

// Files that are broken anywhere cause no failure: half written, truncated, pasted together.
func TestRead_survivesBrokenFiles(t *testing.T) {
	t.Parallel()
	const seed = 15
	random := rand.New(rand.NewPCG(seed, seed))
	valid := cluster("quota = { cpus = \"${1 + 1}\" }\nscoped_quotas = { for k in var.names : k => merge({ scpes = [] }, try(x...)) }")
	inJSON := `{"resource": {"mar_cluster": {"c": [{"quota": {"//": "x", "cpus": 1, "${x}": [null, {}]}}]}}}`
	for range 300 {
		files := map[string]string{}
		for name, content := range map[string]string{"a.tf": valid, "b.tf.json": inJSON, ".terraform/modules/modules.json": `{"Modules": [{"Dir": "."}]}`} {
			broken := []byte(content)
			for range 1 + random.IntN(3) {
				at := random.IntN(len(broken))
				switch random.IntN(3) {
				case 0:
					broken[at] = byte(random.IntN(256))
				case 1:
					broken = append(broken[:at:at], broken[min(len(broken), at+random.IntN(9)):]...)
				case 2:
					broken = append(broken[:at:at], append([]byte(`{"${[(`[random.IntN(6):]), broken[at:]...)...)
				}
				broken = append(broken, "mar_"...)
			}
			files[name] = string(broken)
		}
		read(t, write(t, files))
	}
}
