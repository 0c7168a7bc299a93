package instance_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// actionsOn are the three actions on an instance.
func actionsOn(cluster, name string) string {
	var all strings.Builder
	for _, action := range []string{"start", "stop", "restart"} {
		fmt.Fprintf(&all, "action \"mar_instance_%s\" %q {\n  config {\n    cluster = %q\n    name = %q\n  }\n}\n", action, name, cluster, name)
	}
	return all.String()
}

// invoke runs one of them, which has to end with the exit code.
func invoke(t *testing.T, terraform *acctest.CLI, code int, action, name string) string {
	t.Helper()
	output := terraform.Must(code, invocation(action, name)...)
	return strings.Join(strings.Fields(output), " ")
}

func invocation(action, name string) []string {
	return []string{"apply", "-auto-approve", "-lock=false", fmt.Sprintf("-invoke=action.mar_instance_%s.%s", action, name)}
}

func says(t *testing.T, output string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(output, text) {
			t.Errorf("it doesn't say %q:\n%s", text, output)
		}
	}
}

// TestAccInstanceAction_movesPowerThatIsNotManaged holds that an instance without
// desired_status is stopped, started and restarted by actions as a whole, that a
// repetition does nothing, and that none of it is drift.
func TestAccInstanceAction_movesPowerThatIsNotManaged(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(actionsOn(cluster, "web") + instanceConfig(cluster, `labels = { team = "shop" }`, behaving("start-delay", "1s", "stop-delay", "1s"),
		"secret_env_wo = { PASSWORD = \"hunter2\" }\n  secret_env_wo_version = 1", richPod))
	terraform.Must(0, "apply", "-auto-approve")
	made := theSecret(t, cluster)
	change(t, cluster, `{"metadata":{"labels":{"injected":"yes"},"annotations":{"injected":"yes"}}}`)()
	first := podNow(t, cluster)

	says(t, invoke(t, terraform, 0, "stop", "web"), "keeping the instance as it", "Pod "+cluster+"/web: deleting it", "waiting for it to end")
	is(t, cluster, made, false)
	terraform.Must(0, "plan", "-detailed-exitcode")
	says(t, invoke(t, terraform, 0, "stop", "web"), "it is already stopped")

	says(t, invoke(t, terraform, 0, "start", "web"), "Pod "+cluster+"/web: making it", "waiting for")
	is(t, cluster, made, true)
	second := podNow(t, cluster)
	terraform.Must(0, "plan", "-detailed-exitcode")
	says(t, invoke(t, terraform, 0, "start", "web"), "it already runs")
	if err := errors.Join(alike(first, second), equal("the Pod's UID", podNow(t, cluster).UID, second.UID)); err != nil {
		t.Error(err)
	}

	invoke(t, terraform, 0, "restart", "web")
	is(t, cluster, made, true)
	if podNow(t, cluster).UID == second.UID {
		t.Error("it was not restarted")
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// alike reports what the Pod that was recreated lacks, or has too much.
func alike(before, after *corev1.Pod) error {
	is, was := after.Spec.DeepCopy(), before.Spec.DeepCopy()
	is.NodeName, was.NodeName = "", ""
	return errors.Join(
		equal("the UID is the same:", after.UID == before.UID, false),
		equal("what differs of its spec", cmp.Diff(was, is), ""),
		equal("label team", after.Labels["team"], "shop"),
		equal("its annotation", after.Annotations[behavior+"start-delay"], "1s"),
		equal("what others put on it", after.Labels["injected"]+after.Annotations["injected"], ""),
	)
}

func podNow(t *testing.T, cluster string) *corev1.Pod {
	t.Helper()
	pod, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return pod
}

func is(t *testing.T, cluster string, made *corev1.Secret, runs bool) {
	t.Helper()
	if err := whole(t.Context(), acctest.Client(t), cluster, made, runs); err != nil {
		t.Fatal(err)
	}
}

// TestAccInstanceAction_nextPlanSetsManagedPowerBack holds that what an action does
// against desired_status is drift.
func TestAccInstanceAction_nextPlanSetsManagedPowerBack(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(actionsOn(cluster, "web") + instanceConfig(cluster, running))
	terraform.Must(0, "apply", "-auto-approve")
	invoke(t, terraform, 0, "stop", "web")
	if output := terraform.Must(2, "plan", "-detailed-exitcode"); !strings.Contains(strings.Join(strings.Fields(output), " "), `desired_status = "Stopped" -> "Running"`) {
		t.Errorf("the plan doesn't say that it starts it:\n%s", output)
	}
	terraform.Must(0, "apply", "-auto-approve")
	podNow(t, cluster)
}

// TestAccInstanceAction_refusesWhatItWouldLose holds that a Pod made elsewhere, one
// that a controller makes, and an instance that isn't there are errors which say
// what to do, and that a job that is done isn't started.
func TestAccInstanceAction_refusesWhatItWouldLose(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	runPods(t, cluster, corev1.PodRunning, func(*corev1.Pod) {}, "stranger")
	runPods(t, cluster, corev1.PodRunning, func(pod *corev1.Pod) { controlledBy(t, cluster, pod) }, "controlled")
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, `restart_policy = "Never"`, `wait_for = "Succeeded"`, behaving("behavior", "succeeded")) +
		actionsOn(cluster, "stranger") + actionsOn(cluster, "controlled") + actionsOn(cluster, "missing") + actionsOn(cluster, "web"))
	terraform.Must(0, "apply", "-auto-approve")
	says(t, invoke(t, terraform, 1, "stop", "stranger"), "Could not stop the instance "+cluster+"/stranger", "Import it as a `mar_instance`")
	says(t, invoke(t, terraform, 1, "restart", "controlled"), "belongs to ServiceAccount default")
	says(t, invoke(t, terraform, 1, "start", "missing"), "No such instance")
	says(t, invoke(t, terraform, 0, "start", "web"), "Instance has finished")
	for _, name := range []string{"stranger", "controlled"} {
		pod, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), name, metav1.GetOptions{})
		if err != nil || pod.DeletionTimestamp != nil {
			t.Errorf("%s was touched: %v", name, err)
		}
	}
}

// TestAccInstanceAction_killedRestartGoesOn kills Terraform between any two writes
// of a restart. The same action, invoked again, has to end with the instance under
// its name and with its Secret.
func TestAccInstanceAction_killedRestartGoesOn(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	for writes := int32(1); ; writes++ {
		cluster := acctest.Namespace(t)
		terraform := acctest.NewCLI(t)
		config := actionsOn(cluster, "web") + instanceConfig(cluster, "secret_env_wo = { PASSWORD = \"hunter2\" }\n  secret_env_wo_version = 1")
		terraform.Configure(config)
		terraform.Must(0, "apply", "-auto-approve")
		made, before := theSecret(t, cluster), podNow(t, cluster)

		proxy, reached := dyingAfter(t, writes)
		terraform.Configure(proxy + config)
		output, finished := terraform.Kill(reached, invocation("restart", "web")...)
		if finished {
			if writes < 6 {
				t.Fatalf("it took only %d writes:\n%s", writes-1, output)
			}
			return
		}
		terraform.Configure(config)
		output = invoke(t, terraform, 0, "restart", "web")
		if err := whole(t.Context(), acctest.Client(t), cluster, made, true); err != nil {
			t.Errorf("killed after %d writes: %v\n%s", writes, err, output)
		}
		if podNow(t, cluster).UID == before.UID {
			t.Errorf("killed after %d writes: it was not restarted", writes)
		}
		terraform.Must(0, "plan", "-detailed-exitcode", "-lock=false")
	}
}
