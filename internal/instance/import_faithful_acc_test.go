package instance_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/acctest/podgen"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// TestAccInstance_importIsFaithful makes Pods as others do: generated ones, the fixtures
// of Pod Security admission, the Pods of Kubernetes' own end-to-end tests, and very large
// ones. Each imports with a configuration that is generated and plans nothing, is stopped
// and started, and means the same Pod then.
//
// MAR_PODGEN_IMPORTS says how many are generated, MAR_PODGEN_SEED with which the first. Where
// the former isn't set, they are few, and so are the fixtures.
func TestAccInstance_importIsFaithful(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Query)
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	const few = 15
	first, count := setting(t, "MAR_PODGEN_SEED", 1), setting(t, "MAR_PODGEN_IMPORTS", few)
	pods := realPods(t)
	if count == few {
		everySecond(pods)
	}
	t.Logf("MAR_PODGEN_SEED=%d MAR_PODGEN_IMPORTS=%d, and %d others", first, count, len(pods))
	for seed := first; seed < first+count; seed++ {
		name := fmt.Sprintf("seed-%d", seed)
		pods[name] = podgen.New(uint64(seed)).Pod(name)
	}
	for name, pod := range pods {
		pod.Name, pod.Namespace = name, ""
		pod.Labels = withLabel(pod.Labels, "of", "this-test")
		err := create(t.Context(), acctest.Client(t), cluster, pod)
		if apierrors.IsInvalid(err) {
			t.Logf("the API server refuses %s: %v", name, err)
			delete(pods, name)
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	await := func() map[string]corev1.Pod { return scheduled(t, cluster, len(pods)) }
	before := await()

	since := time.Now()
	took := func(what string) {
		t.Logf("%s: %s", what, time.Since(since).Round(time.Second))
		since = time.Now()
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure("")
	terraform.Write("find.tfquery.hcl", querying("all", "limit = 1000", searching(fmt.Sprintf("cluster = %q", cluster))))
	terraform.Must(0, "query", "-generate-config-out=found.tf")
	output := terraform.Must(0, "apply", "-auto-approve")
	if want := fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", len(pods)); !strings.Contains(output, want) {
		t.Fatalf("not %s, but\n%s", want, output)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	took("import")

	found := regexp.MustCompile(`wait_for( *)= "Ready"`).ReplaceAllString(terraform.Read("found.tf"), `wait_for$1= "None"`)
	power := regexp.MustCompile(`desired_status( *)= null`)
	for _, wanted := range []string{"Stopped", "Running"} {
		terraform.Write("found.tf", power.ReplaceAllString(found, `desired_status$1= "`+wanted+`"`))
		output := terraform.Must(0, "apply", "-auto-approve")
		if want := fmt.Sprintf("0 added, %d changed, 0 destroyed", len(pods)); !strings.Contains(output, want) {
			t.Errorf("%s: not %s, but\n%s", wanted, want, output)
		}
		terraform.Must(0, "plan", "-detailed-exitcode")
		took(wanted)
	}
	after := await()
	fields := 0
	for name, was := range before {
		is := after[name]
		fields += podgen.Fields(was.Spec)
		if was.UID == is.UID {
			t.Errorf("%s wasn't stopped", name)
		}
		compareMeaning(t, name, was, is)
	}
	t.Logf("%d Pods and %d fields compared", len(before), fields)
}

// everySecond leaves half of the Pods, always the same.
func everySecond(pods map[string]*corev1.Pod) {
	for i, name := range slices.Sorted(maps.Keys(pods)) {
		if i%2 == 1 && !strings.HasPrefix(name, "large") {
			delete(pods, name)
		}
	}
}

func withLabel(labels map[string]string, key, value string) map[string]string {
	labels = maps.Clone(labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[key] = value
	return labels
}

func compareMeaning(t *testing.T, name string, was, is corev1.Pod) {
	t.Helper()
	want, got := podgen.Meaning(was.Spec, mainName(was)), podgen.Meaning(is.Spec, mainName(is))
	if !podspec.Same(want, got) {
		t.Errorf("%s: before the stop it has -, after the start +\n%s", name, cmp.Diff(want, got, cmpopts.EquateEmpty()))
	}
	for _, texts := range []struct{ want, got map[string]string }{{was.Labels, is.Labels}, {was.Annotations, is.Annotations}} {
		for key, value := range texts.want {
			// The node gives the one, and the API server makes a field of the other.
			byKubernetes := strings.HasPrefix(key, "topology.kubernetes.io/") || strings.HasPrefix(key, "container.apparmor.security.beta.kubernetes.io/")
			if now, there := texts.got[key]; !byKubernetes && (!there || now != value) {
				t.Errorf("%s: %s was %q, and is %q", name, key, value, now)
			}
		}
	}
}

// mainName is the container that the attributes are about.
func mainName(pod corev1.Pod) string {
	for _, c := range pod.Spec.Containers {
		if c.Name == "app" {
			return "app"
		}
	}
	return pod.Spec.Containers[0].Name
}

// scheduled are the Pods once the scheduler has looked at each, and the nodes run those
// that they have.
func scheduled(t *testing.T, cluster string, want int) map[string]corev1.Pod {
	t.Helper()
	pods := map[string]corev1.Pod{}
	acctest.Eventually(t, fmt.Sprintf("a look of the scheduler at %d Pods", want), func(ctx context.Context) (bool, error) {
		list, err := acctest.Client(t).CoreV1().Pods(cluster).List(ctx, metav1.ListOptions{LabelSelector: "of=this-test"})
		if err != nil {
			return false, err
		}
		for _, pod := range list.Items {
			seen := slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == corev1.PodScheduled })
			if !seen || pod.Spec.NodeName != "" && pod.Status.Phase == corev1.PodPending {
				return false, nil
			}
			pods[pod.Name] = pod
		}
		return len(pods) == want, nil
	})
	return pods
}

// realPods are Pods that others have written, by names that they can have here.
func realPods(t *testing.T) map[string]*corev1.Pod {
	t.Helper()
	pods := map[string]*corev1.Pod{}
	security := moduleFolder(t, "k8s.io/pod-security-admission")
	for _, level := range []string{"baseline", "restricted"} {
		folder := newest(t, filepath.Join(security, "test", "testdata", level))
		addPods(t, pods, level, folder)
	}
	addPods(t, pods, "e2e", filepath.Join(moduleFolder(t, "k8s.io/kubernetes"), "test", "e2e", "testing-manifests"))
	if len(pods) < 100 {
		t.Fatalf("only %d Pods in the modules", len(pods))
	}
	noise := make([]byte, 225<<10)
	_, _ = rand.Read(noise)
	for name, value := range map[string]string{"large": strings.Repeat("a text that compresses well. ", 11<<10), "large-noise": base64.StdEncoding.EncodeToString(noise)} {
		pod := podgen.New(1).Pod(name)
		pod.Spec.Containers[0].Env = append(pod.Spec.Containers[0].Env, corev1.EnvVar{Name: "LARGE", Value: value})
		pods[name] = pod
	}
	return pods
}

// moduleFolder is where the development cluster's module has the source of another.
func moduleFolder(t *testing.T, module string) string {
	t.Helper()
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module)
	list.Dir = filepath.Join("..", "devcluster")
	out, err := list.Output()
	if folder := strings.TrimSpace(string(out)); err == nil && folder != "" {
		return folder
	}
	t.Skipf("the module %s isn't there: %v", module, err)
	return ""
}

// newest is the folder of the newest version, such as v1.36.
func newest(t *testing.T, folder string) string {
	t.Helper()
	versions, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	minor := func(e os.DirEntry) int {
		var number int
		_, _ = fmt.Sscanf(e.Name(), "v1.%d", &number)
		return number
	}
	return filepath.Join(folder, slices.MaxFunc(versions, func(a, b os.DirEntry) int { return minor(a) - minor(b) }).Name())
}

// addPods reads the Pods in all files of a folder.
func addPods(t *testing.T, pods map[string]*corev1.Pod, prefix, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(filepath.Base(path), ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		within, _ := filepath.Rel(folder, path)
		for i, pod := range podsIn(text) {
			name := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(fmt.Sprintf("%s-%s-%d", prefix, within, i), "-"), "-")
			pods[name[max(0, len(name)-60):]] = pod
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// podsIn are the Pods of a file; templates that have placeholders in them are none.
func podsIn(text []byte) []*corev1.Pod {
	var pods []*corev1.Pod
	text = regexp.MustCompile(`\{\{[^}]*\}\}`).ReplaceAll(text, []byte("registry.k8s.io/pause"))
	documents := utilyaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
	buffer := make([]byte, len(text)+1)
	for {
		n, err := documents.Read(buffer)
		if errors.Is(err, io.EOF) {
			return pods
		}
		var pod corev1.Pod
		if err == nil && yaml.Unmarshal(buffer[:n], &pod) == nil && pod.Kind == "Pod" && len(pod.Spec.Containers) > 0 {
			pods = append(pods, &pod)
		}
		if err != nil {
			return pods
		}
	}
}
