package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// old is what hashicorp/kubernetes has made: a namespace and a Pod in it.
type old struct {
	Namespace            string
	NamespaceUID, PodUID types.UID
}

// TestAccMoved_nothingIsTouched holds that what hashicorp/kubernetes manages is
// taken over by moved blocks without being created, replaced or destroyed, and
// a quota and a limit range by removed blocks.
func TestAccMoved_nothingIsTouched(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	acctest.Needs(t, acctest.MoveAcrossTypes, acctest.RemovedBlocks)
	team, job := madeTeam(t, richPod()), madeJob(t)
	terraform := movable(t, "kubernetes.tfstate", team, job)
	terraform.Configure(fmt.Sprintf(readFile(t, "moved.tf"), team.Namespace, job.Namespace))

	if refused := terraform.Must(1, "plan", "-refresh=false"); !strings.Contains(refused, "has to be read first") {
		t.Errorf("a plan that reads nothing says\n%s", refused)
	}
	terraform.Must(2, "plan", "-detailed-exitcode", "-out=plan")
	if diff := cmp.Diff([]string{
		"forget kubernetes_limit_range_v1.team", "forget kubernetes_resource_quota_v1.team",
		"no-op mar_cluster.old", "no-op mar_cluster.team", "no-op mar_instance.job", `update mar_instance.web["a"]`,
	}, plannedActions(t, terraform)); diff != "" {
		t.Errorf("the plan does other than wanted, -want +got:\n%s\n%s", diff, terraform.Must(0, "show", "plan"))
	}
	before := touched(t, team, job)
	terraform.Must(0, "apply", "plan")
	if diff := cmp.Diff(before, touched(t, team, job)); diff != "" {
		t.Errorf("the objects are other ones, -before +after:\n%s", diff)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	if state := terraform.Must(0, "state", "list"); strings.Contains(state, "kubernetes_") {
		t.Errorf("the state still has\n%s", state)
	}
	pod, err := acctest.Client(t).CoreV1().Pods(team.Namespace).Get(t.Context(), "web-a", metav1.GetOptions{})
	if err != nil || pod.Labels["instance-id"] != "web-a" || pod.Labels["app"] != "web" || pod.Labels["tier"] != "front" {
		t.Errorf("the Pod's labels are %v, %v", pod.Labels, err)
	}
}

// TestAccMoved_asTheGuideSays holds that the configuration in the migration guide
// does as it says there.
func TestAccMoved_asTheGuideSays(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.MoveAcrossTypes, acctest.RemovedBlocks)
	team := madeTeam(t, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: corev1.PodSpec{AutomountServiceAccountToken: ptr.To(true), Containers: []corev1.Container{{
			Name: "web", Image: "registry.k8s.io/e2e-test-images/agnhost:2.53", Args: []string{"netexec", "--http-port=8080"},
			Ports:     []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
			Resources: corev1.ResourceRequirements{Limits: amounts("cpu", "500m", "memory", "256Mi")},
		}}},
	})
	terraform := movable(t, "guide.tfstate", team, old{})
	guide, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "migrate-from-kubernetes.md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(guide), "### 3.")
	_, after, _ = strings.Cut(after, "```terraform\n")
	config, _, _ := strings.Cut(after, "```\n")
	config = strings.ReplaceAll(config, `name   = "team"`, fmt.Sprintf("name = %q\n  annotations = { \"example.com/owner\" = \"shop\" }", team.Namespace))
	if !strings.Contains(config, "moved {") || !strings.Contains(config, team.Namespace) {
		t.Fatalf("the guide has another configuration:\n%s", config)
	}
	terraform.Configure(config)
	terraform.Must(2, "plan", "-detailed-exitcode", "-out=plan")
	if diff := cmp.Diff([]string{
		"forget kubernetes_limit_range_v1.team", "forget kubernetes_resource_quota_v1.team", "no-op mar_cluster.team", "no-op mar_instance.web",
	}, plannedActions(t, terraform)); diff != "" {
		t.Errorf("the plan does other than wanted, -want +got:\n%s\n%s", diff, terraform.Must(0, "show", "plan"))
	}
}

// TestAccMoved_anotherPodOfTheName holds that a Pod which came after the one that
// the state knows isn't taken for it.
func TestAccMoved_anotherPodOfTheName(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	acctest.Needs(t, acctest.MoveAcrossTypes, acctest.RemovedBlocks)
	team, job := madeTeam(t, richPod()), madeJob(t)
	job.PodUID = "3f1f0a57-2a5f-4b5e-9d25-6d4f3c1f2b19"
	terraform := movable(t, "kubernetes.tfstate", team, job)
	terraform.Configure(fmt.Sprintf(readFile(t, "moved.tf"), team.Namespace, job.Namespace))
	output := terraform.Must(0, "plan")
	if !strings.Contains(output, "Instance is gone, and another Pod has its name") || !strings.Contains(output, "mar_instance.job will be created") {
		t.Errorf("the plan says\n%s", output)
	}
}

// movable is a folder with the state that hashicorp/kubernetes has written.
func movable(t *testing.T, file string, team, job old) *acctest.CLI {
	t.Helper()
	terraform := acctest.NewCLI(t)
	server, err := newKubernetesProvider()
	if err != nil {
		t.Fatal(err)
	}
	terraform.Serve("hashicorp/kubernetes", server)
	state, err := template.New("state").Parse(readFile(t, file))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := state.Execute(&text, map[string]any{"Registry": acctest.Registry(), "Team": team, "Old": job}); err != nil {
		t.Fatal(err)
	}
	terraform.Write("terraform.tfstate", text.String())
	return terraform
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// plannedActions are what the saved plan does, a line a resource.
func plannedActions(t *testing.T, terraform *acctest.CLI) []string {
	t.Helper()
	var plan struct {
		Changes []struct {
			Address string
			Change  struct{ Actions []string }
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(terraform.Must(0, "show", "-json", "plan")), &plan); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range plan.Changes {
		all = append(all, strings.Join(c.Change.Actions, "+")+" "+c.Address)
	}
	slices.Sort(all)
	return all
}

// touched are the UIDs of all that has been taken over.
func touched(t *testing.T, team, job old) map[string]types.UID {
	t.Helper()
	uids := map[string]types.UID{}
	note := func(o metav1.Object, err error) {
		if err != nil {
			t.Fatal(err)
		}
		uids[fmt.Sprintf("%T %s/%s", o, o.GetNamespace(), o.GetName())] = o.GetUID()
	}
	client := acctest.Client(t).CoreV1()
	for _, o := range []old{team, job} {
		note(client.Namespaces().Get(t.Context(), o.Namespace, metav1.GetOptions{}))
		pods, err := client.Pods(o.Namespace).List(t.Context(), metav1.ListOptions{})
		for _, pod := range pods.Items {
			note(&pod, err)
		}
	}
	quotas, err := client.ResourceQuotas(team.Namespace).List(t.Context(), metav1.ListOptions{})
	for _, quota := range quotas.Items {
		note(&quota, err)
	}
	limits, err := client.LimitRanges(team.Namespace).List(t.Context(), metav1.ListOptions{})
	for _, limit := range limits.Items {
		note(&limit, err)
	}
	return uids
}

// asKubernetes is how hashicorp/kubernetes signs what it writes.
func asKubernetes() metav1.CreateOptions { return metav1.CreateOptions{FieldManager: "HashiCorp"} }

// madeTeam is a namespace with a quota, a limit range and the Pod.
func madeTeam(t *testing.T, pod *corev1.Pod) old {
	t.Helper()
	namespace, client := acctest.Namespace(t), acctest.Client(t).CoreV1()
	_, err := client.Namespaces().Patch(t.Context(), namespace, types.MergePatchType,
		[]byte(`{"metadata":{"labels":{"team":"shop"},"annotations":{"example.com/owner":"shop"}}}`), metav1.PatchOptions{FieldManager: "HashiCorp"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.ResourceQuotas(namespace).Create(t.Context(), &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "team-quota"},
		Spec:       corev1.ResourceQuotaSpec{Hard: amounts("limits.cpu", "4", "limits.memory", "8Gi", "pods", "20")},
	}, asKubernetes())
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.LimitRanges(namespace).Create(t.Context(), &corev1.LimitRange{
		ObjectMeta: metav1.ObjectMeta{Name: "team-limits"},
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
			Type: corev1.LimitTypeContainer, Default: amounts("cpu", "500m", "memory", "256Mi"), DefaultRequest: amounts("cpu", "500m", "memory", "256Mi"),
		}}},
	}, asKubernetes())
	if err != nil {
		t.Fatal(err)
	}
	return oldOf(t, namespace, pod)
}

// richPod says about all that a Pod usually says.
func richPod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web-a", Labels: map[string]string{"app": "web", "team": "shop"}, Annotations: map[string]string{"example.com/owner": "shop"}},
		Spec: corev1.PodSpec{
			AutomountServiceAccountToken: ptr.To(true),
			EnableServiceLinks:           ptr.To(true),
			Containers: []corev1.Container{{
				Name: "nginx", Image: "registry.k8s.io/pause:3.10", Args: []string{"-v"},
				Env:       []corev1.EnvVar{{Name: "LOG_LEVEL", Value: "info"}},
				Ports:     []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
				Resources: corev1.ResourceRequirements{Limits: amounts("cpu", "500m", "memory", "256Mi"), Requests: amounts("cpu", "250m", "memory", "256Mi")},
				LivenessProbe: &corev1.Probe{
					ProbeHandler:        corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("http"), Scheme: corev1.URISchemeHTTP}},
					InitialDelaySeconds: 5, PeriodSeconds: 10, TimeoutSeconds: 1, SuccessThreshold: 1, FailureThreshold: 3,
				},
				VolumeMounts: []corev1.VolumeMount{{Name: "scratch", MountPath: "/tmp"}},
			}},
			Volumes:     []corev1.Volume{{Name: "scratch", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
			Tolerations: []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}},
		},
	}
}

// madeJob is a namespace with a Pod that says little.
func madeJob(t *testing.T) old {
	t.Helper()
	return oldOf(t, acctest.Namespace(t), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "job"},
		Spec: corev1.PodSpec{
			AutomountServiceAccountToken: ptr.To(false), EnableServiceLinks: ptr.To(false),
			RestartPolicy: corev1.RestartPolicyNever, TerminationGracePeriodSeconds: ptr.To[int64](5),
			Containers: []corev1.Container{{Name: "job", Image: "registry.k8s.io/pause:3.10", Command: []string{"/bin/job"}}},
		},
	})
}

// oldOf makes the Pod and waits until it runs, as hashicorp/kubernetes does.
func oldOf(t *testing.T, namespace string, pod *corev1.Pod) old {
	t.Helper()
	client := acctest.Client(t).CoreV1()
	ns, err := client.Namespaces().Get(t.Context(), namespace, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.Pods(namespace).Create(t.Context(), pod, asKubernetes())
	if err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "Pod "+pod.Name+" to run", func(ctx context.Context) (bool, error) {
		now, err := client.Pods(namespace).Get(ctx, pod.Name, metav1.GetOptions{})
		return err == nil && now.Status.Phase == corev1.PodRunning && now.Status.PodIP != "", err
	})
	return old{Namespace: namespace, NamespaceUID: ns.UID, PodUID: made.UID}
}

func amounts(pairs ...string) corev1.ResourceList {
	list := corev1.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		list[corev1.ResourceName(pairs[i])] = apiresource.MustParse(pairs[i+1])
	}
	return list
}
