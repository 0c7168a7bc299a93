package supervisor

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

// client asks the API server as its administrator.
type client struct {
	kubernetes.Interface
}

func newClient(kubeconfig string) (client, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return client{}, fmt.Errorf("reading the administrator's kubeconfig: %w", err)
	}
	config.QPS, config.Burst = 500, 1000
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return client{}, fmt.Errorf("making a client for the API server: %w", err)
	}
	return client{clientset}, nil
}

// checkNodes asks whether every node takes Pods.
func (c client) checkNodes(ctx context.Context, want int) error {
	nodes, err := c.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: vocabulary.NodeLabel + "=" + vocabulary.NodeRunning})
	if err != nil {
		return err
	}
	ready := 0
	for _, node := range nodes.Items {
		if isReady(node) && len(node.Spec.Taints) == 0 {
			ready++
		}
	}
	if ready < want {
		return fmt.Errorf("%d of %d nodes are ready", ready, want)
	}
	return nil
}

func isReady(node corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// checkPods asks whether a Pod would be accepted, which needs the default ServiceAccount. None is created.
func (c client) checkPods(ctx context.Context) error {
	probe := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "mar-devcluster-probe"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "probe"}}},
	}
	_, err := c.CoreV1().Pods(metav1.NamespaceDefault).Create(ctx, probe, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	return err
}

// checkQuota asks whether the quota controller counts. Until it does, everything that a quota limits is refused.
// The quota that it needs for that is gone again afterwards.
func (c client) checkQuota(ctx context.Context) error {
	quotas := c.CoreV1().ResourceQuotas(corev1.NamespaceNodeLease)
	probe := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "mar-devcluster-probe"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("1")}},
	}
	if _, err := quotas.Create(ctx, probe, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	counted, err := quotas.Get(ctx, probe.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if len(counted.Status.Used) == 0 {
		return fmt.Errorf("the quota controller hasn't counted yet")
	}
	if err := quotas.Delete(ctx, probe.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	return nil
}
