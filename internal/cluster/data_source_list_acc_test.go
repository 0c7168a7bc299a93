package cluster_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// someClusters makes Namespaces of the test's own, with labels, and returns a
// selector that takes them all.
func someClusters(t *testing.T, labels ...map[string]string) (names []string, selector string) {
	t.Helper()
	client := acctest.Client(t)
	for _, own := range labels {
		name := acctest.ClusterName(t)
		names = append(names, name)
		own["example.com/test"] = names[0]
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: own, Annotations: map[string]string{"example.com/owner": "shop"}}}
		if _, err := client.CoreV1().Namespaces().Create(t.Context(), ns, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	return names, "example.com/test=" + names[0]
}

func listing(arguments ...string) string {
	return fmt.Sprintf("data \"mar_clusters\" \"test\" {\n  %s\n}\n", strings.Join(arguments, "\n  ")) + `
output "ids" {
  value = join(" ", data.mar_clusters.test.clusters[*].id)
}

output "sorted" {
  value = join(" ", sort(data.mar_clusters.test.clusters[*].id))
}
`
}

func TestAccClustersDataSource_selectsAndSorts(t *testing.T) {
	east := func(more string) map[string]string {
		return map[string]string{"topology.kubernetes.io/region": "us-east-1", "stage": more}
	}
	names, selector := someClusters(t, east("prod"), east("dev"), map[string]string{"stage": "prod"}, map[string]string{})
	sorted := func(indices ...int) string {
		var some []string
		for _, i := range indices {
			some = append(some, names[i])
		}
		slices.Sort(some)
		return strings.Join(some, " ")
	}
	step := func(want string, arguments ...string) resource.TestStep {
		return resource.TestStep{Config: listing(arguments...), Check: resource.TestCheckOutput("ids", want)}
	}
	const one = "data.mar_clusters.test"
	first, err := acctest.Client(t).CoreV1().Namespaces().Get(t.Context(), names[0], metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: listing(`label_selector = "stage in prod"`), ExpectError: regexp.MustCompile(`(?s)Invalid value for a label selector.*"stage in prod" can't be`)},
			{Config: listing(`region = "us east"`), ExpectError: regexp.MustCompile(`(?s)Invalid value for a label's value`)},
			step(sorted(0, 1, 2, 3), fmt.Sprintf("label_selector = %q", selector)),
			step(sorted(0, 2), fmt.Sprintf("label_selector = %q", selector+",stage=prod")),
			step(sorted(1, 3), fmt.Sprintf("label_selector = %q", selector+",stage notin (prod)")),
			step(sorted(0, 1), fmt.Sprintf("label_selector = %q", selector), `region = "us-east-1"`),
			step("", fmt.Sprintf("label_selector = %q", selector), `region = "eu-west-1"`),
			{
				Config: listing(fmt.Sprintf("label_selector = %q", selector+",stage=prod"), `region = "us-east-1"`),
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr(one, "clusters.#", "1"),
					resource.TestCheckResourceAttr(one, "clusters.0.id", names[0]),
					resource.TestCheckResourceAttr(one, "clusters.0.name", names[0]),
					resource.TestCheckResourceAttr(one, "clusters.0.region", "us-east-1"),
					resource.TestCheckResourceAttr(one, "clusters.0.phase", "Active"),
					// Neither the region nor what Kubernetes sets is among the labels.
					resource.TestCheckResourceAttr(one, "clusters.0.labels.%", "2"),
					resource.TestCheckResourceAttr(one, "clusters.0.labels.stage", "prod"),
					resource.TestCheckResourceAttr(one, "clusters.0.annotations.example.com/owner", "shop"),
					resource.TestMatchResourceAttr(one, "clusters.0.created_at", regexp.MustCompile(`^20.*Z$`)),
					resource.TestCheckResourceAttr(one, "clusters.0.uid", string(first.UID)),
				),
			},
		},
	})
}

// Promise 9: a list costs as many requests as it has pages, and no cluster costs one
// of its own. The proxy has the API server serve pages of two.
func TestAccClustersDataSource_readsPageByPage(t *testing.T) {
	t.Parallel()
	_, selector := someClusters(t, map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{})
	var requests atomic.Int32
	proxied := acctest.FaultyProxy(t, func(*http.Request) acctest.Fault {
		requests.Add(1)
		return acctest.PagesOf(2)
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(proxied + listing(fmt.Sprintf("label_selector = %q", selector)))
	output := terraform.Must(0, "apply", "-auto-approve")
	ids := regexp.MustCompile(`(?m)^ids = "(.*)"$`).FindStringSubmatch(output)
	if ids == nil || len(strings.Fields(ids[1])) != 5 || !strings.Contains(output, `sorted = "`+ids[1]+`"`) {
		t.Errorf("not the five clusters in order:\n%s", output)
	}
	if got := requests.Load(); got != 3 {
		t.Errorf("%d requests, want 3", got)
	}
}

// The namespaces of Kubernetes itself are no clusters.
func TestAccClustersDataSource_leavesOutSystemNamespaces(t *testing.T) {
	own := acctest.Namespace(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config: `
data "mar_clusters" "test" {}

output "system" {
  value = join(" ", [for id in data.mar_clusters.test.clusters[*].id : id if id == "default" || startswith(id, "kube-")])
}`,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckOutput("system", ""),
				resource.TestCheckTypeSetElemNestedAttrs("data.mar_clusters.test", "clusters.*", map[string]string{"name": own}),
			),
		}},
	})
}

// A list of clusters without the right to it is an error that names the right.
func TestAccClustersDataSource_missingRightIsNamed(t *testing.T) {
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config:      acctest.WithRights(t, rule([]string{"get"}, "namespaces")) + listing(),
				ExpectError: regexp.MustCompile(`(?s)Could not list clusters.*refused to list all Namespaces.*cannot\s+list\s+resource\s+"namespaces".*lack this permission`),
			},
			{
				Config: acctest.WithRights(t, rule([]string{"list"}, "namespaces")) + listing(`label_selector = "there-is=none"`),
				Check:  resource.TestCheckOutput("ids", ""),
			},
		},
	})
}
