package examples_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

var listBlocks = regexp.MustCompile(`list "(mar_\w+)" "(\w+)"`)

// testQuery makes what the example looks for, and has it found. What it finds in a
// cluster of its own is imported too, by the configuration that is generated.
func testQuery(t *testing.T, files map[string]string) {
	t.Helper()
	t.Parallel()
	acctest.Needs(t, acctest.Query)
	acctest.NeedsEmbedded(t)
	c := configurationOf(t, files)
	labelNamespace(t, acctest.Namespace(t), `{"metadata":{"labels":{"stage":"prod","topology.kubernetes.io/region":"us-east-1","app.kubernetes.io/managed-by":"terraform-provider-mar"}}}`)
	for _, cluster := range c.names {
		makeReadyPod(t, cluster, "web", map[string]string{"team": "shop"})
		makeReadyPod(t, cluster, "db", map[string]string{"team": "data"})
	}
	terraform := command(t, c)
	output := terraform.Must(0, "query")
	for _, match := range listBlocks.FindAllStringSubmatch(c.text(), -1) {
		if found := "list." + match[1] + "." + match[2] + " "; match[2] != "failed" && !strings.Contains(output, found) {
			t.Errorf("%s finds nothing:\n%s", found, output)
		}
	}
	if len(c.names) == 0 {
		return
	}
	for name, text := range c.files {
		// What other tests run would be imported as well.
		terraform.Write(name, regexp.MustCompile(`(?s)\n# What has failed.*`).ReplaceAllString(text, ""))
	}
	terraform.Must(0, "query", "-generate-config-out=found.tf")
	if output := terraform.Must(0, "apply", "-auto-approve"); !strings.Contains(output, "1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("not one instance and nothing else:\n%s\nof\n%s", output, terraform.Read("found.tf"))
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}
