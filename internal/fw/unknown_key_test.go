package fw_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// The golden files are what a person reads in the terminal.
func TestUnknownKey_golden(t *testing.T) {
	for name, key := range map[string]fw.UnknownKey{
		"unknown_key_meant": {Name: "memry", In: "quota", Has: []string{"cpu", "memory"}, Nearest: "memory", File: "main.tf", Line: 7},
		"unknown_key":       {Name: "speed", In: "quota", Has: []string{"cpu", "memory"}, File: "modules/team/main.tf.json", Line: 7},
	} {
		t.Run(name, func(t *testing.T) {
			summary, detail := key.Warning()
			got := "Warning: " + summary + "\n\n" + detail + "\n"
			golden := filepath.Join("testdata", "errors", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
