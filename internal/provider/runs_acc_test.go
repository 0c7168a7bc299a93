package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const image = "registry.k8s.io/pause:3.10"

// cluster is the configuration of a cluster.
func cluster(name, attributes string) string {
	return fmt.Sprintf("resource \"mar_cluster\" \"test\" {\n  name = %q\n  %s\n}\n", name, attributes)
}

// instance is the configuration of one of its instances.
func instance(name, attributes string) string {
	return fmt.Sprintf("resource \"mar_instance\" %q {\n  cluster = mar_cluster.test.name\n  name = %q\n  %s\n}\n", name, name, attributes)
}

const plain = `image = "` + image + `"`

// world is what a test looks at and changes past Terraform.
type world struct {
	t      *testing.T
	name   string
	client *kubernetes.Clientset
}

func newWorld(t *testing.T) world {
	t.Helper()
	return world{t, acctest.ClusterName(t), acctest.Client(t)}
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// pod is the Pod of that name, nil where there is none.
func (w world) pod(name string) *corev1.Pod {
	w.t.Helper()
	pod, err := w.client.CoreV1().Pods(w.name).Get(w.t.Context(), name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	w.must(err)
	return pod
}

func (w world) remove(name string) {
	w.t.Helper()
	w.must(w.client.CoreV1().Pods(w.name).Delete(w.t.Context(), name, *metav1.NewDeleteOptions(0)))
}

// swap puts another Pod with the same labels in a Pod's place.
func (w world) swap(name string) types.UID {
	w.t.Helper()
	pod := w.pod(name)
	return w.makeAnew(metav1.ObjectMeta{Name: name, Labels: pod.Labels, Annotations: pod.Annotations}, pod)
}

// usurp has a stranger make a Pod in the place of the instance's, and returns its UID.
func (w world) usurp(name string) types.UID {
	return w.makeAnew(metav1.ObjectMeta{Name: name}, w.pod(name))
}

func (w world) makeAnew(as metav1.ObjectMeta, pod *corev1.Pod) types.UID {
	w.t.Helper()
	w.remove(as.Name)
	pod.ObjectMeta = as
	made, err := w.client.CoreV1().Pods(w.name).Create(w.t.Context(), pod, metav1.CreateOptions{FieldManager: "kubectl-create"})
	w.must(err)
	return made.UID
}

func (w world) setQuota(instances string) {
	w.t.Helper()
	_, err := w.client.CoreV1().ResourceQuotas(w.name).Patch(w.t.Context(), "mar-quota", types.MergePatchType,
		fmt.Appendf(nil, `{"spec":{"hard":{"pods":%q}}}`, instances), metav1.PatchOptions{FieldManager: "kubectl-edit"})
	w.must(err)
}

func (w world) quota() string {
	w.t.Helper()
	quota, err := w.client.CoreV1().ResourceQuotas(w.name).Get(w.t.Context(), "mar-quota", metav1.GetOptions{})
	w.must(err)
	return quota.Spec.Hard.Pods().String()
}

// inState are the attributes of what a state holds, by address.
func inState(t *testing.T, terraform *acctest.CLI) map[string]map[string]any {
	t.Helper()
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []struct{ Attributes map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(terraform.Read("terraform.tfstate")), &state); err != nil {
		t.Fatal(err)
	}
	held := map[string]map[string]any{}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			held[r.Type+"."+r.Name] = i.Attributes
		}
	}
	return held
}

// TestAccRuns_refreshOnly holds that a state takes on what is there, and nothing is
// written: what is gone leaves it, a stopped instance is stopped in it, an edited
// quota is as it was edited.
func TestAccRuns_refreshOnly(t *testing.T) {
	t.Parallel()
	w, terraform := newWorld(t), acctest.NewCLI(t)
	config := cluster(w.name, "quota = { instances = 10 }") + instance("gone", plain) + instance("rested", plain) + instance("well", plain)
	terraform.Configure(config)
	terraform.Must(0, "apply", "-auto-approve")
	elsewhere := acctest.NewCLI(t)
	elsewhere.Configure(cluster(w.name, "quota = { instances = 10 }") + instance("gone", plain) + instance("rested", plain+"\n  desired_status = \"Stopped\"") + instance("well", plain))
	elsewhere.Write("terraform.tfstate", terraform.Read("terraform.tfstate"))
	elsewhere.Must(0, "apply", "-auto-approve")
	w.remove("gone")
	w.setQuota("11")

	terraform.Must(2, "plan", "-refresh-only", "-detailed-exitcode")
	terraform.Must(0, "apply", "-refresh-only", "-auto-approve")
	state := inState(t, terraform)
	quota, _ := state["mar_cluster.test"]["quota"].(map[string]any)
	if _, still := state["mar_instance.gone"]; still || fmt.Sprint(quota["instances"]) != "11" ||
		state["mar_instance.rested"]["status"] != "Stopped" || state["mar_instance.rested"]["uid"] != nil || state["mar_instance.well"]["status"] != "Running" {
		t.Errorf("the state is %v", state)
	}
	if w.pod("gone") != nil || w.pod("rested") != nil || w.quota() != "11" {
		t.Error("something was written")
	}
	terraform.Must(0, "plan", "-refresh-only", "-detailed-exitcode")

	actions := acctest.Hear(t, terraform.Must(0, "apply", "-auto-approve", "-json")).Actions
	if want := map[string]string{"mar_cluster.test": "update", "mar_instance.gone": "create"}; !maps.Equal(actions, want) {
		t.Errorf("planned is %v, want %v", actions, want)
	}
	if w.pod("gone") == nil || w.pod("rested") != nil || w.quota() != "10" {
		t.Error("not as it is declared")
	}
}

// counter counts requests by method and path.
type counter struct {
	mu    sync.Mutex
	heard []string
}

func (c *counter) note(r *http.Request) acctest.Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	request := r.Method + " " + r.URL.Path
	if r.URL.Query().Has("dryRun") {
		request = "dry run of " + request
	}
	c.heard = append(c.heard, request)
	return acctest.Pass
}

func (c *counter) since() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	heard := c.heard
	c.heard = nil
	return heard
}

// TestAccRuns_withoutRefresh holds that a plan without a refresh reads nothing where
// nothing changes, writes nothing where something does, is right about what the configuration changes, and that an apply of it is safe
// where the world has changed.
func TestAccRuns_withoutRefresh(t *testing.T) {
	t.Parallel()
	w, terraform := newWorld(t), acctest.NewCLI(t)
	var asked counter
	block := acctest.FaultyProxy(t, asked.note)
	config := func(more string) string {
		return block + cluster(w.name, "quota = { instances = 10 }\n"+more) + instance("swapped", plain+"\n"+more) + instance("well", plain+"\n"+more)
	}
	terraform.Configure(config(""))
	terraform.Must(0, "apply", "-auto-approve")
	asked.since()
	terraform.Must(0, "plan", "-refresh=false", "-detailed-exitcode")
	if got := slices.DeleteFunc(asked.since(), func(request string) bool { return request == "GET /version" }); len(got) > 0 {
		t.Errorf("without a change these were asked: %v", got)
	}
	terraform.Configure(config(`labels = { a = "1" }`))
	actions := acctest.Hear(t, terraform.Must(0, "plan", "-refresh=false", "-json")).Actions
	if want := map[string]string{"mar_cluster.test": "update", "mar_instance.swapped": "update", "mar_instance.well": "update"}; !maps.Equal(actions, want) {
		t.Errorf("planned is %v, want %v", actions, want)
	}
	if got := slices.DeleteFunc(asked.since(), func(request string) bool {
		return strings.HasPrefix(request, "GET ") || strings.HasPrefix(request, "dry run of ")
	}); len(got) > 0 {
		t.Errorf("these were asked: %v", got)
	}

	other := w.swap("swapped")
	w.setQuota("11")
	if output := terraform.Must(1, "apply", "-refresh=false", "-auto-approve"); !strings.Contains(output, "was deleted, and something else recreated it") {
		t.Errorf("got\n%s", output)
	}
	if pod := w.pod("swapped"); pod.UID != other || pod.Labels["a"] != "" {
		t.Error("the namesake was touched")
	}
	if w.quota() != "10" || w.pod("well").Labels["a"] != "1" {
		t.Error("the rest wasn't carried out")
	}
	terraform.Must(0, "apply", "-auto-approve")
	if pod := w.pod("swapped"); pod.UID != other || pod.Labels["a"] != "1" {
		t.Error("the namesake isn't the instance")
	}
}

// TestAccRuns_target holds that a target is applied with what it needs, and with
// nothing else.
func TestAccRuns_target(t *testing.T) {
	t.Parallel()
	w, terraform := newWorld(t), acctest.NewCLI(t)
	terraform.Configure(cluster(w.name, "") + instance("one", plain) + instance("two", plain))
	terraform.Must(0, "apply", "-auto-approve", "-target=mar_instance.one")
	if w.pod("one") == nil || w.pod("two") != nil {
		t.Error("not one and only one was made")
	}
	w.remove("one")
	terraform.Must(0, "apply", "-auto-approve", "-target=mar_instance.two")
	if w.pod("one") != nil || w.pod("two") == nil {
		t.Error("not two and only two was made")
	}
	terraform.Must(0, "apply", "-auto-approve")
	if w.pod("one") == nil {
		t.Error("one wasn't made again")
	}
	terraform.Must(0, "destroy", "-auto-approve", "-target=mar_instance.one")
	if w.pod("one") != nil || w.pod("two") == nil {
		t.Error("not one and only one was destroyed")
	}
}

// TestAccRuns_savedPlan applies a plan after the world has changed: each step does
// what was planned to the very instance that it was planned for, or ends with an
// error, and never touches another's Pod. A Pod that was made anew with the instance's
// labels is the same instance to a destroy, and another to a change.
func TestAccRuns_savedPlan(t *testing.T) {
	t.Parallel()
	w, terraform := newWorld(t), acctest.NewCLI(t)
	terraform.Configure(cluster(w.name, "quota = { instances = 20 }") + instance("changed", plain) + instance("dropped", plain) + instance("replaced", plain) + instance("gone", plain) +
		instance("lost", plain) + instance("usurped", plain))
	terraform.Must(0, "apply", "-auto-approve")
	other := `image = "registry.k8s.io/pause:3.9"`
	terraform.Configure(cluster(w.name, "quota = { instances = 21 }") + instance("changed", other) + instance("replaced", plain+"\n  env = { A = \"1\" }") + instance("gone", other) + instance("taken", plain) +
		instance("usurped", plain+"\n  env = { A = \"1\" }"))
	terraform.Must(0, "plan", "-out=saved")

	uids := map[string]types.UID{"changed": w.swap("changed"), "lost": w.usurp("lost"), "usurped": w.usurp("usurped")}
	w.swap("dropped")
	w.remove("gone")
	w.setQuota("30")
	replacement := w.swap("replaced")
	_, err := w.client.CoreV1().Pods(w.name).Create(t.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "taken"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: image}}},
	}, metav1.CreateOptions{})
	w.must(err)
	uids["taken"] = w.pod("taken").UID

	said := acctest.Hear(t, func() string { output, _ := terraform.Run("apply", "-json", "saved"); return output }())
	for name, says := range map[string]string{
		"changed": "was deleted, and something else recreated it", "gone": "is gone", "taken": "already exists",
		"usurped": "already exists",
	} {
		errs := said.About("error", "mar_instance."+name)
		if len(errs) != 1 || !strings.Contains(errs[0].Detail, says) {
			t.Errorf("%s: got %+v", name, errs)
		}
	}
	if w.pod("dropped") != nil {
		t.Error("dropped is still there")
	}
	if pod := w.pod("replaced"); pod == nil || pod.UID == replacement || len(pod.Spec.Containers[0].Env) == 0 {
		t.Error("replaced wasn't replaced")
	}
	for name, uid := range uids {
		if pod := w.pod(name); pod == nil || pod.UID != uid || pod.Spec.Containers[0].Image != image {
			t.Errorf("%s was touched", name)
		}
	}
	if w.quota() != "21" {
		t.Errorf("the quota is %s", w.quota())
	}
	if output := terraform.Must(1, "apply", "saved"); !strings.Contains(output, "stale") {
		t.Errorf("got\n%s", output)
	}
}

// TestAccRuns_parallelism holds that thirty instances come and go one after the
// other, and all at once.
func TestAccRuns_parallelism(t *testing.T) {
	t.Parallel()
	w, terraform := newWorld(t), acctest.NewCLI(t)
	config := func(count int, more string) string {
		return cluster(w.name, "quota = { instances = 100 }") + fmt.Sprintf("resource \"mar_instance\" \"test\" {\n  count = %d\n  cluster = mar_cluster.test.name\n  name = \"web-${count.index}\"\n  %s\n  %s\n}\n", count, plain, more)
	}
	pods := func(count int) {
		t.Helper()
		list, err := w.client.CoreV1().Pods(w.name).List(t.Context(), metav1.ListOptions{})
		w.must(err)
		if len(list.Items) != count {
			t.Errorf("%d Pods, want %d", len(list.Items), count)
		}
	}
	terraform.Configure(config(30, ""))
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=50")
	pods(30)
	terraform.Must(0, "plan", "-detailed-exitcode", "-parallelism=50")
	terraform.Must(0, "plan", "-detailed-exitcode", "-parallelism=1")
	terraform.Configure(config(30, `labels = { a = "1" }`))
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=1")
	terraform.Configure(config(0, ""))
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=50")
	pods(0)
	terraform.Configure(config(30, `wait_for = "None"`))
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=1")
	pods(30)
}

// TestAccRuns_aliases has two provider blocks talk to two addresses: each resource
// is read, made and waited for at its own, and at no other.
func TestAccRuns_aliases(t *testing.T) {
	t.Parallel()
	east, west := newWorld(t), newWorld(t)
	var config strings.Builder
	asked := map[string]*counter{}
	for alias, w := range map[string]world{"east": east, "west": west} {
		asked[alias] = &counter{}
		block := acctest.FaultyProxy(t, asked[alias].note)
		config.WriteString(strings.Replace(block, `provider "mar" {`, fmt.Sprintf("provider \"mar\" {\n  alias = %q", alias), 1))
		fmt.Fprintf(&config, `
resource "mar_cluster" %[1]q {
  provider = mar.%[1]s
  name     = %[2]q
  quota    = { instances = 2 }
}
resource "mar_instance" %[1]q {
  provider = mar.%[1]s
  cluster  = mar_cluster.%[1]s.name
  name     = "web"
  %[3]s
}
data "mar_cluster" %[1]q {
  provider = mar.%[1]s
  name     = mar_cluster.%[1]s.name
}
`, alias, w.name, plain)
	}
	terraform := acctest.NewPluginCLI(t)
	terraform.Configure(config.String())
	for _, run := range [][]string{{"apply", "-auto-approve"}, {"plan", "-detailed-exitcode"}, {"destroy", "-auto-approve"}} {
		terraform.Must(0, run...)
		for alias, w := range map[string]world{"east": east, "west": west} {
			paths := asked[alias].since()
			isOther := func(line string) bool {
				return strings.Contains(line, "/namespaces") && !strings.HasSuffix(line, "/namespaces") && !strings.Contains(line, "/namespaces/"+w.name)
			}
			if len(paths) == 0 || slices.ContainsFunc(paths, isOther) {
				t.Errorf("%s of %v was asked %v", alias, run, paths)
			}
			if exists := w.exists(); exists != (run[0] != "destroy") {
				t.Errorf("after %v the cluster of %s is there: %t", run, alias, exists)
			}
		}
	}
}

func (w world) exists() bool {
	w.t.Helper()
	_, err := w.client.CoreV1().Namespaces().Get(context.Background(), w.name, metav1.GetOptions{})
	return err == nil
}
