package instance_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// contest is a field that another tool applies, too.
type contest struct {
	// theirs is what the other tool applies of the Pod, by that subresource.
	theirs, subresource string
	// field is as the error names it, at begins the line that it points at.
	field, at string
	has       func(*corev1.Pod) string
}

func contests() map[string]contest {
	resources := `{"spec":{"containers":[{"name":"app","resources":{%s}}]}}`
	return map[string]contest{
		"label":      {`{"metadata":{"labels":{"team":"pay"}}}`, "", ".metadata.labels.team", "labels", func(p *corev1.Pod) string { return p.Labels["team"] }},
		"annotation": {`{"metadata":{"annotations":{"a":"2"}}}`, "", ".metadata.annotations.a", "annotations", func(p *corev1.Pod) string { return p.Annotations["a"] }},
		"known-by":   {`{"metadata":{"labels":{"instance-id":"x"}}}`, "", ".metadata.labels.instance-id", "resource", func(p *corev1.Pod) string { return p.Labels["instance-id"] }},
		"image": {
			`{"spec":{"containers":[{"name":"app","image":"registry.k8s.io/pause:3.9"}]}}`, "",
			`.spec.containers[name="app"].image`, "image", func(p *corev1.Pod) string { return p.Spec.Containers[0].Image },
		},
		"cpu": {
			fmt.Sprintf(resources, `"limits":{"cpu":"2"},"requests":{"cpu":"2"}`), "resize",
			`.spec.containers[name="app"].resources.limits.cpu`, "cpu", func(p *corev1.Pod) string { return p.Spec.Containers[0].Resources.Limits.Cpu().String() },
		},
		"memory": {
			fmt.Sprintf(resources, `"limits":{"memory":"2Gi"},"requests":{"memory":"2Gi"}`), "resize",
			`.spec.containers[name="app"].resources.limits.memory`, "memory", func(p *corev1.Pod) string { return p.Spec.Containers[0].Resources.Limits.Memory().String() },
		},
	}
}

// TestAccInstance_conflicts holds for each field that another tool applies that
// it isn't fought over: the error names the tool, the field and the ways out, on
// the attribute. With force_conflicts the field is the provider's, on the server
// too, and with another field manager everything that the former one had.
func TestAccInstance_conflicts(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, client := acctest.Namespace(t), acctest.Client(t)
	config := func(provider, labels string) string {
		var all strings.Builder
		fmt.Fprintf(&all, "provider \"mar\" {\n  %s\n}\n", provider)
		for _, name := range slices.Sorted(maps.Keys(contests())) {
			fmt.Fprintf(&all, "resource \"mar_instance\" %q {\n  cluster = %q\n  name = %q\n  image = %q\n  cpu = \"1\"\n  memory = \"1Gi\"\n  labels = { team = \"shop\"%s }\n  annotations = { a = \"1\" }\n}\n", name, cluster, name, image, labels)
		}
		return all.String()
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("", ""))
	terraform.Must(0, "apply", "-auto-approve")
	ours := map[string]string{}
	for name, c := range contests() {
		pod := getPod(t, client, cluster, name)
		ours[name] = c.has(pod)
		applyAs(t, client, pod, "argocd-controller", c)
	}

	output, _ := terraform.Run("apply", "-auto-approve", "-json")
	said := acctest.Hear(t, output)
	for name, c := range contests() {
		errs := said.About("error", "mar_instance."+name)
		if len(errs) != 1 || !strings.Contains(errs[0].Detail, fmt.Sprintf("%s is applied by %q", c.field, "argocd-controller")) ||
			!strings.Contains(errs[0].Detail, "force_conflicts = true") || !strings.HasPrefix(strings.TrimSpace(errs[0].Snippet.Code), c.at) {
			t.Errorf("%s: got %+v", name, errs)
		}
		if got := c.has(getPod(t, client, cluster, name)); got == ours[name] {
			t.Errorf("%s was fought over: it is %s again", name, got)
		}
	}

	terraform.Configure(config("force_conflicts = true", ""))
	terraform.Must(0, "apply", "-auto-approve")
	for name, c := range contests() {
		pod := getPod(t, client, cluster, name)
		if got := c.has(pod); got != ours[name] {
			t.Errorf("%s is %s, want %s", name, got, ours[name])
		}
		if owned := acctest.OwnedBy(t, pod, "argocd-controller"); strings.Contains(owned, c.field) {
			t.Errorf("%s: argocd-controller still has %s", name, owned)
		}
	}
	terraform.Must(0, "plan", "-detailed-exitcode")

	// Another name changes nothing by itself; the next change takes all over, so that
	// a label which the former name gave can go later.
	terraform.Configure(config(`field_manager = "team-a"`, ""))
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Configure(config(`field_manager = "team-a"`, `, stage = "dev"`))
	terraform.Must(0, "apply", "-auto-approve")
	renamed := strings.Replace(config(`field_manager = "team-a"`, ""), `team = "shop"`, `other = "x"`, 1)
	terraform.Configure(renamed)
	terraform.Must(0, "apply", "-auto-approve")
	for i, name := range slices.Sorted(maps.Keys(contests())) {
		pod := getPod(t, client, cluster, name)
		// Who has resized a Pod stays on record.
		if owned := acctest.OwnedBy(t, pod, "terraform-provider-mar"); strings.Contains(owned, ".metadata.") || strings.Contains(owned, ".image") {
			t.Errorf("%s: the former name still has %s", name, owned)
		}
		if _, still := pod.Labels["team"]; still != (i > 0) || pod.Labels["stage"] != "" {
			t.Errorf("%s: the labels are %v", name, pod.Labels)
		}
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

func TestAccProvider_fieldManagerIsChecked(t *testing.T) {
	t.Parallel()
	terraform := acctest.NewCLI(t)
	terraform.Configure(fmt.Sprintf("provider \"mar\" {\n  field_manager = %q\n}\n", strings.Repeat("a", 129)) + instanceConfig("dev"))
	if output := terraform.Must(1, "plan"); !strings.Contains(output, "Invalid value for a field manager") {
		t.Errorf("got\n%s", output)
	}
}

func getPod(t *testing.T, client *kubernetes.Clientset, cluster, name string) *corev1.Pod {
	t.Helper()
	pod, err := client.CoreV1().Pods(cluster).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return pod
}

// applyAs applies a field as another tool does that was told to take it.
func applyAs(t *testing.T, client *kubernetes.Clientset, pod *corev1.Pod, manager string, c contest) {
	t.Helper()
	body := strings.Replace(c.theirs, "{", `{"apiVersion":"v1","kind":"Pod",`, 1)
	var subresources []string
	if c.subresource != "" {
		subresources = append(subresources, c.subresource)
	}
	_, err := client.CoreV1().Pods(pod.Namespace).Patch(context.Background(), pod.Name, types.ApplyPatchType, []byte(body),
		metav1.PatchOptions{FieldManager: manager, Force: ptr.To(true)}, subresources...)
	if err != nil {
		t.Fatalf("%s: %v", pod.Name, err)
	}
}
