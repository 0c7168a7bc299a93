package waiting

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// TestTracker_holdsReadiness holds when a wait for readiness that has to last ends, second by second.
func TestTracker_holdsReadiness(t *testing.T) {
	var said strings.Builder
	ready := func(restarts int32) *corev1.Pod {
		pod := fixture.PodFrom(t, "ready")
		pod.Status.ContainerStatuses[0].RestartCount = restarts
		return pod
	}
	later := func(restarts int32) *corev1.Pod {
		pod := ready(restarts)
		for i := range pod.Status.Conditions {
			pod.Status.Conditions[i].LastTransitionTime = metav1.NewTime(fixture.Then())
		}
		return pod
	}
	exited := func(code int32) *corev1.Pod {
		pod := fixture.PodFrom(t, "not-ready")
		pod.Status.ContainerStatuses[0].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error"}}
		return pod
	}
	job := func(phase corev1.PodPhase) *corev1.Pod {
		pod := fixture.PodFrom(t, "succeeded")
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
		goal    Goal
		moments []moment
		verdict string
	}{
		{"at once without it", Goal{For: model.WaitReady}, []moment{{0, ready(0)}}, "done"},
		{"not yet", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {hold - 1, ready(0)}}, "waiting"},
		{"long enough", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {hold, ready(0)}}, "done"},
		{"only from when it is ready", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, fixture.PodFrom(t, "not-ready")}, {hold, ready(0)}}, "waiting"},
		{"begins anew when readiness was lost", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {hold / 2, fixture.PodFrom(t, "not-ready")}, {hold, ready(0)}}, "waiting"},
		{"begins anew when it was lost unseen", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {hold, later(0)}}, "waiting"},
		{"an end", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, exited(3)}}, "hopeless"},
		{"an end at once", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {0, exited(3)}}, "hopeless"},
		{"a restart that nobody saw", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, ready(1)}}, "hopeless"},
		{"a crash loop", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, fixture.PodFrom(t, "crash-loop")}}, "hopeless"},
		{"restarts of before", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, exited(3)}, {time.Second, ready(4)}, {time.Second + hold, ready(4)}}, "done"},
		{"an eviction", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, fixture.PodFrom(t, "evicted")}}, "hopeless"},
		{"a deletion", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, fixture.PodFrom(t, "deleting")}}, "hopeless"},
		{"a job that ends well", Goal{For: model.WaitReady, Hold: hold}, []moment{{0, ready(0)}, {2 * time.Second, job(corev1.PodSucceeded)}}, "done"},
		{"a change that restarts it", Goal{For: model.WaitReady, Hold: hold, Before: before}, []moment{{0, ready(0)}, {time.Second, exited(0)}, {2 * time.Second, fixture.PodFrom(t, "ready-again")}}, "waiting"},
		{"a change that restarts it, and holds", Goal{For: model.WaitReady, Hold: hold, Before: before}, []moment{{0, ready(0)}, {time.Second, exited(0)}, {2 * time.Second, fixture.PodFrom(t, "ready-again")}, {2*time.Second + hold, fixture.PodFrom(t, "ready-again")}}, "done"},
		{"a change that restarts it unseen", Goal{For: model.WaitReady, Hold: hold, Before: before}, []moment{{0, ready(0)}, {2 * time.Second, fixture.PodFrom(t, "ready-again")}, {2*time.Second + hold, fixture.PodFrom(t, "ready-again")}}, "done"},
		{"another goal", Goal{For: model.WaitRunning, Hold: hold}, []moment{{0, ready(0)}}, "done"},
		{"no goal", Goal{For: model.WaitNone, Hold: hold}, []moment{{0, ready(0)}}, "done"},
	} {
		t.Run(c.name, func(t *testing.T) {
			course := NewTracker(c.goal, fixture.Then())
			var last Status
			for i, m := range c.moments {
				last = course.Observe(m.pod, fixture.Then().Add(m.after))
				if i < len(c.moments)-1 && (last.Done || last.Failure != "") {
					t.Fatalf("it ended too early: %+v", last)
				}
			}
			check(t, &said, last, c.verdict)
		})
	}
	assert.Check(t, golden.String(said.String(), "texts/progress_of_readiness.txt"))
}

// TestTracker_eventsTellMore holds that what is known when a wait ends makes its cause more precise.
func TestTracker_eventsTellMore(t *testing.T) {
	killing := func(message string) []corev1.Event {
		return []corev1.Event{
			{Type: "Warning", Reason: "Unhealthy", Message: "Liveness probe failed: HTTP probe failed with statuscode: 500", InvolvedObject: corev1.ObjectReference{FieldPath: "spec.containers{app}"}},
			{Type: "Normal", Reason: "Killing", Message: message, InvolvedObject: corev1.ObjectReference{FieldPath: "spec.containers{app}"}},
		}
	}
	var said strings.Builder
	for _, c := range []struct {
		name   string
		goal   Goal
		pods   []string
		events []corev1.Event
	}{
		{"a crash loop", Goal{For: model.WaitReady}, []string{"crash-loop-long"}, killing("Container app failed liveness probe, will be restarted")},
		{"readiness that didn't last", Goal{For: model.WaitReady, Hold: time.Minute}, []string{"ready", "crash-loop"}, killing("Container app failed liveness probe, will be restarted")},
		{"creating", Goal{For: model.WaitReady}, []string{"creating"}, []corev1.Event{{Type: "Warning", Reason: "FailedMount", Message: `MountVolume.SetUp failed for volume "v" : secret "s" not found`}}},
		{"unready", Goal{For: model.WaitReady}, []string{"not-ready"}, []corev1.Event{{Type: "Warning", Reason: "Unhealthy", Message: "Readiness probe failed: connection refused", InvolvedObject: corev1.ObjectReference{FieldPath: "spec.containers{app}"}}}},
	} {
		course := NewTracker(c.goal, fixture.Then())
		for _, pod := range c.pods {
			course.Observe(fixture.PodFrom(t, pod), fixture.Then())
		}
		pod := fixture.PodFrom(t, c.pods[len(c.pods)-1])
		without, with := course.Judge(c.goal.Facts(pod, nil, fixture.Then())), course.Judge(c.goal.Facts(pod, c.events, fixture.Then()))
		if with.Failure+with.Problem == without.Failure+without.Problem {
			t.Errorf("%s: events changed nothing: %+v", c.name, with)
		}
		fmt.Fprintf(&said, "## %s\n%s\n%s\n\n", c.name, with.Ended(fmt.Errorf("timed out after 30s")), with.Advice)
	}
	assert.Check(t, golden.String(said.String(), "texts/progress_with_events.txt"))
}
