package instance_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Promise 8: whatever a program, a node or a controller writes into the free text of a
// status, an event or a log, it is in no state, no private state and no plan; whoever looks
// at the run is told.
func TestAccInstance_freeTextIsToldAndNotKept(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	acctest.Needs(t, acctest.Actions)
	canary := "the password is " + rand.Text()
	cluster := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	instance := func(name string, attributes ...string) string {
		return fmt.Sprintf("resource \"mar_instance\" %q {\n  cluster = mar_cluster.test.name\n  name = %[1]q\n  image = %q\n  wait_for = \"None\"\n  %s\n}\n", name, image, strings.Join(attributes, "\n  "))
	}
	made := fmt.Sprintf("resource \"mar_cluster\" \"test\" {\n  name = %q\n  force_destroy = true\n}\n", cluster) +
		instance("failed", `restart_policy = "Never"`, behaving("behavior", "failed", "exit-code", "3")) +
		instance("kept", `restart_policy = "Never"`, `replace_on = []`, behaving("behavior", "failed")) +
		instance("done", `restart_policy = "OnFailure"`, behaving("behavior", "succeeded")) +
		instance("crashing", behaving("behavior", "crash-loop")) +
		instance("evicted", behaving("behavior", "evicted")) +
		instance("running")
	terraform.Configure(made)
	terraform.Must(0, "apply", "-auto-approve")
	pods := map[string]corev1.PodPhase{"failed": corev1.PodFailed, "kept": corev1.PodFailed, "done": corev1.PodSucceeded, "crashing": corev1.PodRunning, "evicted": corev1.PodFailed, "running": corev1.PodRunning}
	runPods(t, cluster, corev1.PodRunning, func(*corev1.Pod) {}, "foreign", "imported")
	pods["foreign"], pods["imported"] = corev1.PodRunning, corev1.PodRunning
	for name, phase := range pods {
		speak(t, cluster, name, phase, canary)
	}

	var looks strings.Builder
	for name := range pods {
		fmt.Fprintf(&looks, "data \"mar_instance\" %q {\n  cluster = %q\n  name = %[1]q\n}\n", name, cluster)
	}
	fmt.Fprintf(&looks, "data \"mar_instances\" \"all\" {\n  cluster = %q\n}\ndata \"mar_cluster\" \"test\" {\n  name = %[1]q\n}\ndata \"mar_clusters\" \"all\" {}\n", cluster)
	terraform.Configure(made + instance("imported") + fmt.Sprintf("import {\n  to = mar_instance.imported\n  id = \"%s/imported\"\n}\n", cluster) + looks.String() + actionsOn(cluster, "running"))
	nothing := func(when string) {
		t.Helper()
		look := map[string]string{"the state": terraform.Read("terraform.tfstate"), "the state's JSON": terraform.Must(0, "show", "-json")}
		for where, text := range look {
			nowhere(t, when+": "+where, text, canary)
		}
	}
	planned := func(args ...string) string {
		t.Helper()
		output := terraform.Must(0, append([]string{"plan", "-out=tfplan"}, args...)...)
		nowhere(t, fmt.Sprintf("the plan %v", args), terraform.SavedPlan("tfplan"), canary)
		nowhere(t, fmt.Sprintf("the JSON of the plan %v", args), terraform.Must(0, "show", "-json", "tfplan"), canary)
		return output
	}
	if output := planned(); !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(output, "│", "")), " "), canary) {
		t.Errorf("nobody is told:\n%s", output)
	}
	terraform.Must(0, "apply", "-refresh-only", "-auto-approve")
	nothing("after a refresh")
	planned("-refresh=false")
	planned()
	terraform.Must(0, "apply", "tfplan")
	nothing("after an apply")
	invoke(t, terraform, 0, "stop", "running")
	invoke(t, terraform, 0, "start", "running")
	speak(t, cluster, "running", corev1.PodRunning, canary)
	invoke(t, terraform, 0, "restart", "running")
	planned()
	terraform.Must(0, "apply", "-auto-approve")
	nothing("after actions")
	planned("-destroy")
	terraform.Must(0, "apply", "tfplan")
}

// Promise 8: a create that fails by what a program says of itself keeps none of it either,
// in its error or its log, with the end of the log as its termination message.
func TestAccInstance_aFailedCreateKeepsNoLog(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	canary := "the password is " + rand.Text()
	cluster := acctest.Namespace(t)
	var added []string
	// By a policy, as what a configuration says is in the state.
	for name, value := range map[string]string{"behavior": "failed", "message": canary, "logs": canary} {
		added = append(added, fmt.Sprintf(`JSONPatch{op: "add", path: "/metadata/annotations/%s", value: %q},`, strings.ReplaceAll(behavior+name, "/", "~1"), value))
	}
	if err := injectInto(t.Context(), t, acctest.Client(t), cluster, added...); err != nil {
		t.Fatal(err)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, `env = { A = "b" }`, `restart_policy = "Never"`))
	output := terraform.Must(1, "apply", "-auto-approve")
	if found := strings.Count(strings.Join(strings.Fields(strings.ReplaceAll(output, "│", "")), " "), canary); found < 2 {
		t.Errorf("the error quotes message and log %d times:\n%s", found, output)
	}
	nowhere(t, "the state", terraform.Read("terraform.tfstate"), canary)
	terraform.Must(0, "plan", "-out=tfplan")
	nowhere(t, "the plan", terraform.SavedPlan("tfplan"), canary)
}

// nowhere looks for a text, also in private state: a state has that in base64, and that has
// its values in base64 again.
func nowhere(t *testing.T, where, text, canary string) {
	t.Helper()
	if strings.Contains(text, canary) {
		t.Errorf("%s has it", where)
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '"' }) {
		if inner, err := base64.StdEncoding.DecodeString(part); err == nil && len(inner) > 0 {
			nowhere(t, where+", in base64", string(inner), canary)
		}
	}
}

// speak has the Pod of that name, once it has the phase, say the canary wherever its status
// has free text, and an event about it. The Namespace's status says so as well.
func speak(t *testing.T, cluster, name string, phase corev1.PodPhase, canary string) {
	t.Helper()
	client := acctest.Client(t)
	var uid types.UID
	acctest.Eventually(t, name+" to speak", func(ctx context.Context) (bool, error) {
		pod, err := client.CoreV1().Pods(cluster).Get(ctx, name, metav1.GetOptions{})
		if err != nil || pod.Status.Phase != phase || len(pod.Status.ContainerStatuses) == 0 {
			return false, err
		}
		uid = pod.UID
		pod.Status.Message = canary
		for i := range pod.Status.Conditions {
			pod.Status.Conditions[i].Message, pod.Status.Conditions[i].Reason = canary, canary
		}
		c := &pod.Status.ContainerStatuses[0]
		c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 3, Reason: "Error", Message: canary}
		if c.State.Terminated != nil {
			c.State.Terminated.Message = canary
		}
		if c.State.Waiting != nil {
			c.State.Waiting.Message = canary
		}
		_, err = client.CoreV1().Pods(cluster).UpdateStatus(ctx, pod, metav1.UpdateOptions{})
		if apierrors.IsConflict(err) {
			return false, nil
		}
		return err == nil, err
	})
	event := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: name + "-"},
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: cluster, Name: name, UID: uid},
		Type:           corev1.EventTypeWarning, Reason: "Speaks", Message: canary, LastTimestamp: metav1.Now(),
	}
	if _, err := client.CoreV1().Events(cluster).Create(t.Context(), event, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		ns, err := client.CoreV1().Namespaces().Get(t.Context(), cluster, metav1.GetOptions{})
		if err != nil {
			return err
		}
		ns.Status.Conditions = []corev1.NamespaceCondition{{Type: corev1.NamespaceDeletionContentFailure, Status: corev1.ConditionTrue, Reason: canary, Message: canary}}
		_, err = client.CoreV1().Namespaces().UpdateStatus(t.Context(), ns, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
