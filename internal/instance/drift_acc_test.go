package instance_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_injectionIsNoDrift has an admission policy put a sidecar,
// variables and labels into every Pod, and rewrite its image.
func TestAccInstance_injectionIsNoDrift(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		return injectInto(ctx, t, client, cluster)
	})()
	config := func(label string) string {
		return instanceConfig(cluster, `env = { A = "1" }`, `cpu = "1"`, `memory = "1Gi"`, fmt.Sprintf("labels = { a = %q }", label))
	}
	var pod uid
	test(t,
		resource.TestStep{
			Config: config("1"),
			Check: thePod(t, cluster, all(pod.note, func(pod *corev1.Pod) error {
				return errors.Join(
					equal("containers", len(pod.Spec.Containers), 2), equal("label", pod.Labels["injected"], "yes"),
					equal("image", pod.Spec.Containers[0].Image, "registry.k8s.io/pause:3.9"),
				)
			})),
		},
		resource.TestStep{Config: config("1"), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config:           config("2"),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check: thePod(t, cluster, all(pod.same, func(pod *corev1.Pod) error {
				return errors.Join(
					equal("containers", len(pod.Spec.Containers), 2), equal("label", pod.Labels["injected"]+pod.Labels["a"], "yes2"),
					equal("image", pod.Spec.Containers[0].Image, "registry.k8s.io/pause:3.9"),
				)
			})),
		},
		resource.TestStep{Config: config("2"), ConfigPlanChecks: quiet()},
	)
}
