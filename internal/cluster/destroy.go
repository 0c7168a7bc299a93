package cluster

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

const phaseTerminating = corev1.NamespaceTerminating

func isTerminating(m model) bool { return m.Phase.ValueString() == string(phaseTerminating) }

// inhabitants lists what a destroy would take along, a line an object, and the
// kinds that couldn't be looked at; it is empty where there is neither.
func inhabitants(contents kube.Contents) string {
	const most = 10
	var lines []string
	for _, object := range contents.Objects {
		lines = append(lines, "  "+object.String())
	}
	slices.Sort(lines)
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("  … and %d more", len(lines)-most))
	}
	if len(contents.Forbidden) > 0 {
		lines = append(lines, "  unknown, for these credentials may not list them: "+strings.Join(slices.Sorted(slices.Values(contents.Forbidden)), ", "))
	}
	for _, hidden := range contents.Hidden {
		lines = append(lines, "  unknown, for the API server can't list it: "+hidden)
	}
	return strings.Join(lines, "\n")
}

// stuckOn says what keeps a Namespace that is being deleted: the conditions that
// the namespace controller sets, and the finalizers, less Kubernetes' own, which
// goes when the Namespace is empty and must not be taken away by hand.
func stuckOn(ns *corev1.Namespace) []string {
	if ns == nil {
		return nil
	}
	var lines []string
	for _, c := range ns.Status.Conditions {
		if c.Status == corev1.ConditionTrue {
			lines = append(lines, fmt.Sprintf("condition %s: %s: %s", c.Type, c.Reason, c.Message))
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
