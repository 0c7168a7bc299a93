package cluster_test

import (
	"context"
	"errors"
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
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Promise 1, no false drift: a new spelling of an equal amount changes the state
// and sends nothing.
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
					statecheck.ExpectKnownValue(address, tfjsonpath.New("quota").AtMapKey("storage"), knownvalue.StringExact("4Gi")),
				},
				ConfigPlanChecks: emptyAfterwards(),
			},
		},
	})
}

// Promise 2, no missed drift: each change behind Terraform's back is the drift of
// its attribute, mended in place.
func TestAccCluster_driftOfChildrenIsMendedInPlace(t *testing.T) {
	cases := map[string]struct {
		change func(ctx context.Context, client *kubernetes.Clientset, name string) error
	}{
		"quota edited": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			return patchQuota(ctx, client, name, `{"spec":{"hard":{"limits.cpu":"99"}}}`)
		}},
		"quota key removed": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			return patchQuota(ctx, client, name, `{"spec":{"hard":{"pods":null}}}`)
		}},
		"quota key added": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			return patchQuota(ctx, client, name, `{"spec":{"hard":{"services":"1","count/jobs.batch":"1"}}}`)
		}},
		"quota deleted": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			return client.CoreV1().ResourceQuotas(name).Delete(ctx, "mar-quota", metav1.DeleteOptions{})
		}},
		"limit range edited": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			_, err := client.CoreV1().LimitRanges(name).Patch(ctx, "mar-limits", types.JSONPatchType, []byte(`[{"op":"replace","path":"/spec/limits/0/default/cpu","value":"700m"}]`), metav1.PatchOptions{FieldManager: "kubectl-edit"})
			return err
		}},
		"limit range deleted": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			return client.CoreV1().LimitRanges(name).Delete(ctx, "mar-limits", metav1.DeleteOptions{})
		}},
		"label changed": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			return patchNamespace(ctx, client, name, `{"metadata":{"labels":{"team":"other"}}}`)
		}},
		"label removed": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			return patchNamespace(ctx, client, name, `{"metadata":{"labels":{"team":null}}}`)
		}},
		"region removed": {func(ctx context.Context, client *kubernetes.Clientset, name string) error {
			return patchNamespace(ctx, client, name, `{"metadata":{"labels":{"topology.kubernetes.io/region":null}}}`)
		}},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			name := acctest.ClusterName(t)
			body := `
  region = "eu"
  labels = { team = "payments" }
  quota  = { cpu = "4", instances = 10 }
  limit_range = { container = { default = { cpu = "500m" } } }`
			var uid types.UID
			remember := func(ctx context.Context, client *kubernetes.Clientset) error {
				ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
				if uid == "" && err == nil {
					uid = ns.UID
				}
				if err == nil && ns.UID != uid {
					return errors.New("the Namespace was replaced")
				}
				return err
			}
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				Steps: []resource.TestStep{
					{Config: config(name, body), Check: acctest.Server(t, remember)},
					{
						PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error { return c.change(ctx, client, name) }),
						Config:    config(name, body),
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
						Check: resource.ComposeAggregateTestCheckFunc(
							acctest.Server(t, remember),
							acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
								limits, err := client.CoreV1().LimitRanges(name).Get(ctx, "mar-limits", metav1.GetOptions{})
								if err != nil {
									return err
								}
								if got := limits.Spec.Limits[0].Default.Cpu().String(); got != "500m" {
									return fmt.Errorf("default cpu is %s", got)
								}
								ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
								if err != nil {
									return err
								}
								if ns.Labels["team"] != "payments" || ns.Labels["topology.kubernetes.io/region"] != "eu" {
									return fmt.Errorf("labels %v", ns.Labels)
								}
								return expectQuota(ctx, client, name, map[string]string{"limits.cpu": "4", "pods": "10"})
							}),
						),
					},
				},
			})
		})
	}
}

func patchQuota(ctx context.Context, client *kubernetes.Clientset, name, patch string) error {
	_, err := client.CoreV1().ResourceQuotas(name).Patch(ctx, "mar-quota", types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "kubectl-edit"})
	return err
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

func TestAccCluster_deletedOutsideIsPlannedAgain(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config(name, "")},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					if err := client.CoreV1().Namespaces().Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
						return err
					}
					acctest.Eventually(t, "the end of the namespace", func(ctx context.Context) (bool, error) {
						_, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
						return apierrors.IsNotFound(err), nil
					})
					return nil
				}),
				Config: config(name, ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)},
				},
			},
		},
	})
}

// A Namespace that is being deleted can't be brought back: its replacement is
// planned, and waits.
func TestAccCluster_terminatingPlansReplacement(t *testing.T) {
	name := acctest.ClusterName(t)
	hold := func(ctx context.Context, client *kubernetes.Clientset, finalizers string) error {
		_, err := client.CoreV1().ConfigMaps(name).Patch(ctx, "held", types.MergePatchType, []byte(`{"metadata":{"finalizers":`+finalizers+`}}`), metav1.PatchOptions{})
		return err
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config(name, "")},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					held := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "held", Finalizers: []string{"example.com/hold"}}}
					if _, err := client.CoreV1().ConfigMaps(name).Create(ctx, held, metav1.CreateOptions{}); err != nil {
						return err
					}
					if err := client.CoreV1().Namespaces().Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
						return err
					}
					time.AfterFunc(3*time.Second, func() {
						if err := hold(context.Background(), client, "[]"); err != nil {
							t.Errorf("let go: %v", err)
						}
					})
					return nil
				}),
				Config: config(name, ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate)},
				},
				Check: acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
					if err == nil && ns.DeletionTimestamp != nil {
						err = errors.New("it is still terminating")
					}
					return err
				}),
			},
		},
	})
}

// A field that another tool applies is a conflict for a person to settle.
func TestAccCluster_conflictWithAnotherApplierNamesIt(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config(name, `quota = { instances = 5 }`)},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					force := true
					_, err := client.CoreV1().ResourceQuotas(name).Patch(ctx, "mar-quota", types.ApplyPatchType,
						[]byte(`{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"mar-quota"},"spec":{"hard":{"pods":"7"}}}`),
						metav1.PatchOptions{FieldManager: "argocd-controller", Force: &force})
					return err
				}),
				Config:      config(name, `quota = { instances = 5 }`),
				ExpectError: regexp.MustCompile(`(?s)Another tool.*pods is applied by\s+"argocd-controller"`),
			},
		},
	})
}
