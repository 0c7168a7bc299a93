package objects

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/contents"
)

const PhaseTerminating = corev1.NamespaceTerminating

// Inhabitants lists what a destroy would take along, a line an object, and the
// kinds that couldn't be looked at; it is empty where there is neither.
func Inhabitants(contents contents.Contents) string {
	const most = 10
	var lines []string
	for _, object := range contents.Objects {
		lines = append(lines, "  "+object.String())
	}
	slices.Sort(lines)
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("  … and %d more", len(lines)-most))
	}
	return strings.Join(append(lines, unseen(contents)...), "\n")
}

// Removed lists what a destroy has taken along, a line a kind, and the kinds that
// couldn't be looked at; it is empty where there is neither.
func Removed(contents contents.Contents) string {
	const most = 10
	byKind := map[string][]string{}
	for _, object := range contents.Objects {
		byKind[object.Kind] = append(byKind[object.Kind], object.Name)
	}
	var lines []string
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		names := slices.Sorted(slices.Values(byKind[kind]))
		more := ""
		if len(names) > most {
			more = fmt.Sprintf(", … and %d more", len(names)-most)
			names = names[:most]
		}
		lines = append(lines, fmt.Sprintf("  %s (%d): %s%s", kind, len(byKind[kind]), strings.Join(names, ", "), more))
	}
	return strings.Join(append(lines, unseen(contents)...), "\n")
}

// unseen says of which kinds it isn't known whether there are any.
func unseen(contents contents.Contents) []string {
	var lines []string
	if len(contents.Forbidden) > 0 {
		lines = append(lines, "  unknown, because these credentials may not list them: "+strings.Join(slices.Sorted(slices.Values(contents.Forbidden)), ", "))
	}
	for _, hidden := range contents.Hidden {
		lines = append(lines, "  unknown, because the API server can't list it: "+hidden)
	}
	return lines
}

// AdviceOnUnseen says how the kinds that couldn't be looked at come into sight.
func AdviceOnUnseen(contents contents.Contents) string {
	var advice []string
	if len(contents.Forbidden) > 0 {
		advice = append(advice, "Use credentials that may list these kinds.")
	}
	if len(contents.Hidden) > 0 {
		advice = append(advice, "The API service of such a kind doesn't answer: `kubectl get apiservices` names it. Have it repaired, or removed if nobody needs it.")
	}
	return strings.Join(advice, " ")
}

// StuckOn says what keeps a Namespace that is being deleted: the conditions that
// the namespace controller sets, and the finalizers, less Kubernetes' own, which
// goes when the Namespace is empty and must not be taken away by hand.
func StuckOn(ns *corev1.Namespace) []string {
	if ns == nil {
		return nil
	}
	var lines []string
	for _, c := range ns.Status.Conditions {
		if c.Status == corev1.ConditionTrue {
			lines = append(lines, strings.TrimSuffix(fmt.Sprintf("condition %s: %s: %s", c.Type, c.Reason, c.Message), ": "))
		}
	}
	slices.Sort(lines)
	for _, finalizer := range ns.Spec.Finalizers {
		if finalizer != corev1.FinalizerKubernetes {
			lines = append(lines, fmt.Sprintf("finalizer of the namespace: %s", finalizer))
		}
	}
	for _, finalizer := range ns.Finalizers {
		lines = append(lines, fmt.Sprintf("finalizer in its metadata: %s", finalizer))
	}
	return lines
}

// HeldLine names an object that isn't gone yet, and what holds it.
func HeldLine(object kube.Ref, finalizers []string) string {
	if len(finalizers) == 0 {
		return fmt.Sprintf("%s is still there", object)
	}
	return fmt.Sprintf("%s is held by its finalizer %s", object, strings.Join(finalizers, ", "))
}
