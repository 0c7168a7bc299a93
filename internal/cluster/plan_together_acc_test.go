package cluster_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func strictly(more string) string {
	return fmt.Sprintf("provider \"mar\" {\n  plan_validation = \"strict\"\n  %s\n}\n", more)
}

// A plan says that a cluster's name is taken, whoever has it: another state's cluster, and what a
// killed create has left, too. The cluster that a plan replaces isn't in its own way.
func TestAccCluster_planSaysThatTheNameIsTaken(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	owner, other := acctest.NewCLI(t), acctest.NewCLI(t)
	owner.Configure(config(name, ""))
	owner.Must(0, "apply", "-auto-approve")
	other.Configure(config(name, ""))
	said := acctest.Diagnostics(t, other.Must(0, "plan", "-json", "-lock=false"))
	if len(said) != 1 || said[0].Severity != "warning" || said[0].Summary != "Apply would find the name taken" || !strings.Contains(said[0].Detail, "import {") {
		t.Errorf("of a cluster of another state the plan says %v", said)
	}
	if output, code := other.Run("apply", "-auto-approve"); code != 1 || !strings.Contains(output, "already exists") {
		t.Errorf("the apply ends with %d:\n%s", code, output)
	}
	for what, args := range map[string][]string{"replaced": {"-replace=mar_cluster.test"}, "kept": nil} {
		if said := acctest.Diagnostics(t, owner.Must(0, append([]string{"plan", "-json", "-lock=false"}, args...)...)); len(said) > 0 {
			t.Errorf("of its own cluster, %s, it says %v", what, said)
		}
	}
	owner.Must(0, "taint", "mar_cluster.test")
	if said := acctest.Diagnostics(t, owner.Must(0, "plan", "-json", "-lock=false")); len(said) > 0 {
		t.Errorf("of its own cluster, tainted, it says %v", said)
	}
	// This is what a create leaves that was killed before its state was written.
	owner.Must(0, "state", "rm", "mar_cluster.test")
	if said := acctest.Diagnostics(t, owner.Must(0, "plan", "-json", "-lock=false")); len(said) != 1 || said[0].Summary != "Apply would find the name taken" {
		t.Errorf("of what a killed create has left it says %v", said)
	}
}

// Another name of the field manager takes over what was written under the former one, and so
// conflicts with nothing, whatever else the same plan changes.
func TestAccCluster_planWithAnotherFieldManager(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	whole := func(manager, cpu, key, image string) string {
		return strictly(manager) + fmt.Sprintf(`
resource "mar_cluster" "test" {
  name             = %[1]q
  labels           = { kept = "1", %[3]s = "1" }
  annotations      = { %[3]s = "1" }
  quota            = { cpu = %[2]q, memory = "1Gi" }
  limit_range      = { container = { default = { cpu = %[2]q, memory = "64Mi" } } }
  service_accounts = ["robot"]
  access           = { ops = { role = "view", users = [%[3]q] } }
  network          = { ingress = { default = %[4]q } }
  pod_security     = { enforce = %[5]q }
}
resource "mar_instance" "test" {
  cluster     = mar_cluster.test.name
  name        = "web"
  image       = %[6]q
  labels      = { kept = "1", %[3]s = "1" }
  annotations = { %[3]s = "1" }
}`, name, cpu, key, map[string]string{"1": "deny", "2": "allow"}[cpu], map[string]string{"1": "restricted", "2": "baseline"}[cpu], image)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(whole("", "1", "a", "registry.k8s.io/pause:3.10"))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(whole(`field_manager = "other"`, "2", "b", "registry.k8s.io/pause:3.9"))
	if said := acctest.Diagnostics(t, terraform.Must(0, "plan", "-json", "-lock=false")); len(said) > 0 {
		t.Errorf("it says %v", said)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	namespace, err := acctest.Client(t).CoreV1().Namespaces().Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, left := namespace.Labels["a"]; left || namespace.Labels["b"] != "1" {
		t.Errorf("the labels are %v", namespace.Labels)
	}
	terraform.Must(0, "destroy", "-auto-approve")
}

// A cluster's own quota counts its children, and a plan may raise it for them.
func TestAccCluster_planRaisesTheQuotaOfItsOwnChildren(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	body := func(most, accounts string) string {
		return strictly("") + config(name, fmt.Sprintf(`
  quota            = { extra = { "count/serviceaccounts" = %q } }
  service_accounts = [%s]`, most, accounts))
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(strictly("") + config(name, ""))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(body("1", ""))
	terraform.Must(0, "apply", "-auto-approve")
	// Kubernetes counts from a cache. An account that is as young as its quota may be missing in it, and
	// isn't counted for minutes. So the account comes first, and the test waits until it is counted.
	acctest.Eventually(t, "the default ServiceAccount to be counted", func(ctx context.Context) (bool, error) {
		quota, err := acctest.Client(t).CoreV1().ResourceQuotas(name).Get(ctx, "mar-quota", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		used := quota.Status.Used["count/serviceaccounts"]
		return used.Value() == 1, nil
	})
	terraform.Configure(body("1", `"robot"`))
	said := acctest.Diagnostics(t, terraform.Must(1, "plan", "-json", "-lock=false"))
	if len(said) != 1 || !strings.Contains(said[0].Detail, "count/serviceaccounts") {
		t.Errorf("of a full quota it says %v", said)
	}
	terraform.Configure(body("2", `"robot"`))
	if said := acctest.Diagnostics(t, terraform.Must(0, "plan", "-json", "-lock=false")); len(said) > 0 {
		t.Errorf("of a quota that is raised it says %v", said)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "destroy", "-auto-approve")
}

// Nothing is said of instances whose cluster the same plan makes, or makes anew.
func TestAccCluster_planMakesTheClusterOfItsInstances(t *testing.T) {
	t.Parallel()
	name, next := acctest.ClusterName(t), acctest.ClusterName(t)
	body := func(name, more string) string {
		return strictly("") + fmt.Sprintf(`
resource "mar_cluster" "test" {
  name          = %q
  force_destroy = true
  %s
}
resource "mar_instance" "test" {
  cluster = mar_cluster.test.name
  name    = "web"
  image   = "registry.k8s.io/pause:3.10"
  cpu     = "2"
}`, name, more)
	}
	terraform := acctest.NewCLI(t)
	quiet := func(what string, args ...string) {
		t.Helper()
		if said := acctest.Diagnostics(t, terraform.Must(0, append([]string{"plan", "-json", "-lock=false"}, args...)...)); len(said) > 0 {
			t.Errorf("%s: it says %v", what, said)
		}
	}
	terraform.Configure(body(name, ""))
	quiet("made")
	terraform.Must(0, "apply", "-auto-approve")
	quiet("replaced on demand", "-replace=mar_cluster.test")
	terraform.Configure(body(next, ""))
	quiet("renamed")
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Must(0, "taint", "mar_cluster.test")
	quiet("tainted")
	terraform.Must(0, "destroy", "-auto-approve")
}

// What another attribute says isn't held against this one.
func TestAccCluster_planPointsAtTheAttributeThatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ provider, body, at string }{
		"Pod Security in the provider's labels": {`default_labels = { "pod-security.kubernetes.io/enforce" = "baseline" }`, `pod_security = { enforce = "restricted" }`, "pod_security"},
		"Pod Security in labels":                {"", "pod_security = { enforce = \"restricted\" }\n  labels = { \"pod-security.kubernetes.io/enforce\" = \"baseline\" }", "labels"},
	} {
		terraform := acctest.NewCLI(t)
		terraform.Configure(strictly(c.provider) + config(acctest.ClusterName(t), c.body))
		output, _ := terraform.Run("plan", "-json", "-lock=false")
		said := acctest.Diagnostics(t, output)
		if len(said) != 1 || !strings.HasPrefix(strings.TrimSpace(said[0].Snippet.Code), c.at) {
			t.Errorf("%s: it says %v", name, said)
		}
	}
}
