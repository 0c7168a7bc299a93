package instance_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_updateMatrixOfItsPlace moves an instance to another cluster, and to
// another name. That is another instance, of a stopped one too.
func TestAccInstance_updateMatrixOfItsPlace(t *testing.T) {
	t.Parallel()
	for attribute, power := range map[string]string{"cluster": running, "name": running, "cluster of a stopped one": stopped, "name of a stopped one": stopped} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()
			attribute, _, _ = strings.Cut(attribute, " ")
			from, to, name := acctest.Namespace(t), acctest.Namespace(t), "web"
			if attribute == "name" {
				to, name = from, "api"
			}
			config := func(cluster, name string) string {
				return block(cluster, fmt.Sprintf("name = %q", name), fmt.Sprintf("image = %q", image), power)
			}
			test(t,
				resource.TestStep{Config: config(from, "web"), Check: onlyThere(t, power, from, to, from+"/web")},
				resource.TestStep{
					Config:           config(to, name),
					ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{attribute}),
					Check:            onlyThere(t, power, from, to, to+"/"+name),
				},
				resource.TestStep{Config: config(to, name), ConfigPlanChecks: quiet()},
			)
		})
	}
}

// onlyThere is a check of what all the instances of two clusters are.
func onlyThere(t *testing.T, power, from, to, want string) resource.TestCheckFunc {
	t.Helper()
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		there := map[string]bool{}
		for _, cluster := range []string{from, to} {
			pods, err := client.CoreV1().Pods(cluster).List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			templates, err := client.CoreV1().PodTemplates(cluster).List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			for _, pod := range pods.Items {
				there["running "+cluster+"/"+pod.Name] = true
			}
			for _, template := range templates.Items {
				there["stopped "+cluster+"/"+template.Name] = true
			}
		}
		state := "running "
		if power == stopped {
			state = "stopped "
		}
		if len(there) != 1 || !there[state+want] {
			return fmt.Errorf("there are %v, want %s", there, state+want)
		}
		return nil
	})
}

// TestAccInstance_updateMatrixOfSecretValues changes secret values alone, of which
// nothing can know.
func TestAccInstance_updateMatrixOfSecretValues(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	var before corev1.Pod
	test(t,
		resource.TestStep{Config: instanceConfig(cluster, secretEnv("a", 1)), Check: thePod(t, cluster, func(pod *corev1.Pod) error {
			before = *pod
			return nil
		})},
		resource.TestStep{
			Config: instanceConfig(cluster, secretEnv("b", 1)), ConfigPlanChecks: quiet(),
			Check: thePod(t, cluster, func(pod *corev1.Pod) error { return did(stateOnly, &before, pod) }),
		},
	)
}
