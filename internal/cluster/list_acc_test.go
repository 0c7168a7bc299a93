package cluster_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func querying(label string, arguments ...string) string {
	return fmt.Sprintf("list \"mar_cluster\" %q {\n  provider = mar\n  %s\n}\n", label, strings.Join(arguments, "\n  "))
}

func searching(arguments ...string) string {
	return "config {\n    " + strings.Join(arguments, "\n    ") + "\n  }"
}

// TestAccClusterList_generatedConfigurationPlansEmpty holds that namespaces with
// children that others made, and one with our own, come under management as they
// are.
func TestAccClusterList_generatedConfigurationPlansEmpty(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Query)
	theirs, ours, mark := elsewhere(t), acctest.ClusterName(t), acctest.ClusterName(t)
	label := fmt.Sprintf(`{"metadata":{"labels":{"found-by":%q}}}`, mark)
	if err := patchNamespace(t.Context(), theirs.client, theirs.name, label); err != nil {
		t.Fatal(err)
	}
	before := theirs.snapshot(t)
	maker := acctest.NewCLI(t)
	maker.Configure(fullCluster(ours, mark))
	maker.Must(0, "apply", "-auto-approve")

	terraform := acctest.NewCLI(t)
	terraform.Configure("")
	terraform.Write("find.tfquery.hcl", querying("all", searching(fmt.Sprintf("label_selector = \"found-by=%s\"", mark))))
	terraform.Must(0, "query", "-generate-config-out=found.tf")
	output := terraform.Must(0, "apply", "-auto-approve")
	if !strings.Contains(output, "2 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("not two imported and nothing else, but\n%s\nof\n%s", output, terraform.Read("found.tf"))
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	if diff := cmp.Diff(before, theirs.snapshot(t)); diff != "" {
		t.Errorf("what others made was touched: -before +after:\n%s", diff)
	}
}

// fullCluster has one of everything that goes into a cluster.
func fullCluster(name, mark string) string {
	return fmt.Sprintf(`
resource "mar_cluster" "test" {
  name   = %[1]q
  region = "eu-west-1"
  labels = { found-by = %[2]q }
  quota  = { cpu = "4000m", memory = "8192Mi", instances = 10, extra = { "count/jobs.batch" = "5" } }
  scoped_quotas = {
    batch = { scopes = ["Terminating"], cpu = "2" }
  }
  limit_range = { container = { default = { cpu = "500m", memory = "256Mi" } } }
  network = {
    ingress = { default = "deny", rules = [{ cidr = "10.0.0.0/8", ports = ["443"] }] }
  }
  service_accounts = ["deployer"]
  access = {
    deploy = { role = "edit", service_accounts = ["%[1]s/deployer"] }
    read   = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get", "list"] }], users = ["jane"] }
  }
  pod_security = { enforce = "baseline" }
}
`, name, mark)
}

// TestAccClusterList_selectsAndReadsNoMoreThanIsWanted holds it for pages of two.
func TestAccClusterList_selectsAndReadsNoMoreThanIsWanted(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Query)
	names, selector := someClusters(t, map[string]string{}, map[string]string{"topology.kubernetes.io/region": "here"}, map[string]string{}, map[string]string{}, map[string]string{})
	var requests atomic.Int32
	proxied := acctest.FaultyProxy(t, func(*http.Request) acctest.Fault {
		requests.Add(1)
		return acctest.PagesOf(2)
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(proxied)
	chosen := fmt.Sprintf("label_selector = %q", selector)
	terraform.Write("find.tfquery.hcl", querying("four", "limit = 4", searching(chosen)))
	if output := terraform.Must(0, "query"); strings.Count(output, "list.mar_cluster.four ") != 4 {
		t.Errorf("not four:\n%s", output)
	}
	if got := requests.Load(); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
	terraform.Write("find.tfquery.hcl", querying("here", searching(chosen, `region = "here"`))+querying("system", searching(`label_selector = "kubernetes.io/metadata.name in (default, kube-system)"`)))
	if output := terraform.Must(0, "query"); strings.Count(output, "  name=") != 1 || !strings.Contains(output, names[1]+" (here)") {
		t.Errorf("not only %s:\n%s", names[1], output)
	}
}
