package waiting

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
)

func TestDiagnose_state(t *testing.T) {
	for name, want := range map[string][]string{
		"ready": {
			"status Running, on node node-1",
			"container app running, ready",
		},
		"unschedulable": {
			"status Pending",
			"condition PodScheduled is False: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu.",
		},
		"crash-oom": {
			"status Running, on node node-1",
			"condition Ready is False: ContainersNotReady: containers with unready status: [app]",
			"container app waiting: CrashLoopBackOff: back-off 20s restarting failed container; 3 restarts; last ended: OOMKilled, exit code 137",
		},
		"evicted": {
			"status Failed: Evicted: The node was low on resource: memory., on node node-1",
		},
		"failed": {
			"status Failed, on node node-1",
			"container app ended: Error, exit code 3 (no database)",
		},
		"deleting": {
			"status Running, on node node-1",
			"being deleted; its grace period ends at 2026-03-01T09:40:00Z",
			"held by finalizers: example.com/hold",
		},
		"resize-deferred": {
			"status Running, on node node-1",
			"condition PodResizePending is True: Deferred: Node didn't have enough resource: cpu",
			"container app running, ready",
		},
		"init-crash": {
			"status Pending, on node node-1",
			"condition Initialized is False: ContainersNotInitialized: containers with incomplete status: [setup]",
			"init container setup waiting: CrashLoopBackOff: back-off 40s; 4 restarts; last ended: Error, exit code 2",
			"container app waiting: PodInitializing",
		},
	} {
		if got := Diagnose(fixture.PodFrom(t, name), nil, nil).State; !slices.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestDiagnose_events(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 3, 1, 9, minute, 0, 0, time.UTC) }
	events := []corev1.Event{
		{Type: "Warning", Reason: "BackOff", Message: "again", Count: 4, LastTimestamp: metav1.NewTime(at(5))},
		{Type: "Normal", Reason: "Pulled", Message: "fine", LastTimestamp: metav1.NewTime(at(9))},
		{Type: "Warning", Reason: "FailedScheduling", Message: "no room", EventTime: metav1.NewMicroTime(at(1))},
		{Type: "Warning", Reason: "FailedScheduling", Message: "no room", Series: &corev1.EventSeries{Count: 2, LastObservedTime: metav1.NewMicroTime(at(3))}},
		{Type: "Warning", Reason: "Failed", Message: "exit 1", ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(at(4))}},
	}
	want := []string{"FailedScheduling: no room (3 times)", "Failed: exit 1", "BackOff: again (4 times)"}
	if got := Diagnose(&corev1.Pod{}, events, nil).Events; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for i := range 20 {
		events = append(events, corev1.Event{Type: "Warning", Reason: fmt.Sprint("R", i), LastTimestamp: metav1.NewTime(at(10 + i))})
	}
	got := Diagnose(&corev1.Pod{}, events, nil).Events
	if len(got) != 10 || got[10-1] != "R19" {
		t.Errorf("not the newest %d, newest last: %q", 10, got)
	}
}

func TestLastLines(t *testing.T) {
	var log strings.Builder
	for i := range 30 {
		fmt.Fprintf(&log, "line %d\r\n\n", i)
	}
	for most, want := range map[int][]string{0: {}, 1: {"line 29"}, 3: {"line 27", "line 28", "line 29"}} {
		if got := LastLines(log.String(), most); !slices.Equal(got, want) {
			t.Errorf("%d lines: got %q", most, got)
		}
	}
	if got := LastLines(log.String(), 100); len(got) != 30 {
		t.Errorf("got %d lines of 30", len(got))
	}
}

// A termination message that is the end of a log is quoted no further than a log.
func TestQuotable(t *testing.T) {
	message := "one\ntwo\nthree"
	for policy, want := range map[corev1.TerminationMessagePolicy][]string{
		corev1.TerminationMessageFallbackToLogsOnError: {"", "three", "two\nthree"},
		corev1.TerminationMessageReadFile:              {message, message, message},
	} {
		end := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1, Message: message}}
		pod := &corev1.Pod{
			Spec:   corev1.PodSpec{Containers: []corev1.Container{{Name: "app", TerminationMessagePolicy: policy}}},
			Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: "app", State: end, LastTerminationState: end}}},
		}
		for lines, text := range want {
			c := Quotable(pod, lines).Status.ContainerStatuses[0]
			if c.State.Terminated.Message != text || c.LastTerminationState.Terminated.Message != text {
				t.Errorf("%s, %d lines: got %q", policy, lines, c.State.Terminated.Message)
			}
		}
		if end.Terminated.Message != message {
			t.Errorf("%s: the Pod itself was changed", policy)
		}
	}
}

func TestLogsOf(t *testing.T) {
	for _, c := range []struct {
		pod, container  string
		previous, found bool
	}{
		{"new", "", false, false},
		{"image-pull", "", false, false},
		{"not-ready", "app", false, true},
		{"crash-loop", "app", true, true},
		{"crash-between", "app", false, true},
		{"failed", "app", false, true},
		{"init-crash", "setup", true, true},
	} {
		container, previous, found := LogsOf(fixture.PodFrom(t, c.pod))
		if container != c.container || previous != c.previous || found != c.found {
			t.Errorf("%s: got %q, previous %t, found %t", c.pod, container, previous, found)
		}
	}
}
