package instance_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// heard are the dry runs that came by, as in "POST pods".
type heard struct {
	mu   sync.Mutex
	runs []string
}

// listen returns a provider block whose dry runs are heard. Faults, where it is
// not nil, answers them.
func listen(t *testing.T, faults acctest.Fault) (string, *heard) {
	t.Helper()
	h := &heard{}
	return acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if !r.URL.Query().Has("dryRun") {
			return acctest.Pass
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		_, path, _ := strings.Cut(r.URL.Path, "/namespaces/")
		parts := strings.SplitN(path, "/", 4)
		h.runs = append(h.runs, r.Method+" "+strings.Join(append(parts[1:2], parts[min(len(parts), 3):]...), "/"))
		if faults != nil {
			return faults
		}
		return acctest.Pass
	}), h
}

// take returns what was heard since the last time.
func (h *heard) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	runs := strings.Join(h.runs, ", ")
	h.runs = nil
	return runs
}

// with puts an argument into a provider block.
func with(block, argument string) string {
	end := strings.LastIndex(block, "}")
	return block[:end] + "  " + argument + "\n}\n"
}

// Identical instances are asked about once, what doesn't change not at all, and
// none of it is repeated once the apply is at work.
func TestAccInstance_planAsksOnceForTheSame(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	block, heard := listen(t, nil)
	config := func(image, env string) string {
		return with(block, "") + fmt.Sprintf(`
resource "mar_instance" "same" {
  count   = 4
  cluster = %[1]q
  name    = "same-${count.index}"
  image   = %[2]q
  cpu     = "100m"
  env     = { A = %[3]q }
}
resource "mar_instance" "unnamed" {
  count   = 2
  cluster = %[1]q
  image   = %[2]q
  cpu     = "100m"
  env     = { A = %[3]q }
}
resource "mar_instance" "other" {
  cluster = %[1]q
  name    = "other"
  image   = %[2]q
  cpu     = "200m"
  env     = { A = %[3]q }
}`, cluster, image, env)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(image, "1"))
	terraform.Must(0, "plan", "-out=plan")
	if got := heard.take(); got != "POST pods, POST pods" {
		t.Errorf("to make two kinds of instances it asks %q", got)
	}
	terraform.Must(0, "apply", "plan")
	if got := heard.take(); len(got) > len("POST pods, POST pods") {
		t.Errorf("the apply asks %q once more", got)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	if got := heard.take(); got != "" {
		t.Errorf("a plan of no change asks %q", got)
	}
	terraform.Configure(config("registry.k8s.io/pause:3.9", "1"))
	terraform.Must(2, "plan", "-detailed-exitcode")
	// An apply conflicts with the POST of its own manager first, and then is forced.
	if got := heard.take(); got != "PATCH pods, PATCH pods, PATCH pods, PATCH pods" {
		t.Errorf("to change two kinds of instances it asks %q", got)
	}
	terraform.Configure(config(image, "2"))
	terraform.Must(2, "plan", "-detailed-exitcode")
	if got := heard.take(); got != "POST pods, POST pods" {
		t.Errorf("to replace two kinds of instances it asks %q", got)
	}
}

// A plan with credentials that may only read is made, and says so once.
func TestAccInstance_planWithoutTheRightToWrite(t *testing.T) {
	t.Parallel()
	cluster, other := acctest.Namespace(t), acctest.Namespace(t)
	reader := acctest.WithRights(t, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"namespaces", "pods", "podtemplates"}, Verbs: []string{"get"}})
	config := func(mode string) string {
		return with(reader, fmt.Sprintf("plan_validation = %q", mode)) + fmt.Sprintf(`
resource "mar_instance" "test" {
  for_each       = { a = %[1]q, b = %[1]q, c = %[2]q, d = %[2]q }
  cluster        = each.value
  name           = each.key
  image          = %[3]q
  cpu            = each.key == "b" ? "1" : "2"
  desired_status = each.key == "d" ? "Stopped" : "Running"
}`, cluster, other, image)
	}
	terraform := acctest.NewCLI(t)
	for mode, want := range map[string]struct {
		code     int
		severity string
	}{"warn": {0, "warning"}, "strict": {1, "error"}, "off": {0, ""}} {
		terraform.Configure(config(mode))
		said := acctest.Diagnostics(t, terraform.Must(want.code, "plan", "-json"))
		if want.severity == "" {
			if len(said) > 0 {
				t.Errorf("%s: it says %v", mode, said)
			}
			continue
		}
		if len(said) != 1 || said[0].Severity != want.severity {
			t.Errorf("%s: it says %d times\n%v", mode, len(said), said)
			continue
		}
		for _, text := range []string{`cannot create resource "pod`, `in the namespace "mar-acc-`, "reported once", `plan_validation = "off"`} {
			if !strings.Contains(said[0].Detail, text) {
				t.Errorf("%s: it doesn't say %q:\n%s", mode, text, said[0])
			}
		}
	}
}

// An API server that doesn't answer dry runs costs one warning, not the plan; a strict plan
// doesn't pass unchecked.
func TestAccInstance_planIsMadeWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	block, _ := listen(t, func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":500,"reason":"InternalError","message":"failed calling webhook"}`)
	})
	terraform := acctest.NewCLI(t)
	for mode, want := range map[string]struct {
		code     int
		severity string
	}{"warn": {0, "warning"}, "strict": {1, "error"}} {
		terraform.Configure(with(block, fmt.Sprintf("plan_validation = %q", mode)) + fmt.Sprintf(`
resource "mar_instance" "test" {
  count   = 3
  cluster = %q
  name    = "web-${count.index}"
  image   = %q
  cpu     = "${1 + count.index}00m"
}`, cluster, image))
		said := acctest.Diagnostics(t, terraform.Must(want.code, "plan", "-json"))
		if len(said) != 1 || said[0].Severity != want.severity || !strings.Contains(said[0].Summary, "couldn't be checked") || !strings.Contains(said[0].Detail, "failed calling webhook") {
			t.Errorf("%s: it says %v", mode, said)
		}
	}
}

// A full quota takes the successor of an instance that it counts, and a larger one
// it does not.
func TestAccInstance_predecessorsShareIsItsSuccessors(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	err := limited(t.Context(), t, acctest.Client(t), cluster, corev1.ResourceList{"limits.cpu": amount("200m"), "limits.memory": amount("64Mi"), "pods": amount("2")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	config := func(env, cpu string) string {
		return fmt.Sprintf(`
provider "mar" {
  plan_validation = "strict"
}
resource "mar_instance" "named" {
  cluster = %[1]q
  name    = "web"
  image   = %[2]q
  cpu     = %[4]q
  memory  = "32Mi"
  env     = { A = %[3]q }
}
resource "mar_instance" "unnamed" {
  cluster = %[1]q
  image   = %[2]q
  cpu     = "100m"
  memory  = "32Mi"
  env     = { A = %[3]q }
}`, cluster, image, env, cpu)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("1", "100m"))
	terraform.Must(0, "apply", "-auto-approve")
	counted(t, cluster, "2")
	untilRefused(t, cluster, "the full quota", sized("100m", "32Mi"))
	quiet := func(what string, args ...string) {
		t.Helper()
		if said := acctest.Diagnostics(t, terraform.Must(0, append([]string{"plan", "-json"}, args...)...)); len(said) > 0 {
			t.Errorf("%s: it says %v", what, said)
		}
	}
	quiet("replaced on demand", "-replace=mar_instance.named", "-replace=mar_instance.unnamed")
	terraform.Configure(config("2", "100m"))
	quiet("replaced for what changed")
	terraform.Configure(config("1", "100m"))
	terraform.Must(0, "taint", "mar_instance.named")
	quiet("tainted")

	terraform.Configure(config("2", "150m"))
	said := acctest.Diagnostics(t, terraform.Must(1, "plan", "-json"))
	if len(said) != 1 || said[0].Address != "mar_instance.named" || !strings.Contains(said[0].Detail, "requested: limits.cpu=150m,limits.memory=32Mi,pods=1, used: limits.cpu=200m,") {
		t.Errorf("to a larger successor it says %v", said)
	}
	terraform.Configure(config("1", "100m"))
	terraform.Must(0, "untaint", "mar_instance.named")
	terraform.Configure(config("1", "150m"))
	said = acctest.Diagnostics(t, terraform.Must(1, "plan", "-json"))
	if len(said) != 1 || said[0].Summary != "Could not update the instance "+cluster+"/web" || !strings.Contains(said[0].Snippet.Code, "cpu") || !strings.Contains(said[0].Detail, "refused to resize Pod") {
		t.Errorf("to a resize it says %v", said)
	}
	pods, err := acctest.Client(t).CoreV1().Pods(cluster).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pod := range pods.Items {
		if cpu := pod.Spec.Containers[0].Resources.Limits.Cpu(); cpu.String() != "100m" || pod.Generation > 1 {
			t.Errorf("a dry run has changed %s: cpu %s, generation %d", pod.Name, cpu, pod.Generation)
		}
	}
}

// Core keeps to itself what the plan of a successor warns of, so what is warned of
// has to be in the plan of the one that it replaces.
func TestAccInstance_planWarnsOfWhatASuccessorWouldBeRefused(t *testing.T) {
	t.Parallel()
	cluster := restricted(t)
	config := func(said, decided string) string {
		return fmt.Sprintf(`
resource "mar_instance" "said" {
  cluster  = %[1]q
  name     = "said"
  image    = %[2]q
  security = { %[3]s }
}
resource "mar_instance" "decided" {
  cluster = %[1]q
  image   = %[2]q
  pod     = { %[4]s }
}`, cluster, image, said, decided)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("", ""))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config("allow_privilege_escalation = true", "hostNetwork = true"))
	var warned []string
	for _, said := range acctest.Diagnostics(t, terraform.Must(0, "plan", "-json")) {
		if said.Severity == "warning" && said.Summary == "Apply would be refused by Pod Security" {
			warned = append(warned, said.Address)
		}
	}
	slices.Sort(warned)
	if !slices.Equal(warned, []string{"mar_instance.decided", "mar_instance.said"}) {
		t.Errorf("it warns of %v", warned)
	}
}

// What changes in place, starts, restarts or is kept stopped is asked about as the
// apply would send it.
func TestAccInstance_planAsksAboutChanges(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := policed(t)
	config := func(image, started, trigger, label string) string {
		return fmt.Sprintf(`
locals {
  common = { cluster = %[1]q, image = %[2]q }
}
resource "mar_instance" "pulled" {
  cluster = local.common.cluster
  name    = "pulled"
  image   = local.common.image
}
resource "mar_instance" "started" {
  cluster        = local.common.cluster
  name           = "started"
  image          = local.common.image
  desired_status = %[3]q
}
resource "mar_instance" "restarted" {
  cluster          = local.common.cluster
  name             = "restarted"
  image            = local.common.image
  restart_triggers = { a = %[4]q }
}
resource "mar_instance" "asleep" {
  cluster        = local.common.cluster
  name           = "asleep"
  image          = local.common.image
  desired_status = "Stopped"
}
resource "mar_instance" "labelled" {
  cluster = local.common.cluster
  name    = "labelled"
  image   = %[6]q
  labels  = { a = %[5]q }
}
resource "mar_instance" "secret" {
  cluster               = local.common.cluster
  image                 = local.common.image
  secret_env_wo         = { A = "b" }
  secret_env_wo_version = 1
}`, cluster, image, started, trigger, label, "registry.k8s.io/pause:3.10")
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(image, "Stopped", "1", "1"))
	if said := acctest.Diagnostics(t, terraform.Must(0, "plan", "-json")); len(said) > 0 {
		t.Errorf("a plan without anything to refuse says %v", said)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config("example.com/app:1", "Running", "2", "2"))
	said := acctest.Diagnostics(t, terraform.Must(0, "plan", "-json"))
	want := map[string]string{"pulled": "apply", "secret": "apply", "started": "create", "restarted": "create"}
	for name, verb := range want {
		found := false
		for _, s := range said {
			found = found || s.Address == "mar_instance."+name && strings.Contains(s.Detail, "refused to "+verb+" Pod "+cluster+"/") && strings.Contains(s.Detail, "take images of registry.k8s.io")
		}
		if !found {
			t.Errorf("of %s it doesn't say so", name)
		}
	}
	if len(said) != len(want) || t.Failed() {
		t.Errorf("it says %v", said)
	}
}
