package fw_test

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// The golden files have what the user reads in the terminal.
func TestUnknownKey_golden(t *testing.T) {
	for name, key := range map[string]fw.UnknownKey{
		"unknown_key_meant":  {Name: "memry", In: "quota", Has: []string{"cpu", "memory"}, Nearest: "memory", File: "main.tf", Line: 7},
		"unknown_key_unsure": {Name: "memry", In: "quota", Has: []string{"cpu", "memory"}, Nearest: "memory", File: "main.tf", Line: 7, Unsure: true},
		"unknown_key":        {Name: "speed", In: "quota", Has: []string{"cpu", "memory"}, File: "modules/team/main.tf.json", Line: 7},
	} {
		t.Run(name, func(t *testing.T) {
			summary, detail := key.Warning()
			assert.Check(t, golden.String("Warning: "+summary+"\n\n"+detail+"\n", "errors/"+name+".txt"))
		})
	}
}
