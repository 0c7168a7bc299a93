package instance_test

import (
	"context"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// What a plan says of a restart that broke off in the middle doesn't contradict itself: the
// instance starts, once its former Pod is gone.
func TestAccInstance_planAfterABrokenRestartSaysOneThing(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	hold := func(finalizers string) {
		acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			_, err := client.CoreV1().Pods(cluster).Patch(ctx, "web", types.MergePatchType, []byte(`{"metadata":{"finalizers":`+finalizers+`}}`), metav1.PatchOptions{})
			return err
		})()
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, `restart_triggers = { a = "1" }`, `timeouts = { update = "4s" }`))
	terraform.Must(0, "apply", "-auto-approve")
	hold(`["example.com/hold"]`)
	terraform.Configure(instanceConfig(cluster, `restart_triggers = { a = "2" }`, `timeouts = { update = "4s" }`))
	terraform.Must(1, "apply", "-auto-approve")
	output := flat(terraform.Must(2, "plan", "-detailed-exitcode"))
	says(t, output, "The old Pod of an instance still exists", "example.com/hold", "The new Pod can't be created before that Pod is gone", "Apply starts the instance")
	if strings.Contains(output, "The instance is stopped") {
		t.Errorf("the plan says that it stops and that it starts:\n%s", output)
	}
	hold(`null`)
	terraform.Configure(instanceConfig(cluster, `restart_triggers = { a = "2" }`, `timeouts = { update = "1m" }`))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
}
