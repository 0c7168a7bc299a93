package instance_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	resourceapi "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const (
	address = "mar_instance.test"
	image   = "registry.k8s.io/pause:3.10"
	// behavior is the annotation that chooses what becomes of a Pod on the
	// embedded cluster.
	behavior = "devcluster.mar.headgym.com/"
)

// instanceConfig is an instance named web, with more attributes as they are written.
func instanceConfig(cluster string, attributes ...string) string {
	return block(cluster, append([]string{`name = "web"`, fmt.Sprintf("image = %q", image)}, attributes...)...)
}

func block(cluster string, attributes ...string) string {
	return fmt.Sprintf("resource \"mar_instance\" \"test\" {\n  cluster = %q\n  %s\n}\n", cluster, strings.Join(attributes, "\n  "))
}

// behaving is the annotations that make a Pod behave so.
func behaving(pairs ...string) string {
	var lines []string
	for i := 0; i < len(pairs); i += 2 {
		lines = append(lines, fmt.Sprintf("%q = %q", behavior+pairs[i], pairs[i+1]))
	}
	return "annotations = { " + strings.Join(lines, ", ") + " }"
}

func test(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Providers(), Steps: steps})
}

// thePod is a check of what the server holds of the Pod web.
func thePod(t *testing.T, cluster string, look func(*corev1.Pod) error) resource.TestCheckFunc {
	t.Helper()
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		pod, err := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		return look(pod)
	})
}

// uid notes a Pod's UID, and later says whether it is still the same.
type uid struct{ is types.UID }

func (u *uid) note(pod *corev1.Pod) error { u.is = pod.UID; return nil }

func (u *uid) same(pod *corev1.Pod) error {
	if pod.UID != u.is {
		return errors.New("the Pod was replaced")
	}
	return nil
}

func (u *uid) other(pod *corev1.Pod) error {
	if pod.UID == u.is {
		return errors.New("the Pod was not replaced")
	}
	return nil
}

func all(checks ...func(*corev1.Pod) error) func(*corev1.Pod) error {
	return func(pod *corev1.Pod) error {
		var errs []error
		for _, check := range checks {
			errs = append(errs, check(pod))
		}
		return errors.Join(errs...)
	}
}

func equal[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s is %v, want %v", what, got, want)
	}
	return nil
}

// planned checks a plan made of the step's configuration before it is applied.
func planned(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

func action(kind plancheck.ResourceActionType) plancheck.PlanCheck {
	return plancheck.ExpectResourceAction(address, kind)
}

// quiet holds that neither a plan nor a refresh shows anything.
func quiet() resource.ConfigPlanChecks {
	return planned(plancheck.ExpectEmptyPlan(), noDrift{})
}

type noDrift struct{}

func (noDrift) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, drift := range req.Plan.ResourceDrift {
		resp.Error = errors.Join(resp.Error, fmt.Errorf("the refresh changed %s: %v became %v", drift.Address, drift.Change.Before, drift.Change.After))
	}
}

// forcedBy holds that the named attributes, and no others, force the replacement.
type forcedBy []string

func (want forcedBy) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != address {
			continue
		}
		var got []string
		for _, path := range change.Change.ReplacePaths {
			got = append(got, fmt.Sprint(path))
		}
		slices.Sort(got)
		var wanted []string
		for _, name := range want {
			wanted = append(wanted, "["+name+"]")
		}
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			resp.Error = fmt.Errorf("the replacement is forced by %v, want %v", got, wanted)
		}
		return
	}
	resp.Error = errors.New("the instance is not in the plan")
}

// change patches the Pod web behind Terraform's back.
func change(t *testing.T, cluster, patch string) func() {
	t.Helper()
	return acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		_, err := client.CoreV1().Pods(cluster).Patch(ctx, "web", types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
		return err
	})
}

// becomes has the Pod web behave otherwise, and waits until it does.
func becomes(t *testing.T, cluster, what string, until func(*corev1.Pod) bool) func() {
	t.Helper()
	return func() {
		change(t, cluster, fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, behavior+"behavior", what))()
		await(t, cluster, what, until)
	}
}

func await(t *testing.T, cluster, what string, until func(*corev1.Pod) bool) {
	t.Helper()
	acctest.Eventually(t, "Pod web to be "+what, func(ctx context.Context) (bool, error) {
		pod, err := acctest.Client(t).CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{})
		return err == nil && until(pod), err
	})
}

func phase(is corev1.PodPhase) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool { return pod.Status.Phase == is }
}

// remove deletes the Pod web at once.
func remove(ctx context.Context, client *kubernetes.Clientset, cluster string) error {
	return client.CoreV1().Pods(cluster).Delete(ctx, "web", *metav1.NewDeleteOptions(0))
}

func inState(attribute, value string) resource.TestCheckFunc {
	return resource.TestCheckResourceAttr(address, attribute, value)
}

func checks(all ...resource.TestCheckFunc) resource.TestCheckFunc {
	return func(state *terraform.State) error {
		var errs []error
		for _, check := range all {
			errs = append(errs, check(state))
		}
		return errors.Join(errs...)
	}
}

func amount(text string) resourceapi.Quantity { return resourceapi.MustParse(text) }

// makePod makes a Pod named web without the provider.
func makePod(ctx context.Context, client *kubernetes.Clientset, cluster string, edit func(*corev1.Pod)) error {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Labels: map[string]string{"app": "theirs"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: image}}},
	}
	if edit != nil {
		edit(pod)
	}
	return create(ctx, client, cluster, pod)
}

func create(ctx context.Context, client *kubernetes.Clientset, cluster string, pod *corev1.Pod) error {
	_, err := client.CoreV1().Pods(cluster).Create(ctx, pod, metav1.CreateOptions{FieldManager: "kubectl-create"})
	return err
}

// injectInto has the API server itself put things into the cluster's Pods, as
// the webhooks of meshes and registries do. More are further patches, each with a
// comma after it.
func injectInto(ctx context.Context, t *testing.T, client *kubernetes.Clientset, cluster string, more ...string) error {
	t.Helper()
	policies := client.AdmissionregistrationV1().MutatingAdmissionPolicies()
	bindings := client.AdmissionregistrationV1().MutatingAdmissionPolicyBindings()
	t.Cleanup(func() {
		_ = bindings.Delete(context.Background(), cluster, metav1.DeleteOptions{})
		_ = policies.Delete(context.Background(), cluster, metav1.DeleteOptions{})
	})
	_, err := policies.Create(ctx, &admissionregistrationv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: cluster},
		Spec: admissionregistrationv1.MutatingAdmissionPolicySpec{
			MatchConstraints: &admissionregistrationv1.MatchResources{ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
				RuleWithOperations: admissionregistrationv1.RuleWithOperations{
					Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
					Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
				},
			}}},
			FailurePolicy:      ptr.To(admissionregistrationv1.Fail),
			ReinvocationPolicy: admissionregistrationv1.NeverReinvocationPolicy,
			Mutations: []admissionregistrationv1.Mutation{{
				PatchType: admissionregistrationv1.PatchTypeJSONPatch,
				JSONPatch: &admissionregistrationv1.JSONPatch{Expression: "[" + strings.Join(more, "") + `
  JSONPatch{op: "add", path: "/metadata/labels/injected", value: "yes"},
  JSONPatch{op: "add", path: "/spec/containers/0/env/-", value: Object.spec.containers.env{name: "INJECTED", value: "yes"}},
  JSONPatch{op: "replace", path: "/spec/containers/0/image", value: "registry.k8s.io/pause:3.9"},
  JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{name: "sidecar", image: "registry.k8s.io/pause:3.10"}}
]`},
			}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, err = bindings.Create(ctx, &admissionregistrationv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: cluster},
		Spec: admissionregistrationv1.MutatingAdmissionPolicyBindingSpec{
			PolicyName: cluster,
			MatchResources: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": cluster}},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	acctest.Eventually(t, "the admission policy to be at work", func(ctx context.Context) (bool, error) {
		pod, err := client.CoreV1().Pods(cluster).Create(ctx, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "probe", Labels: map[string]string{"a": "b"}, Annotations: map[string]string{"a": "b"}},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: image, Env: []corev1.EnvVar{{Name: "A"}}}}},
		}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil && len(pod.Spec.Containers) == 2, err
	})
	return nil
}
