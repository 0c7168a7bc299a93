package podhealth

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

const maxEvents = 10

// EventTime is when an event last happened; the two APIs of events have that in different
// fields.
func EventTime(e corev1.Event) time.Time {
	last := e.LastTimestamp.Time
	if e.Series != nil {
		last = e.Series.LastObservedTime.Time
	}
	if last.IsZero() {
		last = e.EventTime.Time
	}
	if last.IsZero() {
		last = e.CreationTimestamp.Time
	}
	return last
}

// latest is the last event that is one of these, nil where there is none.
func (f Facts) latest(is func(corev1.Event) bool) *corev1.Event {
	var last *corev1.Event
	for i, e := range f.Events {
		if is(e) && (last == nil || !EventTime(e).Before(EventTime(*last))) {
			last = &f.Events[i]
		}
	}
	return last
}

// isAbout reports whether an event is about that container. The kubelet says so in the path of
// a field: spec.containers{app}.
func isAbout(e corev1.Event, container string) bool {
	return strings.HasSuffix(e.InvolvedObject.FieldPath, "{"+container+"}") ||
		e.InvolvedObject.FieldPath == "" && strings.Contains(strings.ToLower(e.Message), "container "+container+" ")
}

// EventLines are the warnings, newest last, each with how often it came.
func EventLines(events []corev1.Event) []string {
	warnings := slices.DeleteFunc(slices.Clone(events), func(e corev1.Event) bool { return e.Type != corev1.EventTypeWarning })
	slices.SortStableFunc(warnings, func(a, b corev1.Event) int { return EventTime(a).Compare(EventTime(b)) })
	counts := map[string]int32{}
	var lines []string
	for _, e := range slices.Backward(warnings) {
		line := JoinReason(e.Reason, e.Message)
		if counts[line] == 0 {
			lines = append(lines, line)
		}
		counts[line] += eventCount(e)
	}
	if len(lines) > maxEvents {
		lines = lines[:maxEvents]
	}
	slices.Reverse(lines)
	for i, line := range lines {
		if n := counts[line]; n > 1 {
			lines[i] = fmt.Sprintf("%s (%d times)", line, n)
		}
	}
	return lines
}

func eventCount(e corev1.Event) int32 {
	if e.Series != nil {
		return max(e.Series.Count, 1)
	}
	return max(e.Count, 1)
}
