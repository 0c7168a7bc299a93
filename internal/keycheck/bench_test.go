package keycheck_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/keycheck"
)

// A hundred files, ten of them with the provider's blocks, are read within 10 ms.
func BenchmarkRead(b *testing.B) {
	files := map[string]string{}
	for i := range 100 {
		var all strings.Builder
		for j := range 20 {
			fmt.Fprintf(&all, "resource \"other_thing\" \"t%d\" {\n  name = \"x-%d\"\n  tags = { a = var.a, b = \"b\" }\n}\n", j, j)
		}
		if i%10 == 0 {
			for j := range 5 {
				fmt.Fprintf(&all, "resource \"mar_instance\" \"i%d\" {\n  cluster = mar_cluster.c.name\n  name = \"web-%d\"\n  image = \"web:1\"\n  cpu = \"500m\"\n  env = { A = \"1\", B = var.b }\n  health_checks = { liveness = { path = \"/\", port = \"http\", peroid = \"3s\" } }\n}\n", j, j)
			}
		}
		files[fmt.Sprintf("f%d.tf", i)] = all.String()
	}
	folder, all := write(b, files), schemas(b)
	for b.Loop() {
		if got := keycheck.Read(folder, filepath.Join(folder, ".terraform"), all); len(got) == 0 {
			b.Fatal("found nothing")
		}
	}
}
