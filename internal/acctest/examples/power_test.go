package examples_test

import (
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccModules_actionsAndVariablesDoTheSame holds that the module's actions stop,
// start and restart its instance, as its variables do in the module's own test.
func TestAccModules_actionsAndVariablesDoTheSame(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	for file, text := range read(t, example{path: "modules/power", kind: module}) {
		terraform.Write(file, text)
	}
	variable := "-var=name=" + name
	terraform.Must(0, "init")
	terraform.Must(0, "apply", "-auto-approve", variable)
	made := podUID(t, name)

	for _, c := range []struct {
		action string
		isDone func(now types.UID) bool
	}{
		{"restart", func(now types.UID) bool { return now != "" && now != made }},
		{"stop", func(now types.UID) bool { return now == "" }},
		{"start", func(now types.UID) bool { return now != "" }},
	} {
		terraform.Must(0, "apply", "-auto-approve", "-invoke=action.mar_instance_"+c.action+".this", variable)
		if now := podUID(t, name); !c.isDone(now) {
			t.Errorf("after %s the Pod's UID is %q, and was %q at first", c.action, now, made)
		}
	}
	terraform.Must(0, "plan", "-detailed-exitcode", variable)
	terraform.Must(0, "destroy", "-auto-approve", variable)
}

// podUID is the UID of the module's Pod, empty where there is none.
func podUID(t *testing.T, cluster string) types.UID {
	t.Helper()
	pod, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "app", metav1.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
	return pod.UID
}
