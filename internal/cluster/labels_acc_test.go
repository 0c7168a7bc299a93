package cluster_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func TestAccCluster_defaultLabels(t *testing.T) {
	name := acctest.ClusterName(t)
	with := func(defaults, labels string) string {
		return fmt.Sprintf(`
provider "mar" {
  default_labels = %s
}`, defaults) + config(name, "labels = "+labels)
	}
	labels := func(want map[string]string) resource.TestCheckFunc {
		return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return err
			}
			delete(ns.Labels, "kubernetes.io/metadata.name")
			delete(ns.Labels, "app.kubernetes.io/managed-by")
			if !maps.Equal(ns.Labels, want) {
				return fmt.Errorf("labels %v, want %v", ns.Labels, want)
			}
			return nil
		})
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config:           with(`{ team = "a", env = "test" }`, `{ team = "b" }`),
				Check:            labels(map[string]string{"team": "b", "env": "test"}),
				ConfigPlanChecks: emptyAfterwards(),
			},
			{
				Config: with(`{ team = "a", stage = "x" }`, `{ team = "b" }`),
				Check:  labels(map[string]string{"team": "b", "stage": "x"}),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
						plancheck.ExpectKnownValue(address, tfjsonpath.New("uid"), knownvalue.NotNull()),
					},
				},
			},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					return patchNamespace(ctx, client, name, `{"metadata":{"labels":{"stage":null}}}`)
				}),
				Config: with(`{ team = "a", stage = "x" }`, `{ team = "b" }`),
				Check:  labels(map[string]string{"team": "b", "stage": "x"}),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
				},
			},
			{
				Config:       with(`{ team = "a", stage = "x" }`, `{ team = "b" }`),
				ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"timeouts"},
			},
		},
	})
}
