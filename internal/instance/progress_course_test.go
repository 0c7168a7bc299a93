package instance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestCourse_holdsReadiness holds when a wait for readiness that has to last ends, second by second.
func TestCourse_holdsReadiness(t *testing.T) {
	var said strings.Builder
	ready := func(restarts int32) *corev1.Pod {
		pod := podFrom(t, "ready")
		pod.Status.ContainerStatuses[0].RestartCount = restarts
		return pod
	}
	later := func(restarts int32) *corev1.Pod {
		pod := ready(restarts)
		for i := range pod.Status.Conditions {
			pod.Status.Conditions[i].LastTransitionTime = metav1.NewTime(then)
		}
		return pod
	}
	exited := func(code int32) *corev1.Pod {
		pod := podFrom(t, "not-ready")
		pod.Status.ContainerStatuses[0].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error"}}
		return pod
	}
	job := func(phase corev1.PodPhase) *corev1.Pod {
		pod := podFrom(t, "succeeded")
		pod.Status.Phase = phase
		return pod
	}
	type moment struct {
		after time.Duration
		pod   *corev1.Pod
	}
	const hold = 10 * time.Second
	before := &ready(0).Status.ContainerStatuses[0]
	for _, c := range []struct {
		name    string
		goal    goal
		moments []moment
		verdict string
	}{
		{"at once without it", goal{For: waitReady}, []moment{{0, ready(0)}}, "done"},
		{"not yet", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {hold - 1, ready(0)}}, "waiting"},
		{"long enough", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {hold, ready(0)}}, "done"},
		{"only from when it is ready", goal{For: waitReady, Hold: hold}, []moment{{0, podFrom(t, "not-ready")}, {hold, ready(0)}}, "waiting"},
		{"begins anew when readiness was lost", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {hold / 2, podFrom(t, "not-ready")}, {hold, ready(0)}}, "waiting"},
		{"begins anew when it was lost unseen", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {hold, later(0)}}, "waiting"},
		{"an end", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, exited(3)}}, "hopeless"},
		{"an end at once", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {0, exited(3)}}, "hopeless"},
		{"a restart that nobody saw", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, ready(1)}}, "hopeless"},
		{"a crash loop", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, podFrom(t, "crash-loop")}}, "hopeless"},
		{"restarts of before", goal{For: waitReady, Hold: hold}, []moment{{0, exited(3)}, {time.Second, ready(4)}, {time.Second + hold, ready(4)}}, "done"},
		{"an eviction", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, podFrom(t, "evicted")}}, "hopeless"},
		{"a deletion", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, podFrom(t, "deleting")}}, "hopeless"},
		{"a job that ends well", goal{For: waitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, job(corev1.PodSucceeded)}}, "done"},
		{"a change that restarts it", goal{For: waitReady, Hold: hold, Before: before}, []moment{{0, ready(0)}, {time.Second, exited(0)}, {2 * time.Second, podFrom(t, "ready-again")}}, "waiting"},
		{"a change that restarts it, and holds", goal{For: waitReady, Hold: hold, Before: before}, []moment{{0, ready(0)}, {time.Second, exited(0)}, {2 * time.Second, podFrom(t, "ready-again")}, {2*time.Second + hold, podFrom(t, "ready-again")}}, "done"},
		{"a change that restarts it unseen", goal{For: waitReady, Hold: hold, Before: before}, []moment{{0, ready(0)}, {2 * time.Second, podFrom(t, "ready-again")}, {2*time.Second + hold, podFrom(t, "ready-again")}}, "done"},
		{"another goal", goal{For: waitRunning, Hold: hold}, []moment{{0, ready(0)}}, "done"},
		{"no goal", goal{For: waitNone, Hold: hold}, []moment{{0, ready(0)}}, "done"},
	} {
		t.Run(c.name, func(t *testing.T) {
			course := newCourse(c.goal, then)
			var last outlook
			for i, m := range c.moments {
				last = course.see(m.pod, then.Add(m.after))
				if i < len(c.moments)-1 && (last.Done || last.Hopeless != "") {
					t.Fatalf("it ended too early: %+v", last)
				}
			}
			check(t, &said, last, c.verdict)
		})
	}
	assert.Check(t, golden.String(said.String(), "texts/progress_of_readiness.txt"))
}

// TestCourse_eventsTellMore holds that what is known when a wait ends makes its cause more precise.
func TestCourse_eventsTellMore(t *testing.T) {
	killing := func(message string) []corev1.Event {
		return []corev1.Event{
			{Type: "Warning", Reason: "Unhealthy", Message: "Liveness probe failed: HTTP probe failed with statuscode: 500", InvolvedObject: corev1.ObjectReference{FieldPath: "spec.containers{app}"}},
			{Type: "Normal", Reason: "Killing", Message: message, InvolvedObject: corev1.ObjectReference{FieldPath: "spec.containers{app}"}},
		}
	}
	var said strings.Builder
	for _, c := range []struct {
		name   string
		goal   goal
		pods   []string
		events []corev1.Event
	}{
		{"a crash loop", goal{For: waitReady}, []string{"crash-loop-long"}, killing("Container app failed liveness probe, will be restarted")},
		{"readiness that didn't last", goal{For: waitReady, Hold: time.Minute}, []string{"ready", "crash-loop"}, killing("Container app failed liveness probe, will be restarted")},
		{"creating", goal{For: waitReady}, []string{"creating"}, []corev1.Event{{Type: "Warning", Reason: "FailedMount", Message: `MountVolume.SetUp failed for volume "v" : secret "s" not found`}}},
		{"unready", goal{For: waitReady}, []string{"not-ready"}, []corev1.Event{{Type: "Warning", Reason: "Unhealthy", Message: "Readiness probe failed: connection refused", InvolvedObject: corev1.ObjectReference{FieldPath: "spec.containers{app}"}}}},
	} {
		course := newCourse(c.goal, then)
		for _, pod := range c.pods {
			course.see(podFrom(t, pod), then)
		}
		pod := podFrom(t, c.pods[len(c.pods)-1])
		without, with := course.judge(c.goal.facts(pod, nil, then)), course.judge(c.goal.facts(pod, c.events, then))
		if with.Hopeless+with.Problem == without.Hopeless+without.Problem {
			t.Errorf("%s: events changed nothing: %+v", c.name, with)
		}
		fmt.Fprintf(&said, "## %s\n%s\n%s\n\n", c.name, with.ended(fmt.Errorf("timed out after 30s")), with.Advice)
	}
	assert.Check(t, golden.String(said.String(), "texts/progress_with_events.txt"))
}
