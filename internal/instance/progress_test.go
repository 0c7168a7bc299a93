package instance

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func TestProgress(t *testing.T) {
	const done, hopeless, waiting = "done", "hopeless", "waiting"
	for _, c := range []struct {
		pod, waitFor string
		faulty       time.Duration
		verdict      string
		// says is part of what is missing, or of why it is hopeless.
		says string
		// advises is part of the advice.
		advises string
	}{
		{pod: "new", waitFor: waitNone, verdict: done},
		{pod: "new", waitFor: waitScheduled, verdict: waiting, says: "a node to run on"},
		{pod: "new", waitFor: waitReady, verdict: waiting, says: "a node to run on"},
		{pod: "unschedulable", waitFor: waitReady, faulty: time.Hour, verdict: waiting, says: "Unschedulable: 0/3 nodes are available: 3 Insufficient cpu."},
		{pod: "unschedulable", waitFor: waitScheduled, faulty: time.Hour, verdict: waiting, says: "Insufficient cpu"},
		{pod: "creating", waitFor: waitScheduled, verdict: done},
		{pod: "creating", waitFor: waitRunning, verdict: waiting, says: "container app to start: ContainerCreating"},
		{pod: "not-ready", waitFor: waitRunning, verdict: done},
		{pod: "not-ready", waitFor: waitReady, faulty: time.Hour, verdict: waiting, says: "container app to pass its readiness check"},
		{pod: "not-ready", waitFor: waitSucceeded, verdict: waiting, says: "program to finish"},
		{pod: "ready", waitFor: waitReady, verdict: done},
		{pod: "ready", waitFor: waitRunning, verdict: done},
		{pod: "ready", waitFor: waitSucceeded, verdict: waiting, says: "program to finish"},
		{pod: "succeeded", waitFor: waitReady, verdict: done},
		{pod: "succeeded", waitFor: waitRunning, verdict: done},
		{pod: "succeeded", waitFor: waitSucceeded, verdict: done},
		{pod: "succeeded-always", waitFor: waitReady, verdict: hopeless, says: "finished, though", advises: "restart_policy"},
		{pod: "failed", waitFor: waitReady, verdict: hopeless, says: "container app ended: Error, exit code 3 (no database)", advises: "log"},
		{pod: "failed", waitFor: waitSucceeded, verdict: hopeless, says: "exit code 3"},
		{pod: "failed", waitFor: waitScheduled, verdict: done},
		{pod: "oom", waitFor: waitReady, verdict: hopeless, says: "OOMKilled, exit code 137", advises: "`memory`"},
		{pod: "evicted", waitFor: waitReady, verdict: hopeless, says: "Evicted: The node was low on resource: memory", advises: "`requests`"},
		{pod: "deadline", waitFor: waitReady, verdict: hopeless, says: "DeadlineExceeded", advises: "longer than it is allowed"},
		{pod: "deleting", waitFor: waitReady, verdict: hopeless, says: "being deleted"},
		{pod: "crash-loop", waitFor: waitReady, verdict: waiting, says: "CrashLoopBackOff"},
		{pod: "crash-loop", waitFor: waitRunning, verdict: done},
		{pod: "crash-loop", waitFor: waitReady, faulty: patience, verdict: hopeless, says: "keeps ending (1 restarts): Error, exit code 1", advises: "read_only_root_filesystem"},
		{pod: "crash-loop-long", waitFor: waitReady, verdict: hopeless, says: "keeps ending (3 restarts)"},
		{pod: "crash-between", waitFor: waitReady, verdict: waiting},
		{pod: "crash-between", waitFor: waitReady, faulty: time.Hour, verdict: waiting, says: "container app to pass its readiness check"},
		{pod: "crash-ended", waitFor: waitReady, verdict: waiting},
		{pod: "crash-ended", waitFor: waitReady, faulty: patience, verdict: hopeless, says: "keeps ending (2 restarts): Error, exit code 1"},
		{pod: "crash-oom", waitFor: waitReady, verdict: hopeless, says: "OOMKilled, exit code 137", advises: "`memory`"},
		{pod: "init-crash", waitFor: waitReady, verdict: hopeless, says: "container setup keeps ending (4 restarts)"},
		{pod: "init-crash", waitFor: waitReady, verdict: hopeless, says: "init container setup keeps ending (4 restarts): Error, exit code 2", advises: "`pod`"},
		{pod: "init-running", waitFor: waitReady, faulty: time.Hour, verdict: waiting, says: "init container setup to finish"},
		{pod: "sidecar-starting", waitFor: waitReady, faulty: time.Hour, verdict: waiting, says: "sidecar log to have started"},
		{pod: "sidecar-not-ready", waitFor: waitReady, faulty: time.Hour, verdict: waiting, says: "sidecar log to pass its readiness check"},
		{pod: "sidecar-crash", waitFor: waitReady, verdict: hopeless, says: "sidecar log keeps ending (3 restarts): OOMKilled, exit code 137", advises: "`pod`"},
		{pod: "image-pull", waitFor: waitReady, verdict: waiting, says: "not found"},
		{pod: "image-pull", waitFor: waitScheduled, verdict: done},
		{pod: "image-pull", waitFor: waitReady, faulty: patience, verdict: hopeless, says: "can't be pulled: ErrImagePull: failed to pull image", advises: "`image`"},
		{pod: "image-backoff", waitFor: waitReady, faulty: patience, verdict: hopeless, says: "ImagePullBackOff", advises: "`image`"},
		{pod: "image-name", waitFor: waitReady, verdict: hopeless, says: "no valid name", advises: "`image`"},
		{pod: "no-config", waitFor: waitReady, faulty: patience - 1, verdict: waiting, says: `configmap "settings" not found`},
		{pod: "no-config", waitFor: waitReady, faulty: patience, verdict: hopeless, says: `configmap "settings" not found`, advises: "ConfigMap or Secret"},
		{pod: "root-image", waitFor: waitReady, verdict: hopeless, says: "runAsNonRoot", advises: "The image's user is root"},
		{pod: "root-image", waitFor: waitReady, verdict: hopeless, says: "runAsNonRoot", advises: "`security.run_as_non_root = false`"},
		{pod: "named-user", waitFor: waitReady, verdict: hopeless, says: "non-numeric user (nginx)", advises: "The image names its user, and a node can't tell whether nginx is root. Give it a number with `security.run_as_user`"},
		{pod: "helper-ended", waitFor: waitReady, verdict: hopeless, says: "container helper has ended (Completed, exit code 0) and isn't started again, as `restart_policy` is OnFailure", advises: "`wait_for`"},
		{pod: "helper-ended", waitFor: waitRunning, verdict: done},
		{pod: "helper-ended", waitFor: waitSucceeded, verdict: waiting, says: "program to finish"},
		{pod: "helper-failed", waitFor: waitReady, verdict: hopeless, says: "container helper has ended (Error, exit code 3) and isn't started again, as `restart_policy` is Never", advises: "Its log says why"},
		{pod: "helper-failed", waitFor: waitSucceeded, verdict: hopeless, says: "container helper has ended (Error, exit code 3)", advises: "Its log says why"},
		{pod: "helper-restarting", waitFor: waitReady, verdict: waiting},
		{pod: "helper-own-policy", waitFor: waitReady, verdict: waiting},
		{pod: "app-ended", waitFor: waitReady, verdict: hopeless, says: "container app has ended (Completed, exit code 0)"},
		{pod: "root-sidecar", waitFor: waitReady, verdict: hopeless, says: "breaks non-root policy", advises: "`securityContext.runAsUser` in `pod`"},
	} {
		t.Run(c.pod+" for "+c.waitFor+" after "+c.faulty.String(), func(t *testing.T) {
			check(t, progress(podFrom(t, c.pod), goal{For: c.waitFor}, c.faulty), c.verdict, c.says, c.advises)
		})
	}
}

func check(t *testing.T, got outlook, verdict, says, advises string) {
	t.Helper()
	was, said := "waiting", got.Waiting
	switch {
	case got.Done:
		was, said = "done", ""
	case got.Hopeless != "":
		was, said = "hopeless", got.Hopeless
	}
	if was != verdict || !strings.Contains(said, says) || !strings.Contains(got.Advice, advises) {
		t.Errorf("got %s: %q, advice %q; want %s: %q, advice %q", was, said, got.Advice, verdict, says, advises)
	}
	if was == "hopeless" && got.Advice == "" {
		t.Error("hopeless without advice")
	}
}

// TestProgress_followsTheNewContainer holds that a wait after a change isn't
// satisfied, or given up, by the container from before it.
func TestProgress_followsTheNewContainer(t *testing.T) {
	for _, c := range []struct {
		before, after, waitFor, verdict, says string
	}{
		{"ready", "ready", waitReady, "waiting", "restart the container"},
		{"ready", "ready", waitRunning, "waiting", "restart the container"},
		{"ready", "ready-again", waitReady, "done", ""},
		{"ready", "ready-again", waitRunning, "done", ""},
		{"ready", "image-name", waitReady, "hopeless", "no valid name"},
		{"ready", "image-pull", waitRunning, "waiting", "not found"},
		{"image-name", "image-name", waitReady, "waiting", "restart the container"},
		{"image-name", "ready", waitReady, "done", ""},
		{"crash-loop-long", "crash-loop-long", waitReady, "waiting", "restart the container"},
		{"ready", "crash-loop-long", waitReady, "hopeless", "keeps ending"},
		{"job-running", "job-running", waitReady, "waiting", "restart the container"},
		{"job-running", "job-ended", waitReady, "hopeless", "finished before it took up the change"},
		{"job-ended", "job-ended", waitSucceeded, "hopeless", "finished before it took up the change"},
		{"job-running", "app-ended", waitRunning, "hopeless", "finished before it took up the change"},
		{"job-running", "evicted", waitReady, "hopeless", "it failed: Evicted"},
	} {
		t.Run(c.before+" then "+c.after+" for "+c.waitFor, func(t *testing.T) {
			g := goal{For: c.waitFor, Before: statusByName(podFrom(t, c.before).Status.ContainerStatuses, "app")}
			check(t, progress(podFrom(t, c.after), g, 0), c.verdict, c.says, "")
		})
	}
}

func TestProgress_ofAResize(t *testing.T) {
	amounts := corev1.ResourceList{"cpu": resource.MustParse("2"), "memory": resource.MustParse("1Gi")}
	want := size{Limits: amounts, Requests: amounts}
	for _, c := range []struct {
		pod     string
		faulty  time.Duration
		verdict string
		says    string
	}{
		{pod: "resize-done", verdict: "done"},
		{pod: "resize-asked", verdict: "waiting", says: "the new size"},
		{pod: "resize-rounded", verdict: "done"},
		{pod: "resize-underway", verdict: "waiting", says: "the new size"},
		{pod: "resize-deferred", verdict: "waiting", says: "no room for that size now"},
		{pod: "resize-deferred", faulty: patience, verdict: "hopeless", says: "Deferred: Node didn't have enough resource: cpu"},
		{pod: "resize-infeasible", verdict: "hopeless", says: "Infeasible: Node didn't have enough capacity: cpu"},
		{pod: "resize-infeasible-before", verdict: "waiting", says: "the new size"},
		{pod: "resize-error", verdict: "waiting", says: "cgroup"},
		{pod: "resize-error", faulty: patience, verdict: "hopeless", says: "cgroup"},
		{pod: "resize-not-running", verdict: "done"},
		{pod: "resize-finished", verdict: "hopeless", says: "finished before"},
		{pod: "app-ended", verdict: "hopeless", says: "finished before"},
		{pod: "deleting", verdict: "hopeless", says: "being deleted"},
	} {
		t.Run(c.pod+" after "+c.faulty.String(), func(t *testing.T) {
			check(t, progress(podFrom(t, c.pod), goal{Size: &want}, c.faulty), c.verdict, c.says, "")
		})
	}
}

// TestFaultOf_isOnePatiencePerFault holds that neither a new wording nor a
// restart in between begins the patience anew.
func TestFaultOf_isOnePatiencePerFault(t *testing.T) {
	for _, same := range [][2]string{{"image-pull", "image-backoff"}, {"crash-loop", "crash-between"}, {"crash-between", "crash-ended"}} {
		a, b := faultKey(podFrom(t, same[0]), goal{}), faultKey(podFrom(t, same[1]), goal{})
		if a == "" || a != b {
			t.Errorf("%s is %q, %s is %q", same[0], a, same[1], b)
		}
	}
	if a, b := faultKey(podFrom(t, "image-pull"), goal{}), faultKey(podFrom(t, "no-config"), goal{}); a == b {
		t.Errorf("two faults are one: %q", a)
	}
	if key := faultKey(podFrom(t, "ready-again"), goal{}); key != "" {
		t.Errorf("a Pod that is ready has the fault %q", key)
	}
}
