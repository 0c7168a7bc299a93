package causes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Details is what else the API server knows about a problem. What the credentials may not read is
// left out.
type Details struct {
	Events []corev1.Event
	// Node says what is wrong with the node. It is empty if nothing is.
	Node string
}

// Warnings words the problem and its details in a line or two. It returns none if the events show
// that nothing is wrong.
func (p Problem) Warnings(prior model.Resource, e Details, now time.Time) []Warning {
	if p.unhealthy != nil && e.Events != nil {
		better := healthProblem(prior, podhealth.Facts{Pod: p.unhealthy, Events: e.Events, Now: now})
		if better == nil {
			return nil
		}
		better.UID = p.UID
		p = *better
	}
	if p.Summary == "" {
		return nil
	}
	return []Warning{p.Warning(e)}
}

func (p Problem) Warning(e Details) Warning {
	what := p.What
	if e.Node != "" {
		what += "; its " + e.Node
	}
	if p.Summary == causeGone {
		reason, text := disruption(e.Events)
		p.Summary = cmp.Or(podhealth.TitleOf(podhealth.DisruptionOf(reason)), p.Summary)
		if text != "" {
			text = "the last event about it is " + text
		}
		what += "; " + cmp.Or(text, "no event says why")
	} else if events := podhealth.EventLines(e.Events); len(events) > 0 && !strings.Contains(what, messageOf(events[len(events)-1])) {
		what += "; last event: " + events[len(events)-1]
	}
	if e.Node != "" && p.Summary == causeDeleting {
		p.Summary = podhealth.TitleOf(podhealth.NodeSilent)
		p.Next += " It will be gone when the node answers again, or is deleted (`kubectl delete node`)."
	}
	return Warning{Attribute: p.Attribute, Summary: p.Summary, Detail: strings.TrimRight(what, ".") + ".\n" + p.Next}
}

// disruption returns the event that best explains why a Pod is gone, and its reason.
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
	return last.Reason, fmt.Sprintf("%s, at %s", strings.TrimRight(podhealth.JoinReason(last.Reason, last.Message), "."), formatTime(metav1.NewTime(podhealth.EventTime(*last))))
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

// creatorOf returns the field manager that wrote to the object first.
func creatorOf(o metav1.Object) string {
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
	return " since " + formatTime(t)
}

func formatTime(t metav1.Time) string { return t.UTC().Format(time.RFC3339) }
