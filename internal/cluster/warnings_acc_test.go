package cluster_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// A plan warns of a quota that would refuse every container without limits, and
// makes nothing.
func TestAccCluster_quotaWithoutDefaultsWarns(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, `quota = { cpu = "1" }`))
	if out := terraform.Must(2, "plan", "-detailed-exitcode"); !strings.Contains(out, "Warning: A quota without default limits") {
		t.Errorf("no warning in\n%s", out)
	}
	if err := acctest.Server(t, gone(name))(nil); err != nil {
		t.Errorf("a plan made something: %v", err)
	}
	terraform.Configure(config(name, `quota = { cpu = "1", requests_memory = "1Gi" }`))
	if out := oneSpaced(strings.ReplaceAll(terraform.Must(2, "plan", "-detailed-exitcode"), "│", " ")); !strings.Contains(out, "The quota limits cpu, requests_memory, but limit_range has no default") {
		t.Errorf("not all of it in\n%s", out)
	}
	terraform.Configure(config(name, `
  quota       = { cpu = "1", requests_cpu = "1" }
  limit_range = { container = { default = { cpu = "100m" } } }`))
	if out := terraform.Must(2, "plan", "-detailed-exitcode"); strings.Contains(out, "Warning") {
		t.Errorf("a warning in\n%s", out)
	}
}

// What the API server warns of is a warning of Terraform's.
func TestAccCluster_serverWarningsAreShown(t *testing.T) {
	t.Parallel()
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

// A quota below what is used is applied, and the plan warns with both figures.
func TestAccCluster_quotaBelowUseWarnsAndIsApplied(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	client := acctest.Client(t)
	terraform := acctest.NewCLI(t)
	body := func(services, secrets, scoped int) string {
		return config(name, fmt.Sprintf(`
  force_destroy = true
  quota         = { services = %d, extra = { "count/secrets" = "%d" } }
  scoped_quotas = { lasting = { scopes = ["NotTerminating"], instances = %d } }`, services, secrets, scoped))
	}
	terraform.Configure(body(5, 5, 5))
	terraform.Must(0, "apply", "-auto-approve")
	for i := range 2 {
		service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("web-%d", i)}, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}
		if _, err := client.CoreV1().Services(name).Create(t.Context(), service, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	acctest.Eventually(t, "the quota's count", func(ctx context.Context) (bool, error) {
		quota, err := client.CoreV1().ResourceQuotas(name).Get(ctx, "mar-quota", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		used := quota.Status.Used[corev1.ResourceServices]
		return used.Value() == 2, nil
	})
	// What is used changes by itself, and so is no difference to a refresh.
	terraform.Must(0, "plan", "-refresh-only", "-detailed-exitcode")

	terraform.Configure(body(1, 5, 4))
	out := oneSpaced(strings.ReplaceAll(terraform.Must(2, "plan", "-detailed-exitcode"), "│", " "))
	if !strings.Contains(out, "Warning: ResourceQuota "+name+"/mar-quota is set below what is used") || !strings.Contains(out, "services: 1, and 2 used") || strings.Count(out, "Warning:") != 1 {
		t.Errorf("the warning alone isn't in\n%s", out)
	}
	terraform.Must(0, "apply", "-auto-approve")
	if err := expectQuota(t.Context(), client, name, map[string]string{"services": "1", "count/secrets": "5"}); err != nil {
		t.Error(err)
	}
	if out := terraform.Must(0, "plan", "-detailed-exitcode"); strings.Contains(out, "Warning") {
		t.Errorf("it is said again:\n%s", out)
	}
	terraform.Must(0, "destroy", "-auto-approve")
}

// A level that instances break is set all the same, and the server's warning of
// them is shown.
func TestAccCluster_podSecurityWarnsOfViolatingInstances(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, "force_destroy = true"))
	terraform.Must(0, "apply", "-auto-approve")
	if _, err := acctest.Client(t).CoreV1().Pods(name).Create(t.Context(), privileged(), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	terraform.Configure(config(name, "force_destroy = true\n pod_security = { enforce = \"baseline\", version = \"latest\" }"))
	out := terraform.Must(0, "apply", "-auto-approve")
	if !strings.Contains(out, "Warning: The API server warns about Namespace "+name) || !strings.Contains(oneSpaced(strings.ReplaceAll(out, "│", " ")), "privileged: privileged") {
		t.Errorf("no warning in\n%s", out)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Must(0, "destroy", "-auto-approve")
}

// A policy's warning about what is made comes with a create, too.
func TestAccCluster_createShowsTheServersWarnings(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	warnOfNamespace(t, name)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	out := oneSpaced(strings.ReplaceAll(terraform.Must(0, "apply", "-auto-approve"), "│", " "))
	if !strings.Contains(out, "Warning: The API server warns about Namespace "+name) || !strings.Contains(out, "nobody pays for it") {
		t.Errorf("no warning in\n%s", out)
	}
	terraform.Must(0, "destroy", "-auto-approve")
}

// warnOfNamespace makes an admission policy that warns of that one Namespace, and
// blocks until it does.
func warnOfNamespace(t *testing.T, name string) {
	t.Helper()
	admission(t, name, "namespaces", admissionregistrationv1.Validation{Expression: fmt.Sprintf("object.metadata.name != %q", name), Message: "nobody pays for it"}, admissionregistrationv1.Warn)
	connection, err := clientcmd.BuildConfigFromFlags("", acctest.Kubeconfig(t))
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	connection.WarningHandler = rest.NewWarningWriter(&said, rest.WarningWriterOptions{})
	listening, err := kubernetes.NewForConfig(connection)
	if err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "the policy's warning", func(ctx context.Context) (bool, error) {
		_, err := listening.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return said.Len() > 0, err
	})
}
