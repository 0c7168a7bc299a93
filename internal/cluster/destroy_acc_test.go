package cluster_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Promise 6: a cluster is not emptied by accident.
func TestAccCluster_destroyIsRefusedWhileSomethingIsInIt(t *testing.T) {
	name := acctest.ClusterName(t)
	put := func(ctx context.Context, client *kubernetes.Clientset) error {
		_, err := client.CoreV1().ConfigMaps(name).Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "precious"}}, metav1.CreateOptions{})
		return err
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		CheckDestroy:             acctest.Server(t, gone(name)),
		Steps: []resource.TestStep{
			{Config: config(name, `quota = { instances = 1 }`)},
			{
				PreConfig:   acctest.Behind(t, put),
				Config:      config(name, `quota = { instances = 1 }`),
				Destroy:     true,
				ExpectError: regexp.MustCompile(`(?s)isn't empty.*ConfigMap ` + name + `/precious.*force_destroy`),
			},
			// With force_destroy the framework's own destroy at the end succeeds.
			{Config: config(name, "quota = { instances = 1 }\n force_destroy = true")},
		},
	})
}

func TestAccCluster_deletionProtectionRefusesThePlan(t *testing.T) {
	name := acctest.ClusterName(t)
	refused := regexp.MustCompile(`(?s)protected from deletion.*deletion_protection`)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config(name, `deletion_protection = true`)},
			{Config: config(name, `deletion_protection = true`), Destroy: true, ExpectError: refused},
			{Config: config(name+"-b", `deletion_protection = true`), ExpectError: refused},
			{Config: config(name, `deletion_protection = false`)},
		},
	})
}

// A namespace that can't go says what holds it.
func TestAccCluster_stuckDestroyNamesTheFinalizers(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config(name, `
  force_destroy = true
  timeouts      = { delete = "15s" }`)},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					held := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "held", Finalizers: []string{"example.com/hold"}}}
					_, err := client.CoreV1().ConfigMaps(name).Create(ctx, held, metav1.CreateOptions{})
					return err
				}),
				Config: config(name, `
  force_destroy = true
  timeouts      = { delete = "15s" }`),
				Destroy:     true,
				ExpectError: regexp.MustCompile(`(?is)timed\s+out\s+after\s+15s.*example.com/hold`),
			},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					_, err := client.CoreV1().ConfigMaps(name).Patch(ctx, "held", types.MergePatchType, []byte(`{"metadata":{"finalizers":[]}}`), metav1.PatchOptions{})
					return err
				}),
				Config: config(name, ""),
			},
		},
	})
}
