package cluster_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccProvider_defaultAnnotations holds, for a cluster and an instance in it, that
// default annotations are put on, give way to the resource's own, are drift once they
// are gone, and go with the default.
func TestAccProvider_defaultAnnotations(t *testing.T) {
	name := acctest.ClusterName(t)
	const pod = "mar_instance.test"
	with := func(defaults string) string {
		return fmt.Sprintf(`
provider "mar" {
  default_annotations = %s
}
resource "mar_cluster" "test" {
  name        = %q
  annotations = { "example.com/team" = "b" }
}
resource "mar_instance" "test" {
  cluster     = mar_cluster.test.name
  name        = "web"
  image       = "registry.k8s.io/pause:3.10"
  annotations = { "example.com/team" = "b" }
}`, defaults, name)
	}
	const both, other = `{ "example.com/team" = "a", "example.com/env" = "test" }`, `{ "example.com/stage" = "x" }`
	has := func(want map[string]string, gone ...string) resource.TestCheckFunc {
		return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return err
			}
			web, err := client.CoreV1().Pods(name).Get(ctx, "web", metav1.GetOptions{})
			if err != nil {
				return err
			}
			return annotated(want, gone, &ns.ObjectMeta, &web.ObjectMeta)
		})
	}
	planned := func(action plancheck.ResourceActionType, all map[string]knownvalue.Check) resource.ConfigPlanChecks {
		var checks []plancheck.PlanCheck
		for _, resource := range []string{address, pod} {
			checks = append(checks, plancheck.ExpectResourceAction(resource, action),
				plancheck.ExpectKnownValue(resource, tfjsonpath.New("annotations_all"), knownvalue.MapExact(all)))
		}
		return resource.ConfigPlanChecks{PreApply: checks, PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	}
	team := knownvalue.StringExact("b")
	merged := map[string]knownvalue.Check{"example.com/team": team, "example.com/env": knownvalue.StringExact("test")}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config:           with(both),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate, merged),
				Check:            has(map[string]string{"example.com/team": "b", "example.com/env": "test"}),
			},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					lost := []byte(`{"metadata":{"annotations":{"example.com/env":null,"example.com/others":"1"}}}`)
					if _, err := client.CoreV1().Pods(name).Patch(ctx, "web", types.MergePatchType, lost, metav1.PatchOptions{}); err != nil {
						return err
					}
					return patchNamespace(ctx, client, name, string(lost))
				}),
				Config:           with(both),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, merged),
				Check:            has(map[string]string{"example.com/env": "test", "example.com/others": "1"}),
			},
			{
				Config:           with(other),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, map[string]knownvalue.Check{"example.com/team": team, "example.com/stage": knownvalue.StringExact("x")}),
				Check:            has(map[string]string{"example.com/team": "b", "example.com/stage": "x", "example.com/others": "1"}, "example.com/env"),
			},
			{
				// What others have put on is declared by nobody until an import takes it.
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					return patchNamespace(ctx, client, name, `{"metadata":{"annotations":{"example.com/others":null}}}`)
				}),
				Config:       with(other),
				ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"timeouts"},
			},
			{
				Config:       with(other),
				ResourceName: pod, ImportState: true, ImportStateVerify: true, ImportStateId: name + "/web",
				ImportStateVerifyIgnore: []string{"timeouts"},
			},
		},
	})
}

func annotated(want map[string]string, gone []string, objects ...*metav1.ObjectMeta) error {
	for _, o := range objects {
		for key, value := range want {
			if o.Annotations[key] != value {
				return fmt.Errorf("%s has %s = %q, want %q", o.Name, key, o.Annotations[key], value)
			}
		}
		for _, key := range gone {
			if _, still := o.Annotations[key]; still {
				return fmt.Errorf("%s still has %s", o.Name, key)
			}
		}
	}
	return nil
}
