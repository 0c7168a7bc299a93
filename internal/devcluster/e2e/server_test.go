package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// TestServer tries what distinguishes a real API server from a mock.

func TestServer(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.up()
	client, config := c.client(), config(t, c)
	t.Run("group", func(t *testing.T) {
		for name, try := range map[string]func(bench){
			"quota":         quotaCounts,
			"limitRange":    limitRangeDefaults,
			"podSecurity":   podSecurityRefuses,
			"mutating":      policyMutates,
			"validating":    policyRefuses,
			"token":         tokenAuthenticates,
			"impersonation": impersonatedIsLimited,
			"anonymous":     anonymousIsRefused,
			"unschedulable": unschedulableIsTold,
			"fast":          podsAreFast,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				try(bench{t: t, client: client, config: config})
			})
		}
	})
	// Last, for it takes a node away from everyone.
	t.Run("nodeLost", func(t *testing.T) { nodeIsLost(bench{t: t, client: client}) })
}

// namespace creates one, and waits until Pods are accepted in it.

func quotaCounts(b bench) {
	b.namespace("quota", nil)
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "q"}, Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{
		"limits.cpu": resource.MustParse("1"),
	}}}
	if _, err := b.client.CoreV1().ResourceQuotas("quota").Create(b.t.Context(), quota, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "the first Pod being accepted", func(ctx context.Context) string {
		if _, err := b.client.CoreV1().Pods("quota").Create(ctx, newPod("one", nil), metav1.CreateOptions{}); err != nil {
			return err.Error()
		}
		return ""
	})
	eventually(b.t, "the quota being counted", func(ctx context.Context) string {
		got, err := b.client.CoreV1().ResourceQuotas("quota").Get(ctx, "q", metav1.GetOptions{})
		if err != nil {
			return err.Error()
		}
		used := got.Status.Used["limits.cpu"]
		return want("used", used.String(), "500m")
	})
	big := newPod("big", nil, func(pod *corev1.Pod) {
		pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{Limits: amounts("600m", "1Gi")}
	})
	if _, err := b.dryRun(b.t.Context(), "quota", big); !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "exceeded quota: q") {
		b.t.Errorf("a Pod beyond the quota: %v", err)
	}
}

func limitRangeDefaults(b bench) {
	b.namespace("limits", nil)
	limits := &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "l"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
		{Type: corev1.LimitTypeContainer, Default: amounts("2", "2Gi")},
	}}}
	if _, err := b.client.CoreV1().LimitRanges("limits").Create(b.t.Context(), limits, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "the defaults", func(ctx context.Context) string {
		pod, err := b.dryRun(ctx, "limits", newPod("p", nil, func(pod *corev1.Pod) {
			pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{}
		}))
		if err != nil {
			return err.Error()
		}
		return want("cpu", pod.Spec.Containers[0].Resources.Limits.Cpu().String(), "2")
	})
}

func podSecurityRefuses(b bench) {
	b.namespace("restricted", map[string]string{"pod-security.kubernetes.io/enforce": "restricted"})
	if _, err := b.dryRun(b.t.Context(), "restricted", newPod("p", nil)); !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `violates PodSecurity "restricted`) {
		b.t.Errorf("a Pod that isn't restricted: %v", err)
	}
}

func matchPods(namespace string) *admissionregistrationv1.MatchResources {
	return &admissionregistrationv1.MatchResources{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
		ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{RuleWithOperations: admissionregistrationv1.RuleWithOperations{
			Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
			Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
		}}},
	}
}

func policyMutates(b bench) {
	b.namespace("mutating", nil)
	meta := metav1.ObjectMeta{Name: "label"}
	_, err := b.client.AdmissionregistrationV1().MutatingAdmissionPolicies().Create(b.t.Context(), &admissionregistrationv1.MutatingAdmissionPolicy{
		ObjectMeta: meta,
		Spec: admissionregistrationv1.MutatingAdmissionPolicySpec{
			MatchConstraints:   matchPods("mutating"),
			ReinvocationPolicy: admissionregistrationv1.NeverReinvocationPolicy,
			Mutations: []admissionregistrationv1.Mutation{{
				PatchType:          admissionregistrationv1.PatchTypeApplyConfiguration,
				ApplyConfiguration: &admissionregistrationv1.ApplyConfiguration{Expression: `Object{metadata: Object.metadata{labels: {"injected": "yes"}}}`},
			}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	_, err = b.client.AdmissionregistrationV1().MutatingAdmissionPolicyBindings().Create(b.t.Context(), &admissionregistrationv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: meta, Spec: admissionregistrationv1.MutatingAdmissionPolicyBindingSpec{PolicyName: meta.Name},
	}, metav1.CreateOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "the policy's effect", func(ctx context.Context) string {
		pod, err := b.dryRun(ctx, "mutating", newPod("p", nil))
		if err != nil {
			return err.Error()
		}
		return want("label", pod.Labels["injected"], "yes")
	})
}

func policyRefuses(b bench) {
	b.namespace("validating", nil)
	meta := metav1.ObjectMeta{Name: "refuse"}
	_, err := b.client.AdmissionregistrationV1().ValidatingAdmissionPolicies().Create(b.t.Context(), &admissionregistrationv1.ValidatingAdmissionPolicy{
		ObjectMeta: meta,
		Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: matchPods("validating"),
			Validations:      []admissionregistrationv1.Validation{{Expression: "false", Message: "never here"}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	_, err = b.client.AdmissionregistrationV1().ValidatingAdmissionPolicyBindings().Create(b.t.Context(), &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: meta,
		Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: meta.Name, ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "the policy's refusal", func(ctx context.Context) string {
		_, err := b.dryRun(ctx, "validating", newPod("p", nil))
		if err == nil || !strings.Contains(err.Error(), "never here") {
			return fmt.Sprint(err)
		}
		return ""
	})
}

func tokenAuthenticates(b bench) {
	token, err := b.client.CoreV1().ServiceAccounts("default").CreateToken(b.t.Context(), "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	bearer := rest.AnonymousClientConfig(b.config)
	bearer.BearerToken = token.Status.Token
	if user := whoami(b, bearer); user != "system:serviceaccount:default:default" {
		b.t.Errorf("the token is %s's", user)
	}
}

func whoami(b bench, config *rest.Config) string {
	b.t.Helper()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		b.t.Fatal(err)
	}
	review, err := client.AuthenticationV1().SelfSubjectReviews().Create(b.t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	return review.Status.UserInfo.Username
}

func impersonatedIsLimited(b bench) {
	as := rest.CopyConfig(b.config)
	as.Impersonate = rest.ImpersonationConfig{UserName: "jane", Groups: []string{"team"}}
	if user := whoami(b, as); user != "jane" {
		b.t.Errorf("impersonated is %s", user)
	}
	client, err := kubernetes.NewForConfig(as)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := client.CoreV1().Pods("default").List(b.t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		b.t.Errorf("without a role, Jane lists Pods: %v", err)
	}
}

func anonymousIsRefused(b bench) {
	client, err := kubernetes.NewForConfig(rest.AnonymousClientConfig(b.config))
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := client.CoreV1().Namespaces().List(b.t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		b.t.Errorf("anonymous lists namespaces: %v", err)
	}
}

func unschedulableIsTold(b bench) {
	b.create(newPod("unschedulable", nil, func(pod *corev1.Pod) { pod.Spec.NodeSelector = map[string]string{"no": "such"} }))
	b.becomes("unschedulable", func(pod *corev1.Pod) string {
		return want("reason", conditionOf(pod, corev1.PodScheduled).Reason, corev1.PodReasonUnschedulable)
	})
}

// podsAreFast measures from a Pod's creation until a watch has seen it ready, and takes the best of some, for the

// machine may be busy.

func podsAreFast(b bench) {
	const limit = time.Second
	best := time.Hour
	for i := range 5 {
		name := fmt.Sprintf("fast-%d", i)
		watch, err := b.client.CoreV1().Pods("default").Watch(b.t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=" + name})
		if err != nil {
			b.t.Fatal(err)
		}
		began := time.Now()
		b.create(newPod(name, nil))
		for event := range watch.ResultChan() {
			if pod, ok := event.Object.(*corev1.Pod); ok && conditionOf(pod, corev1.PodReady).Status == corev1.ConditionTrue {
				best = min(best, time.Since(began))
				break
			}
		}
		watch.Stop()
	}
	b.t.Logf("ready after %s", best)
	if best > limit {
		b.t.Errorf("the fastest Pod was ready after %s, want less than %s", best, limit)
	}
}

func nodeIsLost(b bench) {
	for _, name := range []string{"stranded", "patient"} {
		b.create(newPod(name, nil, func(pod *corev1.Pod) {
			pod.Spec.NodeSelector = map[string]string{corev1.LabelHostname: "mar-dev-2"}
		}))
		b.isReady(name)
	}
	b.label("mar-dev-2", "lost")
	eventually(b.t, "the node being unreachable", func(ctx context.Context) string {
		node, err := b.client.CoreV1().Nodes().Get(ctx, "mar-dev-2", metav1.GetOptions{})
		if err != nil {
			return err.Error()
		}
		for _, condition := range node.Status.Conditions {
			if condition.Type == corev1.NodeReady {
				return want("Ready", condition.Status, corev1.ConditionUnknown)
			}
		}
		return "it has no condition"
	})
	b.becomes("stranded", func(pod *corev1.Pod) string {
		return want("Ready", conditionOf(pod, corev1.PodReady).Status, corev1.ConditionFalse)
	})
	if err := b.client.CoreV1().Pods("default").Delete(b.t.Context(), "stranded", *metav1.NewDeleteOptions(1)); err != nil {
		b.t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	if pod := b.get("stranded"); pod.DeletionTimestamp == nil {
		b.t.Error("the stranded Pod isn't being deleted")
	}
	b.label("mar-dev-2", "running")
	b.isGone("stranded")
	b.isReady("patient")
}
