package cluster_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const address = "mar_cluster.test"

// config is a cluster with further lines in its body.
func config(name, body string) string {
	return fmt.Sprintf(`
resource "mar_cluster" "test" {
  name = %q
%s
}`, name, body)
}

const fullBody = `
  region      = "us-east-1"
  labels      = { team = "payments" }
  annotations = { "example.com/owner" = "payments@example.com" }
  quota = {
    cpu       = "2000m"
    memory    = "4096Mi"
    storage   = "0.5k"
    instances = 10
    extra     = { "count/jobs.batch" = "4", "requests.nvidia.com/gpu" = "2" }
  }
  limit_range = {
    container = {
      default                 = { cpu = "0.5", memory = "512Mi" }
      max                     = { cpu = "1000m", memory = "1Gi" }
      max_limit_request_ratio = { cpu = "4" }
    }
    instance = { max = { cpu = "2" } }
    volume   = { min = "1024Mi", max = "10Gi" }
  }`

// canonicalBody is fullBody in the server's spelling, which is all that an import
// can know.
const canonicalBody = `
  region      = "us-east-1"
  labels      = { team = "payments" }
  annotations = { "example.com/owner" = "payments@example.com" }
  quota = {
    cpu       = "2"
    memory    = "4Gi"
    storage   = "500"
    instances = 10
    extra     = { "count/jobs.batch" = "4", "requests.nvidia.com/gpu" = "2" }
  }
  limit_range = {
    container = {
      default                 = { cpu = "500m", memory = "512Mi" }
      max                     = { cpu = "1", memory = "1Gi" }
      max_limit_request_ratio = { cpu = "4" }
    }
    instance = { max = { cpu = "2" } }
    volume   = { min = "1Gi", max = "10Gi" }
  }`

func TestAccCluster_createReadUpdateDelete(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		CheckDestroy:             acctest.Server(t, gone(name)),
		Steps: []resource.TestStep{
			{
				Config: config(name, fullBody),
				Check:  acctest.Server(t, holds(name, map[string]string{"limits.cpu": "2", "limits.memory": "4Gi", "requests.storage": "500", "pods": "10", "count/jobs.batch": "4", "requests.nvidia.com/gpu": "2"}, "500m")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(name)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("uid"), knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("phase"), knownvalue.StringExact("Active")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("created_at"), knownvalue.StringRegexp(regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$`))),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("labels_all"), knownvalue.MapExact(map[string]knownvalue.Check{"team": knownvalue.StringExact("payments")})),
					// The author's spelling stays.
					statecheck.ExpectKnownValue(address, tfjsonpath.New("quota").AtMapKey("cpu"), knownvalue.StringExact("2000m")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("limit_range").AtMapKey("container").AtMapKey("default").AtMapKey("cpu"), knownvalue.StringExact("0.5")),
				},
				ConfigPlanChecks: emptyAfterwards(),
			},
			{
				Config: config(name, `
  labels = { env = "prod" }
  quota  = { instances = 3 }`),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:            []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
					PostApplyPreRefresh: emptyAfterwards().PostApplyPreRefresh,
				},
				Check: acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					if _, err := client.CoreV1().LimitRanges(name).Get(ctx, "mar-limits", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
						return fmt.Errorf("the limit range is still there: %w", err)
					}
					ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
					if err != nil {
						return err
					}
					if ns.Labels["env"] != "prod" || ns.Labels["team"] != "" || ns.Labels["topology.kubernetes.io/region"] != "" || ns.Annotations["example.com/owner"] != "" {
						return fmt.Errorf("labels %v, annotations %v", ns.Labels, ns.Annotations)
					}
					return expectQuota(ctx, client, name, map[string]string{"pods": "3"})
				}),
			},
		},
	})
}

func TestAccCluster_importReadsAllThatWasDeclared(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		CheckDestroy:             acctest.Server(t, gone(name)),
		Steps: []resource.TestStep{
			{Config: config(name, canonicalBody)},
			{Config: config(name, canonicalBody), ResourceName: address, ImportState: true, ImportStateVerify: true},
		},
	})
}

func emptyAfterwards() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PostApplyPreRefresh:  []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

func gone(name string) func(context.Context, *kubernetes.Clientset) error {
	return func(ctx context.Context, client *kubernetes.Clientset) error {
		if _, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			return fmt.Errorf("namespace %s is still there: %w", name, err)
		}
		return nil
	}
}

func holds(name string, quota map[string]string, defaultCPU string) func(context.Context, *kubernetes.Clientset) error {
	return func(ctx context.Context, client *kubernetes.Clientset) error {
		ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		wanted := map[string]string{"team": "payments", "topology.kubernetes.io/region": "us-east-1", "app.kubernetes.io/managed-by": "terraform-provider-mar", "kubernetes.io/metadata.name": name}
		if !maps.Equal(ns.Labels, wanted) {
			return fmt.Errorf("labels %v, want %v", ns.Labels, wanted)
		}
		limits, err := client.CoreV1().LimitRanges(name).Get(ctx, "mar-limits", metav1.GetOptions{})
		if err != nil {
			return err
		}
		if got := limits.Spec.Limits[0].Default.Cpu().String(); got != defaultCPU || len(limits.Spec.Limits) != 3 {
			return fmt.Errorf("default cpu %s in %v", got, limits.Spec.Limits)
		}
		return expectQuota(ctx, client, name, quota)
	}
}

func expectQuota(ctx context.Context, client *kubernetes.Clientset, name string, want map[string]string) error {
	quota, err := client.CoreV1().ResourceQuotas(name).Get(ctx, "mar-quota", metav1.GetOptions{})
	if err != nil {
		return err
	}
	got := map[string]string{}
	for key, quantity := range quota.Spec.Hard {
		got[string(key)] = quantity.String()
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("quota %v, want %v", got, want)
	}
	return nil
}

// A POST never adopts: an existing Namespace is an error with the import block.
func TestAccCluster_existingNamespaceIsAnErrorWithTheImportBlock(t *testing.T) {
	name := acctest.Namespace(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config:      config(name, ""),
				ExpectError: regexp.MustCompile(`(?s)already exists.*import \{.*mar_cluster.*id = "` + name + `"`),
			},
			{
				Config: config(name, "") + fmt.Sprintf(`
import {
  to = mar_cluster.test
  id = %q
}`, name),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop)},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

// A child that can't be made leaves no half-made cluster behind.
func TestAccCluster_failedChildIsRolledBack(t *testing.T) {
	name, key := acctest.ClusterName(t), refusedQuotaKey(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config:      config(name, fmt.Sprintf(`quota = { extra = { %q = "1" } }`, key)),
				ExpectError: regexp.MustCompile(`(?s)Could not create the cluster.*ResourceQuota.*nobody\s+counts\s+these`),
			},
			{
				PreConfig: acctest.Behind(t, gone(name)),
				Config:    config(name, `quota = { extra = { "count/jobs.batch" = "1" } }`),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)},
				},
			},
		},
	})
}

// refusedQuotaKey is a key that an admission policy lets into no ResourceQuota,
// which no plan of a new cluster can know.
func refusedQuotaKey(t *testing.T) string {
	t.Helper()
	home, client := acctest.Namespace(t), acctest.Client(t)
	key := "count/" + home + ".example.com"
	admission(t, home, "resourcequotas", admissionregistrationv1.Validation{Expression: fmt.Sprintf("!has(object.spec.hard) || !(%q in object.spec.hard)", key), Message: "nobody counts these"}, admissionregistrationv1.Deny)
	quota := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "probe"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourceName(key): apiresource.MustParse("1")}},
	}
	acctest.Eventually(t, "the policy's refusal", func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().ResourceQuotas(home).Create(ctx, quota, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err != nil, nil
	})
	return key
}
