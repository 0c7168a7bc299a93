package cluster_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Promise 1, no false drift: a new spelling of an equal amount is no difference, and sends
// nothing. The state keeps its own.
func TestAccCluster_respelledQuantitySendsNothing(t *testing.T) {
	name := acctest.ClusterName(t)
	var before string
	version := func(check func(string) error) resource.TestCheckFunc {
		return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			quota, err := client.CoreV1().ResourceQuotas(name).Get(ctx, "mar-quota", metav1.GetOptions{})
			if err != nil {
				return err
			}
			// The status changes by itself, so the managed fields' time tells a write.
			return check(fmt.Sprint(quota.Generation, quota.ManagedFields[0].Time))
		})
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config(name, `quota = { storage = "4096Mi" }`), Check: version(func(v string) error { before = v; return nil })},
			{
				PreConfig: func() { time.Sleep(1100 * time.Millisecond) },
				Config:    config(name, `quota = { storage = "4Gi" }`),
				Check: version(func(v string) error {
					if v != before {
						return fmt.Errorf("the quota was written: %s became %s", before, v)
					}
					return nil
				}),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("quota").AtMapKey("storage"), knownvalue.StringExact("4096Mi")),
				},
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

func patchNamespace(ctx context.Context, client *kubernetes.Clientset, name, patch string) error {
	_, err := client.CoreV1().Namespaces().Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "kubectl-edit"})
	return err
}

// Promise 1: what others add is theirs.
func TestAccCluster_whatOthersAddIsSilent(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config(name, `labels = { team = "payments" }`)},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					if err := patchNamespace(ctx, client, name, `{"metadata":{"labels":{"istio-injection":"enabled"},"annotations":{"argocd.argoproj.io/tracking-id":"x"}}}`); err != nil {
						return err
					}
					_, err := client.CoreV1().ResourceQuotas(name).Create(ctx, &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "theirs"}}, metav1.CreateOptions{})
					return err
				}),
				Config:           config(name, `labels = { team = "payments" }`),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				// An update leaves it alone too, and so does not a destroy: it asks.
				Config: config(name, `labels = { team = "risk" }`),
				Check: acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
					if err == nil && (ns.Labels["istio-injection"] != "enabled" || ns.Annotations["argocd.argoproj.io/tracking-id"] != "x") {
						err = fmt.Errorf("labels %v, annotations %v", ns.Labels, ns.Annotations)
					}
					return err
				}),
			},
			{
				Config:      config(name, `labels = { team = "risk" }`),
				Destroy:     true,
				ExpectError: regexp.MustCompile(`(?s)isn't empty.*ResourceQuota ` + name + `/theirs`),
			},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					return client.CoreV1().ResourceQuotas(name).Delete(ctx, "theirs", metav1.DeleteOptions{})
				}),
				Config: config(name, `labels = { team = "risk" }`),
			},
		},
	})
}
