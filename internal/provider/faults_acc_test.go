package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func clusterWithInstance(name, instanceName string) string {
	return fmt.Sprintf(`
resource "mar_cluster" "test" {
  name        = %q
  quota       = { instances = 2 }
  limit_range = { container = { default = { cpu = "100m" } } }
}

resource "mar_instance" "test" {
  cluster = mar_cluster.test.name
  image   = "registry.k8s.io/pause:3.10"
  %s
}`, name, instanceName)
}

// Promise 5: when the answer to a POST is lost, there is neither a duplicate nor a
// false "already exists".
func TestAccProvider_lostAnswerMakesNoDuplicate(t *testing.T) {
	t.Parallel()
	for title, instanceName := range map[string]string{"given name": `name = "web"`, "generated name": ""} {
		t.Run(title, func(t *testing.T) {
			name := acctest.ClusterName(t)
			var lost atomic.Int32
			block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
				post := r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, "/namespaces") || strings.HasSuffix(r.URL.Path, "/pods"))
				if post && lost.Add(1) <= 2 {
					return acctest.Lose
				}
				return acctest.Pass
			})
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				Steps: []resource.TestStep{{
					Config: block + clusterWithInstance(name, instanceName),
					Check: acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
						pods, err := client.CoreV1().Pods(name).List(ctx, metav1.ListOptions{})
						if err == nil && len(pods.Items) != 1 {
							err = fmt.Errorf("%d Pods, want 1", len(pods.Items))
						}
						return err
					}),
				}},
			})
			if lost.Load() < 2 {
				t.Errorf("%d POSTs were lost, want 2: the test has tested nothing", lost.Load())
			}
		})
	}
}

// Promise 5: an API server that restarts or is overloaded in the middle is ridden
// out, by reads, writes and waits.
func TestAccProvider_faultsInTheMiddleAreRiddenOut(t *testing.T) {
	name := acctest.ClusterName(t)
	var requests atomic.Int32
	faults := []acctest.Fault{
		acctest.Answer(http.StatusServiceUnavailable), acctest.Answer(http.StatusTooManyRequests),
		acctest.Answer(http.StatusBadGateway), acctest.Drop, acctest.Answer(http.StatusGatewayTimeout),
	}
	block := acctest.FaultyProxy(t, func(*http.Request) acctest.Fault {
		if n := int(requests.Add(1)); n%3 == 0 {
			return faults[n/3%len(faults)]
		}
		return acctest.Pass
	})
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config: block + clusterWithInstance(name, `name = "web"`),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
		}},
	})
}
