package instance_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// refusing makes a Namespace that refuses some instances, and waits until it does.
func refusing(t *testing.T, furnish func(ctx context.Context, client *kubernetes.Clientset, namespace string) error) string {
	t.Helper()
	namespace, client := acctest.Namespace(t), acctest.Client(t)
	if err := furnish(t.Context(), client, namespace); err != nil {
		t.Fatal(err)
	}
	return namespace
}

// full has a quota of which two Pods, 1 CPU and 1Gi are left.
func full(t *testing.T) string {
	t.Helper()
	return refusing(t, func(ctx context.Context, client *kubernetes.Clientset, namespace string) error {
		err := limited(ctx, t, client, namespace, corev1.ResourceList{"limits.cpu": amount("2"), "limits.memory": amount("2Gi"), "pods": amount("3")}, sized("1", "1Gi"))
		untilRefused(t, namespace, "the quota", sized("1500m", "1Gi"))
		return err
	})
}

// limited makes a quota and a Pod named held, and waits until that is counted.
func limited(ctx context.Context, t *testing.T, client *kubernetes.Clientset, namespace string, hard corev1.ResourceList, edit func(*corev1.Pod)) error {
	t.Helper()
	_, err := client.CoreV1().ResourceQuotas(namespace).Create(ctx, &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "theirs"}, Spec: corev1.ResourceQuotaSpec{Hard: hard},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	counted(t, namespace, "0")
	if edit == nil {
		return nil
	}
	if err := makePod(ctx, client, namespace, func(pod *corev1.Pod) { pod.Name = "held"; edit(pod) }); err != nil {
		return err
	}
	counted(t, namespace, "1")
	return nil
}

// counted waits until the quota named theirs counts so many Pods.
func counted(t *testing.T, namespace, pods string) {
	t.Helper()
	acctest.Eventually(t, "the quota of "+namespace+" to count "+pods, func(ctx context.Context) (bool, error) {
		quota, err := acctest.Client(t).CoreV1().ResourceQuotas(namespace).Get(ctx, "theirs", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		used := quota.Status.Used[corev1.ResourcePods]
		return used.String() == pods && len(quota.Status.Hard) == len(quota.Spec.Hard), nil
	})
}

func sized(cpu, memory string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: amount(cpu), corev1.ResourceMemory: amount(memory)}
	}
}

// bounded has a limit range.
func bounded(t *testing.T) string {
	t.Helper()
	return refusing(t, func(ctx context.Context, client *kubernetes.Clientset, namespace string) error {
		_, err := client.CoreV1().LimitRanges(namespace).Create(ctx, &corev1.LimitRange{
			ObjectMeta: metav1.ObjectMeta{Name: "theirs"},
			Spec:       corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{corev1.ResourceCPU: amount("1")}}}},
		}, metav1.CreateOptions{})
		untilRefused(t, namespace, "the limit range", sized("2", "1Gi"))
		return err
	})
}

// restricted enforces the strictest Pod Security level.
func restricted(t *testing.T) string {
	t.Helper()
	return refusing(t, func(ctx context.Context, client *kubernetes.Clientset, namespace string) error {
		err := label(ctx, client, namespace, "pod-security.kubernetes.io/enforce", "restricted")
		untilRefused(t, namespace, "the Pod Security level", sized("1", "1Gi"))
		return err
	})
}

func label(ctx context.Context, client *kubernetes.Clientset, namespace, key, value string) error {
	held, err := client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if err != nil {
		return err
	}
	held.Labels[key] = value
	_, err = client.CoreV1().Namespaces().Update(ctx, held, metav1.UpdateOptions{})
	return err
}

// untilRefused waits until such a Pod can't be made there: what admits Pods hears of
// its settings a moment later.
func untilRefused(t *testing.T, namespace, what string, edit func(*corev1.Pod)) {
	t.Helper()
	acctest.Eventually(t, what+" to be at work", func(ctx context.Context) (bool, error) {
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "probe"},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: image}}},
		}
		edit(pod)
		_, err := acctest.Client(t).CoreV1().Pods(namespace).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if apierrors.IsForbidden(err) || apierrors.IsInvalid(err) {
			return true, nil
		}
		return false, err
	})
}

// policed has a policy that wants images of one registry.
func policed(t *testing.T) string {
	t.Helper()
	return refusing(t, func(ctx context.Context, client *kubernetes.Clientset, namespace string) error {
		policies, bindings := client.AdmissionregistrationV1().ValidatingAdmissionPolicies(), client.AdmissionregistrationV1().ValidatingAdmissionPolicyBindings()
		t.Cleanup(func() {
			_ = bindings.Delete(context.Background(), namespace, metav1.DeleteOptions{})
			_ = policies.Delete(context.Background(), namespace, metav1.DeleteOptions{})
		})
		_, policy := policies.Create(ctx, &admissionregistrationv1.ValidatingAdmissionPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: namespace},
			Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
				MatchConstraints: &admissionregistrationv1.MatchResources{ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
					RuleWithOperations: admissionregistrationv1.RuleWithOperations{
						Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create, admissionregistrationv1.Update},
						Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
					},
				}}},
				Validations: []admissionregistrationv1.Validation{{
					Expression: `object.spec.containers.all(c, c.image.startsWith("registry.k8s.io/"))`, Message: "take images of registry.k8s.io",
				}},
			},
		}, metav1.CreateOptions{})
		_, binding := bindings.Create(ctx, &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
			ObjectMeta: metav1.ObjectMeta{Name: namespace},
			Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
				PolicyName: namespace, ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
				MatchResources: &admissionregistrationv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}}},
			},
		}, metav1.CreateOptions{})
		untilRefused(t, namespace, "the admission policy", func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = "example.com/app:1" })
		return errors.Join(policy, binding)
	})
}

// foretold is an instance and what a plan of it has to say.
type foretold struct {
	cluster, body string
	// at begins the line that is pointed at; empty for the block as a whole.
	at string
	// summary is empty where nothing may be said.
	summary string
	says    []string
	// invalid is set for what is an error in each mode but off.
	invalid bool
	// unsure is set for what is a warning under strict, too.
	unsure bool
}

// Promise 3: a plan says what its apply would be refused, on the attribute that
// causes it, in each mode as it says, and makes nothing.
func TestAccInstance_planSaysWhatApplyWouldBeRefused(t *testing.T) {
	t.Parallel()
	quota, limits, security, policy, plain := full(t), bounded(t), restricted(t), policed(t), acctest.Namespace(t)
	cases := map[string]foretold{
		"quota_cpu": {
			cluster: quota, body: `cpu = "1500m"` + "\n" + `memory = "1Gi"`, at: "cpu", summary: "Apply would be refused by a quota",
			says: []string{"refused to create Pod " + quota + "/", "Exceeded quota: theirs, requested: limits.cpu=1500m, used: limits.cpu=1, limited: limits.cpu=2.", "Raise `quota`", "dry run"},
		},
		"quota_memory":     {cluster: quota, body: `cpu = "1"` + "\n" + `memory = "2Gi"`, at: "memory", summary: "Apply would be refused by a quota", says: []string{"requested: limits.memory=2Gi"}},
		"quota_unlimited":  {cluster: quota, body: `cpu = "1"`, summary: "Apply would be refused by a quota", says: []string{"must specify limits.memory for: app"}},
		"quota_fits":       {cluster: quota, body: `cpu = "1"` + "\n" + `memory = "1Gi"`},
		"limit_range":      {cluster: limits, body: `cpu = "2"`, at: "cpu", summary: "Apply would be refused by a limit range", says: []string{"Maximum cpu usage per Container is 1, but limit is 2"}},
		"pod_security":     {cluster: security, body: `security = { run_as_non_root = false }`, at: "security", summary: "Apply would be refused by Pod Security", says: []string{"runAsNonRoot != true"}},
		"host_path":        {cluster: security, body: `volumes = { x = { mount_path = "/x", host_path = "/x" } }`, at: "volumes", summary: "Apply would be refused by Pod Security", says: []string{"hostPath"}},
		"policy":           {cluster: policy, body: ``, summary: "Apply would be refused by a policy", says: []string{"take images of registry.k8s.io"}},
		"account":          {cluster: plain, body: `service_account = "robot"`, at: "service_account", summary: "Apply would be refused for a missing service account", says: []string{`"robot" not found`}},
		"priority":         {cluster: plain, body: `pod = { priorityClassName = "urgent" }`, summary: "Apply would be refused", says: []string{"No PriorityClass with name urgent"}},
		"invalid":          {cluster: plain, body: `pod = { volumes = [{ name : "disk", iscsi = { targetPortal = "192.0.2.1", iqn = "iqn.2001-04.com.example:disk", lun = 256 } }] }`, at: "pod", summary: "Could not create the instance ", says: []string{`Pod "invalid" is invalid: spec.volumes[0].iscsi.lun`}, invalid: true},
		"generated_name":   {cluster: limits, body: `cpu = "3"` + "\nname = null", at: "cpu", summary: "Apply would be refused by a limit range", says: []string{"Pod " + limits + "/mar-i-…"}},
		"stopped":          {cluster: quota, body: `cpu = "4"` + "\n" + `desired_status = "Stopped"`},
		"no_such_cluster":  {cluster: "mar-acc-nowhere", body: `cpu = "4"`},
		"unknown_env":      {cluster: limits, body: `cpu = "4"` + "\n" + `env = { A = terraform_data.later.id, B = "x" }`, at: "cpu", summary: "Apply would be refused by a limit range", says: []string{"left out what isn't known yet: env[A]."}},
		"unknown_label":    {cluster: policy, body: `labels = { a = terraform_data.later.id }`, summary: "Apply would be refused by a policy", says: []string{"isn't known yet: labels[a]."}, unsure: true},
		"unknown_cpu":      {cluster: quota, body: `cpu = terraform_data.later.output`},
		"unknown_image":    {cluster: quota, body: `cpu = "4"` + "\n" + `image = terraform_data.later.id`},
		"unknown_requests": {cluster: quota, body: `cpu = "4"` + "\n" + `requests = { memory = terraform_data.later.output }`},
	}
	var config strings.Builder
	config.WriteString("variable \"mode\" {}\nprovider \"mar\" {\n  plan_validation = var.mode\n}\nresource \"terraform_data\" \"later\" {\n  input = \"1\"\n}\n")
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		c := cases[name]
		fmt.Fprintf(&config, "resource \"mar_instance\" %q {\n  cluster = %q\n%s\n%s\n}\n", name, c.cluster, strings.Join(unset(c.body, name), "\n"), c.body)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config.String())
	for _, mode := range []string{"warn", "strict", "off"} {
		output, code := terraform.Run("plan", "-json", "-lock=false", "-var=mode="+mode)
		if wantErr := mode != "off"; (code != 0) != wantErr {
			t.Errorf("%s: the plan ended with %d", mode, code)
		}
		byAddress := map[string][]acctest.Said{}
		for _, said := range acctest.Diagnostics(t, output) {
			if said.Summary != "Instance mounts files of its node" {
				byAddress[said.Address] = append(byAddress[said.Address], said)
			}
		}
		for name, c := range cases {
			t.Run(mode+"/"+name, func(t *testing.T) { c.check(t, mode, byAddress["mar_instance."+name]) })
		}
	}
	for _, namespace := range []string{quota, limits, security, policy, plain} {
		pods, err := acctest.Client(t).CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		templates, err := acctest.Client(t).CoreV1().PodTemplates(namespace).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		left := slices.DeleteFunc(pods.Items, func(pod corev1.Pod) bool { return pod.Name == "held" })
		if len(left)+len(templates.Items) > 0 {
			t.Errorf("the plans made something in %s: %v %v", namespace, left, templates.Items)
		}
	}
	counted(t, quota, "1")
}

// unset are the name and image of a case that says neither.
func unset(body, name string) []string {
	var lines []string
	if !strings.Contains(body, "name =") {
		lines = append(lines, fmt.Sprintf("name = %q", strings.ReplaceAll(name, "_", "-")))
	}
	if !strings.Contains(body, "image =") {
		lines = append(lines, `image = "example.com/app:1"`)
	}
	return lines
}

func (c foretold) check(t *testing.T, mode string, said []acctest.Said) {
	t.Helper()
	if c.summary == "" || mode == "off" {
		if len(said) > 0 {
			t.Errorf("it says\n%v", said)
		}
		return
	}
	if len(said) != 1 {
		t.Fatalf("%d diagnostics:\n%v", len(said), said)
	}
	severity := "warning"
	summary := c.summary
	if c.invalid || mode == "strict" && !c.unsure {
		severity, summary = "error", "Could not create the instance "
	}
	got := said[0]
	if got.Severity != severity || !strings.HasPrefix(got.Summary, summary) {
		t.Errorf("it isn't the %s %q:\n%s", severity, summary, got)
	}
	line := strings.TrimSpace(got.Snippet.Code)
	if !strings.HasPrefix(line, c.at) || c.at == "" && !strings.HasPrefix(line, "resource ") {
		t.Errorf("it isn't on %q:\n%s", c.at, got)
	}
	for _, text := range c.says {
		if !strings.Contains(got.Detail, text) {
			t.Errorf("it doesn't say %q:\n%s", text, got)
		}
	}
}
