package supervisor

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/pki"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

func applyOptions() metav1.ApplyOptions {
	return metav1.ApplyOptions{FieldManager: "mar-devcluster", Force: true}
}

// allowKWOK lets KWOK do what all kubelets together may.
func (c client) allowKWOK(ctx context.Context) error {
	rule := func(group string, resources []string, verbs ...string) *rbacv1ac.PolicyRuleApplyConfiguration {
		return rbacv1ac.PolicyRule().WithAPIGroups(group).WithResources(resources...).WithVerbs(verbs...)
	}
	role := rbacv1ac.ClusterRole(pki.KWOKUser).WithRules(
		rule("", []string{"nodes"}, "get", "list", "watch"),
		rule("", []string{"pods"}, "get", "list", "watch", "delete"),
		rule("", []string{"nodes/status", "pods/status"}, "get", "patch", "update"),
		rule("", []string{"events"}, "get", "create", "patch", "update"),
		rule("coordination.k8s.io", []string{"leases"}, "get", "list", "watch", "create", "patch", "update"),
	)
	if _, err := c.RbacV1().ClusterRoles().Apply(ctx, role, applyOptions()); err != nil {
		return fmt.Errorf("creating KWOK's role: %w", err)
	}
	binding := rbacv1ac.ClusterRoleBinding(pki.KWOKUser).
		WithRoleRef(rbacv1ac.RoleRef().WithAPIGroup(rbacv1.GroupName).WithKind("ClusterRole").WithName(pki.KWOKUser)).
		WithSubjects(rbacv1ac.Subject().WithAPIGroup(rbacv1.GroupName).WithKind(rbacv1.UserKind).WithName(pki.KWOKUser))
	if _, err := c.RbacV1().ClusterRoleBindings().Apply(ctx, binding, applyOptions()); err != nil {
		return fmt.Errorf("binding KWOK's role: %w", err)
	}
	return nil
}

// ensureNodes makes this many nodes, and removes those of earlier runs that are too many.
func (c client) ensureNodes(ctx context.Context, count, kubeletPort int, version string) error {
	wanted := map[string]bool{}
	for index := range count {
		node := newNode(index, kubeletPort, version)
		wanted[node.Name] = true
		if err := c.ensureNode(ctx, node); err != nil {
			return fmt.Errorf("creating the node %s: %w", node.Name, err)
		}
	}

	nodes, err := c.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: vocabulary.NodeLabel})
	if err != nil {
		return fmt.Errorf("listing the nodes: %w", err)
	}
	for _, node := range nodes.Items {
		if wanted[node.Name] {
			continue
		}
		if err := c.CoreV1().Nodes().Delete(ctx, node.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("removing the node %s: %w", node.Name, err)
		}
	}
	return nil
}

// ensureNode creates the node, or brings one of an earlier run back to life at its kubelet's present port.
func (c client) ensureNode(ctx context.Context, node *corev1.Node) error {
	_, err := c.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	alive := corev1ac.Node(node.Name).WithLabels(node.Labels)
	if _, err := c.CoreV1().Nodes().Apply(ctx, alive, applyOptions()); err != nil {
		return err
	}
	endpoint := corev1ac.Node(node.Name).WithStatus(corev1ac.NodeStatus().WithDaemonEndpoints(
		corev1ac.NodeDaemonEndpoints().WithKubeletEndpoint(
			corev1ac.DaemonEndpoint().WithPort(node.Status.DaemonEndpoints.KubeletEndpoint.Port))))
	_, err = c.CoreV1().Nodes().ApplyStatus(ctx, endpoint, applyOptions())
	return err
}
