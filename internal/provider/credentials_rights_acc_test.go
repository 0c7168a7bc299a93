package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/rights"
)

// TestAccCredentials_takeTheirRole holds that the published role for credentials is
// what opening them takes: with it alone they are given, and without each of its
// rights the error names that right.
func TestAccCredentials_takeTheirRole(t *testing.T) {
	acctest.Needs(t, acctest.EphemeralResources)
	cluster := account(t)
	config := fmt.Sprintf(`
ephemeral "mar_cluster_credentials" "test" {
  cluster         = %q
  service_account = "deployer"
}
`, cluster)
	terraform := acctest.NewCLI(t)
	rules := rights.IssueCredentials().Rules()
	terraform.Configure(acctest.WithRights(t, rules...) + config)
	terraform.Must(0, "plan")
	for _, right := range rights.Each(rules) {
		terraform.Configure(acctest.WithRights(t, rights.Less(rules, right)...) + config)
		output := strings.Join(strings.Fields(terraform.Must(1, "plan")), " ")
		if !strings.Contains(output, `cannot `+right.Verb+` resource "`+right.Resource) {
			t.Errorf("without %s:\n%s", right, output)
		}
	}
}
