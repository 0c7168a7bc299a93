package instance_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// restarting is the status of a Pod whose container a kubelet has started again so often, the last
// time a moment ago, and that runs and is ready.
func restarting(status *corev1.PodStatus, n int32, end corev1.ContainerStateTerminated) {
	now := time.Now()
	c := &status.ContainerStatuses[0]
	end.StartedAt, end.FinishedAt = metav1.NewTime(now.Add(-40*time.Second)), metav1.NewTime(now.Add(-10*time.Second))
	c.RestartCount, c.LastTerminationState.Terminated = n, &end
	c.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(now.Add(-5 * time.Second))}}
}

// kubeletSays records an event about the container app of the Pod web.
func kubeletSays(t *testing.T, cluster, kind, reason, message string) {
	t.Helper()
	client := acctest.Client(t)
	pod := getPod(t, client, cluster, "web")
	_, err := client.CoreV1().Events(cluster).Create(t.Context(), &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: "web.", Namespace: cluster},
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: cluster, Name: "web", UID: pod.UID, FieldPath: "spec.containers{app}"},
		Type:           kind, Reason: reason, Message: message,
		FirstTimestamp: metav1.Now(), LastTimestamp: metav1.Now(), Count: 3,
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAccInstance_causesAreNamedWhereverTheyAreLookedAt holds that a refresh's warning and the data
// source name the same cause with the same advice, as a kubelet shows it, and change no plan.
func TestAccInstance_causesAreNamedWhereverTheyAreLookedAt(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for name, c := range map[string]struct {
		attributes string
		becomes    func(t *testing.T, cluster string, status *corev1.PodStatus)
		// warned is the warning's title and what is in it; empty where nothing is said.
		warned  []string
		problem string
	}{
		"killed by its liveness check": {
			becomes: func(t *testing.T, cluster string, status *corev1.PodStatus) {
				t.Helper()
				restarting(status, 3, corev1.ContainerStateTerminated{Reason: "Completed"})
				kubeletSays(t, cluster, "Warning", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500")
				kubeletSays(t, cluster, "Normal", "Killing", "Container app failed liveness probe, will be restarted")
			},
			warned:  []string{"Instance fails its liveness check", "its liveness check fails: HTTP probe failed with statuscode: 500", "`health_checks[\"liveness\"]`"},
			problem: "Its node keeps restarting container app (3 restarts), because its liveness check fails.",
		},
		"a crash loop that happens to run": {
			becomes: func(_ *testing.T, _ string, status *corev1.PodStatus) {
				restarting(status, 4, corev1.ContainerStateTerminated{Reason: "Error", ExitCode: 3, Message: "password is hunter2"})
			},
			warned:  []string{"Instance keeps ending", "container app keeps ending (4 restarts): Error, exit code 3", "Its log says why"},
			problem: "Container app keeps ending (4 restarts): Error, exit code 3.",
		},
		"two changes of its image": {
			becomes: func(t *testing.T, cluster string, status *corev1.PodStatus) {
				t.Helper()
				restarting(status, 2, corev1.ContainerStateTerminated{Reason: "Error", ExitCode: 143})
				kubeletSays(t, cluster, "Normal", "Killing", "Container app definition changed, will be restarted")
			},
		},
		"a readiness check": {
			becomes: func(t *testing.T, cluster string, status *corev1.PodStatus) {
				t.Helper()
				kubeletSays(t, cluster, "Warning", "Unhealthy", "Readiness probe failed: dial tcp 10.0.0.1:8080: connect: connection refused")
				status.ContainerStatuses[0].Ready = false
				turn(status, corev1.PodReady, "ContainersNotReady")
				turn(status, corev1.ContainersReady, "ContainersNotReady")
			},
			warned:  []string{"Instance isn't ready any more", "connection refused", "`health_checks[\"readiness\"]`"},
			problem: "Container app was ready, but has failed its readiness check since",
		},
		"a volume over its size": {
			attributes: `volumes = { cache = { mount_path = "/cache", empty_dir = "Disk", size = "1Mi" } }`,
			becomes: func(_ *testing.T, _ string, status *corev1.PodStatus) {
				evict(status, `Usage of EmptyDir volume "cache" exceeds the limit "1Mi". `)
			},
			warned:  []string{"Instance used more than its volume's size", "its volume cache holds more than its size of 1Mi", "`volumes[\"cache\"].size`"},
			problem: "Evicted: its volume cache holds more than its size of 1Mi.",
		},
		"storage over its limit": {
			attributes: `limits = { "ephemeral-storage" = "50Mi" }`,
			becomes: func(_ *testing.T, _ string, status *corev1.PodStatus) {
				evict(status, `Container app exceeded its local ephemeral storage limit "50Mi". `)
			},
			warned:  []string{"Instance used more local storage than it is allowed to", "more local storage than its limit of 50Mi", "`limits[\"ephemeral-storage\"]`"},
			problem: "Evicted: container app used more local storage than its limit of 50Mi.",
		},
		"a deadline": {
			attributes: `pod = { activeDeadlineSeconds = 600 }`,
			becomes: func(_ *testing.T, _ string, status *corev1.PodStatus) {
				evict(status, "Pod was active on the node longer than the specified deadline")
				status.Reason = "DeadlineExceeded"
			},
			warned:  []string{"Instance took longer than it is allowed to", "`activeDeadlineSeconds` in `pod` allows 600 seconds"},
			problem: "DeadlineExceeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster, client := acctest.Namespace(t), acctest.Client(t)
			terraform := acctest.NewCLI(t)
			config := block(cluster, `name = "web"`, `image = "web:1"`, c.attributes)
			terraform.Configure(config)
			terraform.Must(0, "apply", "-auto-approve")
			change(t, cluster, fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, behavior+"behavior", byHand))()
			status := getPod(t, client, cluster, "web").Status.DeepCopy()
			c.becomes(t, cluster, status)
			nodeSays(t, cluster, status)

			terraform.Configure(config + fmt.Sprintf("data \"mar_instance\" \"it\" {\n  cluster = %q\n  name = \"web\"\n}\noutput \"problem\" { value = data.mar_instance.it.problem }\noutput \"advice\" { value = data.mar_instance.it.advice }\n", cluster))
			said := flat(terraform.Must(0, "plan"))
			says(t, said, c.warned...)
			if len(c.warned) == 0 && strings.Contains(said, "Warning") {
				t.Errorf("it warns:\n%s", said)
			}
			terraform.Must(0, "apply", "-auto-approve", "-refresh-only")
			problem, advice := outputs(t, terraform)
			if err := errors.Join(within("problem", problem, c.problem), equal("whether there is advice", advice != "", c.problem != "")); err != nil {
				t.Error(err)
			}
			if c.problem == "" && problem != "" {
				t.Errorf("the data source says %q", problem)
			}
			if strings.Contains(problem+advice, "hunter2") || strings.Contains(problem, "statuscode") || strings.Contains(problem, "refused") {
				t.Errorf("free text is in the state: %s %s", problem, advice)
			}
		})
	}
}

func turn(status *corev1.PodStatus, kind corev1.PodConditionType, reason string) {
	for i := range status.Conditions {
		if c := &status.Conditions[i]; c.Type == kind {
			c.Status, c.Reason, c.LastTransitionTime = corev1.ConditionFalse, reason, metav1.NewTime(time.Now().Add(time.Minute))
		}
	}
}

func evict(status *corev1.PodStatus, message string) {
	c := &status.ContainerStatuses[0]
	status.Phase, status.Reason, status.Message = corev1.PodFailed, "Evicted", message
	c.Ready = false
	c.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "Error", StartedAt: metav1.Now(), FinishedAt: metav1.Now(), ContainerID: c.ContainerID}}
}

// outputs are what the data source says.
func outputs(t *testing.T, terraform *acctest.CLI) (problem, advice string) {
	t.Helper()
	for name, value := range map[string]*string{"problem": &problem, "advice": &advice} {
		if text, code := terraform.Run("output", "-raw", name); code == 0 {
			*value = text
		}
	}
	return problem, advice
}

func within(what, text, part string) error {
	if !strings.Contains(text, part) {
		return fmt.Errorf("the %s is %q, without %q", what, text, part)
	}
	return nil
}

// TestAccInstance_adviceBelongsToTheCause holds that a wait whose time is up gives the advice of
// what is wrong, and not that of a program that is only slow.
func TestAccInstance_adviceBelongsToTheCause(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for name, c := range map[string]struct {
		attributes []string
		says       []string
		not        string
	}{
		"an image that can't be pulled": {
			attributes: []string{`image = "registry.invalid/web:1"`},
			says:       []string{"timed out after 8s: the image of container app can't be pulled", "Check the name and tag in `image`"}, not: "more time",
		},
		"a readiness gate": {
			attributes: []string{`image = "web:1"`, `pod = { readinessGates = [{ conditionType = "example.com/open" }] }`},
			says:       []string{"its readiness gate example.com/open isn't open", "opens the gate by setting the condition"}, not: "log",
		},
		"a start that is slow": {
			attributes: []string{`image = "web:1"`, behaving("start-delay", "1m")},
			says:       []string{"waiting for container app to start: ContainerCreating", "Give it more time"}, not: "log may say",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terraform := acctest.NewCLI(t)
			terraform.Configure(block(acctest.Namespace(t), append(c.attributes, `name = "web"`, `timeouts = { create = "8s" }`)...))
			output := flat(terraform.Must(1, "apply", "-auto-approve"))
			says(t, output, c.says...)
			if strings.Contains(output, c.not) {
				t.Errorf("it says %q:\n%s", c.not, output)
			}
		})
	}
}
