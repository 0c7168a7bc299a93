package podhealth

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// NodeProblem says what is wrong with a node, nothing where it is well.
func NodeProblem(node *corev1.Node) string {
	for _, c := range node.Status.Conditions {
		if c.Type != corev1.NodeReady || c.Status == corev1.ConditionTrue {
			continue
		}
		since := ""
		if !c.LastTransitionTime.IsZero() {
			since = " since " + moment(c.LastTransitionTime)
		}
		return fmt.Sprintf("node %s isn't ready%s: %s", node.Name, since, JoinReason(c.Reason, strings.TrimRight(c.Message, ".")))
	}
	return ""
}
