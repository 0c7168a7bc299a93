package causes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Details is what else the API server knows of a trouble; what the credentials
// may not read isn't in it.
type Details struct {
	Events []corev1.Event
	// Node says what is wrong with the node, if something is.
	Node string
}

// Warnings word a trouble with what else is known of it, in a line or two. Nothing is said where
// the events show that there is none.
func (t Problem) Warnings(prior model.Resource, e Details, now time.Time) []Warning {
	if t.ill != nil && e.Events != nil {
		better := illness(prior, podhealth.Facts{Pod: t.ill, Events: e.Events, Now: now})
		if better == nil {
			return nil
		}
		better.UID = t.UID
		t = *better
	}
	if t.Summary == "" {
		return nil
	}
	return []Warning{t.Warning(e)}
}

func (t Problem) Warning(e Details) Warning {
	what := t.What
	if e.Node != "" {
		what += "; its " + e.Node
	}
	if t.Summary == causeGone {
		reason, text := disruption(e.Events)
		t.Summary = waiting.OrElse(podhealth.TitleOf(podhealth.DisruptionOf(reason)), t.Summary)
		if text != "" {
			text = "the last event about it is " + text
		}
		what += "; " + waiting.OrElse(text, "no event says why")
	} else if events := podhealth.EventLines(e.Events); len(events) > 0 && !strings.Contains(what, messageOf(events[len(events)-1])) {
		what += "; last event: " + events[len(events)-1]
	}
	if e.Node != "" && t.Summary == causeLeaving {
		t.Summary = podhealth.TitleOf(podhealth.NodeSilent)
		t.Next += " It will be gone when the node answers again, or is deleted (`kubectl delete node`)."
	}
	return Warning{Attribute: t.Attribute, Summary: t.Summary, Detail: strings.TrimRight(what, ".") + ".\n" + t.Next}
}

// disruption is the event that says most about why a Pod went, and its reason.
func disruption(events []corev1.Event) (reason, text string) {
	rank := func(e corev1.Event) int {
		switch {
		case podhealth.DisruptionOf(e.Reason) != podhealth.None:
			return 3
		case e.Type == corev1.EventTypeWarning:
			return 2
		case e.Reason == "Killing":
			return 1
		}
		return 0
	}
	var last *corev1.Event
	for i, e := range events {
		if rank(e) > 0 && (last == nil || rank(e) > rank(*last) || rank(e) == rank(*last) && podhealth.EventTime(e).After(podhealth.EventTime(*last))) {
			last = &events[i]
		}
	}
	if last == nil {
		return "", ""
	}
	return last.Reason, fmt.Sprintf("%s, at %s", strings.TrimRight(podhealth.JoinReason(last.Reason, last.Message), "."), moment(metav1.NewTime(podhealth.EventTime(*last))))
}

// messageOf is what an event line says, without its reason and its count.
func messageOf(eventLine string) string {
	if _, message, found := strings.Cut(eventLine, ": "); found {
		eventLine = message
	}
	if i := strings.LastIndex(eventLine, " ("); i > 0 && strings.HasSuffix(eventLine, " times)") {
		eventLine = eventLine[:i]
	}
	return strings.TrimRight(eventLine, ".")
}

// endedAt is when the last of the Pod's containers ended.
func endedAt(pod *corev1.Pod) metav1.Time {
	var last metav1.Time
	for _, c := range pod.Status.ContainerStatuses {
		if t := c.State.Terminated; t != nil && t.FinishedAt.After(last.Time) {
			last = t.FinishedAt
		}
	}
	return last
}

// makerOf is the manager that wrote to the object first.
func makerOf(o metav1.Object) string {
	entries := slices.Clone(o.GetManagedFields())
	entries = slices.DeleteFunc(entries, func(e metav1.ManagedFieldsEntry) bool { return e.Subresource != "" || e.Time == nil })
	if len(entries) == 0 {
		return ""
	}
	return slices.MinFunc(entries, func(a, b metav1.ManagedFieldsEntry) int { return a.Time.Compare(b.Time.Time) }).Manager
}

func onNode(pod *corev1.Pod) string {
	if pod.Spec.NodeName == "" {
		return ""
	}
	return " on node " + pod.Spec.NodeName
}

func since(t metav1.Time) string {
	if t.IsZero() {
		return ""
	}
	return " since " + moment(t)
}

func moment(t metav1.Time) string { return t.UTC().Format(time.RFC3339) }
