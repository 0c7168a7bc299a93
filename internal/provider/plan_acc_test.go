package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	resourceapi "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// strictly is a provider that refuses to plan what would be refused.
const strictly = `
provider "mar" {
  plan_validation = "strict"
}
`

// What a dry run says of today's cluster isn't held against a plan that changes
// the cluster: by a larger quota, or because it isn't there yet.
func TestAccProvider_planIsNotJudgedByWhatItChanges(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	config := func(quota, instances int, account string) string {
		return strictly + fmt.Sprintf(`
resource "mar_cluster" "test" {
  name             = %q
  quota            = { instances = %d }
  service_accounts = %s
}
resource "mar_instance" "test" {
  count           = %d
  cluster         = mar_cluster.test.name
  name            = "web-${count.index}"
  image           = "registry.k8s.io/pause:3.10"
  service_account = one(mar_cluster.test.service_accounts)
}`, name, quota, account, instances)
	}
	terraform := acctest.NewCLI(t)
	quiet := func(what string, args ...string) {
		t.Helper()
		if said := acctest.Diagnostics(t, terraform.Must(0, append([]string{"plan", "-json"}, args...)...)); len(said) > 0 {
			t.Errorf("%s: it says %v", what, said)
		}
	}
	terraform.Configure(config(1, 1, `["old"]`))
	quiet("a new cluster")
	terraform.Must(0, "apply", "-auto-approve")
	counted(t, name, "mar-quota", "1")
	quiet("the cluster is replaced", "-replace=mar_cluster.test")
	terraform.Configure(config(2, 2, `["new"]`))
	quiet("a larger quota and another account")
	terraform.Configure(config(1, 2, `["old"]`))
	said := acctest.Diagnostics(t, terraform.Must(1, "plan", "-json"))
	if len(said) != 1 || said[0].Address != "mar_instance.test[1]" {
		t.Errorf("the same quota: it says %v", said)
	}
	terraform.Configure(config(2, 2, `["old"]`))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "destroy", "-auto-approve")
}

// counted waits until the quota counts so many Pods, and takes no more.
func counted(t *testing.T, namespace, quota, pods string) {
	t.Helper()
	acctest.Eventually(t, "the quota of "+namespace+" to count "+pods, func(ctx context.Context) (bool, error) {
		held, err := acctest.Client(t).CoreV1().ResourceQuotas(namespace).Get(ctx, quota, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		if used := held.Status.Used[corev1.ResourcePods]; used.String() != pods {
			return false, nil
		}
		// What admits Pods hears of it a moment later.
		_, err = acctest.Client(t).CoreV1().Pods(namespace).Create(ctx, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "probe"},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "registry.k8s.io/pause:3.10"}}},
		}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if apierrors.IsForbidden(err) {
			return true, nil
		}
		return false, err
	})
}

// Promise 4: whatever becomes of the server meanwhile, its quotas, limits, nodes
// and how instances fare, the same configuration and state make the same plan.
func TestAccProvider_plansArePure(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	namespace, name := acctest.Namespace(t), acctest.ClusterName(t)
	config := func(env, image, cpu, quota, stopped string, more int) string {
		return fmt.Sprintf(`
resource "mar_cluster" "test" {
  name        = %[1]q
  quota       = { instances = %[2]s }
  labels      = { a = %[3]q }
}
locals {
  usual = { cluster = %[4]q, image = "registry.k8s.io/pause:3.10", cpu = "100m", memory = "32Mi" }
}
resource "mar_instance" "rebuilt" {
  cluster = local.usual.cluster
  name    = "rebuilt"
  image   = local.usual.image
  env     = { A = %[3]q }
}
resource "mar_instance" "pulled" {
  cluster = local.usual.cluster
  name    = "pulled"
  image   = %[5]q
  memory  = local.usual.memory
}
resource "mar_instance" "resized" {
  cluster = local.usual.cluster
  name    = "resized"
  image   = local.usual.image
  cpu     = %[6]q
  memory  = local.usual.memory
}
resource "mar_instance" "stopped" {
  cluster        = local.usual.cluster
  name           = "stopped"
  image          = local.usual.image
  desired_status = %[7]q
}
resource "mar_instance" "more" {
  count   = %[8]d
  cluster = local.usual.cluster
  image   = local.usual.image
  cpu     = local.usual.cpu
  memory  = local.usual.memory
}`, name, quota, env, namespace, image, cpu, stopped, more)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("1", "registry.k8s.io/pause:3.10", "100m", "5", "Running", 0))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config("2", "registry.k8s.io/pause:3.9", "200m", "3", "Stopped", 2))
	before := changes(t, terraform)
	if len(before) != 7 {
		t.Errorf("the plan has %d changes", len(before))
	}
	disturb(t, namespace)
	if diff := cmp.Diff(before, changes(t, terraform)); diff != "" {
		t.Errorf("the plan has changed with the server:\n%s", diff)
	}
}

// fill takes all that the instance's node has.
func fill(t *testing.T, namespace, instance string) {
	t.Helper()
	client, ctx := acctest.Client(t), t.Context()
	pod, err := client.CoreV1().Pods(namespace).Get(ctx, instance, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	node, err := client.CoreV1().Nodes().Get(ctx, pod.Spec.NodeName, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	whole := corev1.ResourceList{corev1.ResourceCPU: *node.Status.Allocatable.Cpu(), corev1.ResourceMemory: *node.Status.Allocatable.Memory()}
	if _, err := client.CoreV1().Pods(acctest.Namespace(t)).Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "filling"},
		Spec: corev1.PodSpec{
			// Past the scheduler, which would not put it there.
			NodeName:   pod.Spec.NodeName,
			Containers: []corev1.Container{{Name: "app", Image: "registry.k8s.io/pause:3.10", Resources: corev1.ResourceRequirements{Requests: whole}}},
		},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// disturb fills a node and the cluster's quota, has a limit range forbid all
// sizes, and the instances become unready.
func disturb(t *testing.T, namespace string) {
	t.Helper()
	client, ctx := acctest.Client(t), t.Context()
	fill(t, namespace, "resized")
	if _, err := client.CoreV1().ResourceQuotas(namespace).Create(ctx, &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "theirs"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"pods": resourceapi.MustParse("1"), "limits.cpu": resourceapi.MustParse("1m")}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	counted(t, namespace, "theirs", "4")
	if _, err := client.CoreV1().LimitRanges(namespace).Create(ctx, &corev1.LimitRange{
		ObjectMeta: metav1.ObjectMeta{Name: "theirs"},
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
			Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{"cpu": resourceapi.MustParse("1m"), "memory": resourceapi.MustParse("1Mi")},
		}}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rebuilt", "resized", "pulled"} {
		if _, err := client.CoreV1().Pods(namespace).Patch(ctx, name, types.StrategicMergePatchType,
			[]byte(`{"metadata":{"annotations":{"devcluster.mar.headgym.com/behavior":"not-ready"}}}`), metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
		acctest.Eventually(t, name+" to be unready", func(ctx context.Context) (bool, error) {
			pod, err := client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return false, err
			}
			for _, c := range pod.Status.Conditions {
				if c.Type == corev1.PodReady {
					return c.Status == corev1.ConditionFalse, nil
				}
			}
			return false, nil
		})
	}
}

// changes are a plan's actions and values, by address.
func changes(t *testing.T, terraform *acctest.CLI) map[string]any {
	t.Helper()
	terraform.Must(0, "plan", "-out=plan")
	var plan struct {
		ResourceChanges []struct {
			Address string
			Change  map[string]any
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(terraform.Must(0, "show", "-json", "plan")), &plan); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for _, change := range plan.ResourceChanges {
		if !reflect.DeepEqual(change.Change["actions"], []any{"no-op"}) {
			all[change.Address] = change.Change
		}
	}
	return all
}
