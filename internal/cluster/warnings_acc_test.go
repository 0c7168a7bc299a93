package cluster_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// A plan warns of a quota that would refuse every container without limits, and
// makes nothing.
func TestAccCluster_quotaWithoutDefaultsWarns(t *testing.T) {
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, `quota = { cpu = "1" }`))
	if out := terraform.Must(2, "plan", "-detailed-exitcode"); !strings.Contains(out, "Warning: A quota without default limits") {
		t.Errorf("no warning in\n%s", out)
	}
	if err := acctest.Server(t, gone(name))(nil); err != nil {
		t.Errorf("a plan made something: %v", err)
	}
	terraform.Configure(config(name, `
  quota       = { cpu = "1" }
  limit_range = { container = { default = { cpu = "100m" } } }`))
	if out := terraform.Must(2, "plan", "-detailed-exitcode"); strings.Contains(out, "Warning") {
		t.Errorf("a warning in\n%s", out)
	}
}

// What the API server warns of is a warning of Terraform's.
func TestAccCluster_serverWarningsAreShown(t *testing.T) {
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	terraform.Must(0, "apply", "-auto-approve")
	if _, err := acctest.Client(t).CoreV1().Pods(name).Create(t.Context(), privileged(), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	terraform.Configure(config(name, `
  force_destroy = true
  labels        = { "pod-security.kubernetes.io/enforce" = "restricted" }`))
	out := terraform.Must(0, "apply", "-auto-approve")
	if !strings.Contains(out, "Warning: The API server warns about Namespace "+name) || !strings.Contains(out, "allowPrivilegeEscalation != false") {
		t.Errorf("no warning in\n%s", out)
	}
	terraform.Must(0, "destroy", "-auto-approve")
}

func privileged() *corev1.Pod {
	yes := true
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "privileged"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: "example.com/app", SecurityContext: &corev1.SecurityContext{Privileged: &yes},
		}}},
	}
}
