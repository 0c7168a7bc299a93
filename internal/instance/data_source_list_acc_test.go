package instance_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const foundAll = "data.mar_instances.test"

func listing(cluster string, arguments ...string) string {
	return fmt.Sprintf("data \"mar_instances\" \"test\" {\n  cluster = %q\n  %s\n}\n", cluster, strings.Join(arguments, "\n  ")) + `
output "names" {
  value = join(" ", data.mar_instances.test.instances[*].name)
}
`
}

// runPods makes Pods without the provider, changed by the edit, and waits until each
// has the phase.
func runPods(t *testing.T, cluster string, phase corev1.PodPhase, edit func(*corev1.Pod), names ...string) {
	t.Helper()
	client := acctest.Client(t)
	for _, name := range names {
		err := makePod(t.Context(), client, cluster, func(pod *corev1.Pod) {
			pod.Name = name
			edit(pod)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		acctest.Eventually(t, name+" to be "+string(phase), func(ctx context.Context) (bool, error) {
			pod, err := client.CoreV1().Pods(cluster).Get(ctx, name, metav1.GetOptions{})
			return err == nil && pod.Status.Phase == phase, err
		})
	}
}

func TestAccInstancesDataSource_selectsAndSorts(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, owner := acctest.Namespace(t), "the-set"
	team := func(name string) func(*corev1.Pod) {
		return func(pod *corev1.Pod) { pod.Labels = map[string]string{"team": name} }
	}
	runPods(t, cluster, corev1.PodRunning, team("shop"), "web-2", "web-1")
	runPods(t, cluster, corev1.PodFailed, func(pod *corev1.Pod) {
		team("shop")(pod)
		pod.Annotations = map[string]string{behavior + "behavior": "evicted"}
	}, "old")
	runPods(t, cluster, corev1.PodRunning, func(pod *corev1.Pod) {
		team("api")(pod)
		set, err := acctest.Client(t).CoreV1().ConfigMaps(cluster).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: owner}}, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner, UID: set.UID, Controller: ptr.To(true)}}
	}, "controlled")

	finds := func(names string, arguments ...string) resource.TestStep {
		return resource.TestStep{Config: listing(cluster, arguments...), Check: resource.TestCheckOutput("names", names)}
	}
	test(
		t,
		resource.TestStep{Config: listing(cluster, `status = "Sleeping"`), ExpectError: regexp.MustCompile(`must be one of`)},
		resource.TestStep{Config: listing(cluster, `label_selector = "team in shop"`), ExpectError: regexp.MustCompile(`Invalid value for a label selector`)},
		finds("old web-1 web-2"),
		finds("controlled old web-1 web-2", "include_controlled = true"),
		finds("web-1 web-2", `status = "Running"`),
		finds("", `status = "Unknown"`),
		finds("old", `label_selector = "team=shop"`, `status = "Failed"`),
		finds("", `label_selector = "team notin (shop)"`),
		finds("controlled", `label_selector = "team notin (shop)"`, "include_controlled = true"),
	)
}

// An element is what mar_instance shows of the same instance.
func TestAccInstancesDataSource_showsWhatMarInstanceShows(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster, `cpu = "2000m"`, `memory = "1Gi"`, `labels = { team = "shop" }`)
	test(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			Config: config + lookup(cluster) + listing(cluster) + `
output "differences" {
  value = join(" ", [for key, value in data.mar_instances.test.instances[0] : key if data.mar_instance.test[key] != value])
}`,
			Check: checks(
				resource.TestCheckResourceAttr(foundAll, "instances.#", "1"),
				resource.TestCheckResourceAttr(foundAll, "instances.0.id", cluster+"/web"),
				resource.TestCheckResourceAttr(foundAll, "instances.0.ready", "true"),
				resource.TestCheckResourceAttr(foundAll, "instances.0.cpu", "2"),
				resource.TestCheckResourceAttr(foundAll, "instances.0.labels.team", "shop"),
				resource.TestCheckResourceAttrSet(foundAll, "instances.0.started_at"),
				resource.TestCheckOutput("differences", ""),
			),
		},
	)
}

// Promise 9: a list costs as many requests as it has pages, and no instance costs one
// of its own. The proxy has the API server serve pages of two.
func TestAccInstancesDataSource_readsPageByPage(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	runPods(t, cluster, corev1.PodRunning, func(*corev1.Pod) {}, "e", "d", "c", "b", "a")
	var requests atomic.Int32
	proxied := acctest.FaultyProxy(t, func(*http.Request) acctest.Fault {
		requests.Add(1)
		return acctest.PagesOf(2)
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(proxied + listing(cluster))
	if output := terraform.Must(0, "apply", "-auto-approve"); !strings.Contains(output, `names = "a b c d e"`) {
		t.Errorf("not the five instances in order:\n%s", output)
	}
	// Three pages of Pods, and one of the templates that stopped instances are.
	if got := requests.Load(); got != 4 {
		t.Errorf("%d requests, want 4", got)
	}
}

// An empty cluster has no instances; one that isn't there is an error.
func TestAccInstancesDataSource_missingClusterIsAnError(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(
		t,
		resource.TestStep{Config: listing(cluster + "-missing"), ExpectError: regexp.MustCompile(`(?s)No such cluster.*There is no Namespace\s+` + cluster + `-missing`)},
		resource.TestStep{Config: listing(cluster), Check: resource.TestCheckResourceAttr(foundAll, "instances.#", "0")},
	)
}

// Promise 10: the right to list Pods is enough, and its lack is named.
func TestAccInstancesDataSource_leastPrivilege(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	may := func(verb, resource string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{resource}, Verbs: []string{verb}}
	}
	test(
		t,
		resource.TestStep{
			Config:      acctest.WithRights(t, may("get", "pods")) + listing(cluster),
			ExpectError: regexp.MustCompile(`(?s)Could not list the instances of the cluster ` + cluster + `.*cannot\s+list\s+resource\s+"pods".*lack\s+this\s+permission`),
		},
		// Whether the cluster is there can't be told then.
		resource.TestStep{
			Config: acctest.WithRights(t, may("list", "pods")) + listing(cluster),
			Check:  resource.TestCheckResourceAttr(foundAll, "instances.#", "0"),
		},
	)
}

func TestAccInstancesDataSource_listsStoppedOnes(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	for arguments, names := range map[string]string{
		"":                         "db web",
		`status = "Stopped"`:       "web",
		`status = "Running"`:       "db",
		`label_selector = "a=b"`:   "web",
		`label_selector = "app=x"`: "",
	} {
		config := instanceConfig(cluster, stopped, `labels = { a = "b" }`) +
			fmt.Sprintf("resource \"mar_instance\" \"db\" {\n  cluster = %q\n  name = \"db\"\n  image = %q\n}\n", cluster, image) +
			strings.Replace(listing(cluster, arguments), "\n}", "\n  depends_on = [mar_instance.test, mar_instance.db]\n}", 1)
		test(t, resource.TestStep{Config: config, Check: resource.TestCheckOutput("names", names)})
	}
}
