package cluster_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const (
	holdIt  = `{"metadata":{"finalizers":["example.com/hold"]}}`
	letItGo = `{"metadata":{"finalizers":null}}`
)

// patchChild merges into a quota or a binding of a cluster, as somebody else.
func patchChild(ctx context.Context, client *kubernetes.Clientset, cluster, object, patch string) error {
	group := "/api/v1"
	if strings.HasPrefix(object, "role") {
		group = "/apis/rbac.authorization.k8s.io/v1"
	}
	return client.CoreV1().RESTClient().Patch(types.MergePatchType).AbsPath(group + "/namespaces/" + cluster + "/" + object).Body([]byte(patch)).Do(ctx).Error()
}

// A child that is taken out of the configuration is gone when the apply ends. What holds it
// is named, object and finalizer, by this apply, and by each plan after it.
func TestAccCluster_removedChildIsGoneOrNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ object, declared, says string }{
		{"resourcequotas/mar-quota", `quota = { instances = 2 }`, "ResourceQuota %s/mar-quota is held by its finalizer example.com/hold"},
		{"rolebindings/mar-a", `access = { a = { role = "view", users = ["jane"] } }`, "RoleBinding %s/mar-a is held by its finalizer example.com/hold"},
	} {
		t.Run(c.object, func(t *testing.T) {
			t.Parallel()
			name, client := acctest.ClusterName(t), acctest.Client(t)
			says := fmt.Sprintf(c.says, name)
			const short = `timeouts = { update = "4s" }`
			terraform := acctest.NewCLI(t)
			terraform.Configure(config(name, short+"\n  "+c.declared))
			terraform.Must(0, "apply", "-auto-approve")
			if err := patchChild(t.Context(), client, name, c.object, holdIt); err != nil {
				t.Fatal(err)
			}
			terraform.Configure(config(name, short))
			if output := said(terraform.Must(1, "apply", "-auto-approve")); !strings.Contains(output, c.object[strings.Index(c.object, "/")+1:]) || !strings.Contains(output, "example.com/hold") {
				t.Errorf("the apply doesn't say what holds it:\n%s", output)
			}
			if output := said(terraform.Must(2, "plan", "-detailed-exitcode")); !strings.Contains(output, says) {
				t.Errorf("the plan doesn't say %q:\n%s", says, output)
			}
			// Declared again it is made anew, once the old one is gone.
			terraform.Configure(config(name, c.declared))
			terraform.Must(2, "plan", "-detailed-exitcode")
			join := after(4*time.Second, func() { _ = patchChild(context.Background(), client, name, c.object, letItGo) })
			terraform.Must(0, "apply", "-auto-approve")
			join()
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}

// A child that is being deleted is drift: it is made anew.
func TestAccCluster_childBeingDeletedIsDrift(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, `quota = { instances = 2 }`))
	terraform.Must(0, "apply", "-auto-approve")
	was, err := client.CoreV1().ResourceQuotas(name).Get(t.Context(), "mar-quota", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := patchChild(t.Context(), client, name, "resourcequotas/mar-quota", holdIt); err != nil {
		t.Fatal(err)
	}
	if err := client.CoreV1().ResourceQuotas(name).Delete(t.Context(), "mar-quota", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	terraform.Must(2, "plan", "-detailed-exitcode")
	join := after(4*time.Second, func() {
		_ = patchChild(context.Background(), client, name, "resourcequotas/mar-quota", letItGo)
	})
	terraform.Must(0, "apply", "-auto-approve")
	join()
	now, err := client.CoreV1().ResourceQuotas(name).Get(t.Context(), "mar-quota", metav1.GetOptions{})
	if err != nil || now.UID == was.UID || now.DeletionTimestamp != nil {
		t.Errorf("there is %+v, %v", now, err)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// A create waits for a namespace of its name that is being deleted, and says what holds
// that one when its time is up. So does a destroy.
func TestAccCluster_createAndDestroyNameWhatHoldsANamespace(t *testing.T) {
	t.Parallel()
	name, client := acctest.Namespace(t), acctest.Client(t)
	holder := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "held", Finalizers: []string{"example.com/hold"}}}
	release := func() {
		_, _ = client.CoreV1().ConfigMaps(name).Patch(context.Background(), "held", types.MergePatchType, []byte(letItGo), metav1.PatchOptions{})
	}
	t.Cleanup(release)
	hold := func() {
		t.Helper()
		if _, err := client.CoreV1().ConfigMaps(name).Create(t.Context(), holder, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	hold()
	if err := client.CoreV1().Namespaces().Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	says := "ConfigMap " + name + "/held is held by its finalizer example.com/hold"
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, `timeouts = { create = "4s" }`))
	if output := said(terraform.Must(1, "apply", "-auto-approve")); !strings.Contains(output, says) {
		t.Errorf("the create doesn't say %q:\n%s", says, output)
	}
	terraform.Configure(config(name, "force_destroy = true\n  timeouts = { delete = \"15s\" }"))
	join := after(3*time.Second, release)
	terraform.Must(0, "apply", "-auto-approve")
	join()
	terraform.Must(0, "plan", "-detailed-exitcode")

	hold()
	if output := said(terraform.Must(1, "destroy", "-auto-approve")); !strings.Contains(output, says) {
		t.Errorf("the destroy doesn't say %q:\n%s", says, output)
	}
	// The run's own destroy isn't a change that others have made.
	if output := said(terraform.Must(0, "plan")); strings.Contains(output, "outside of Terraform") {
		t.Errorf("a destroy that goes on is taken for a change of others:\n%s", output)
	}
	join = after(2*time.Second, release)
	terraform.Must(0, "destroy", "-auto-approve")
	join()
	if err := gone(name)(t.Context(), client); err != nil {
		t.Error(err)
	}
}

// A half-made cluster is taken back, though there are kinds that the provider may not
// list. One whose deletion takes its time is waited for by the next apply.
func TestAccCluster_failedChildIsRolledBackWhateverCannotBeListed(t *testing.T) {
	if !acctest.Alone(t) {
		return
	}
	name, client := acctest.ClusterName(t), acctest.Client(t)
	defineThings(t, client)
	refused := config(name, fmt.Sprintf(`quota = { extra = { %q = "1" } }`, refusedQuotaKey(t)))
	terraform := acctest.NewCLI(t)
	terraform.Configure(refused)
	if output := said(terraform.Must(1, "apply", "-auto-approve")); strings.Contains(output, "tainted") {
		t.Errorf("it is tainted:\n%s", output)
	}
	if err := gone(name)(t.Context(), client); err != nil {
		t.Error(err)
	}

	resume := acctest.PauseControllers(t)
	output := said(terraform.Must(1, "apply", "-auto-approve"))
	if strings.Contains(output, "untaint") || !strings.Contains(output, "The next apply waits until it is gone") {
		t.Errorf("the apply said\n%s", output)
	}
	if left := terraform.Must(0, "state", "list"); left != "" {
		t.Errorf("in the state is %s", left)
	}
	terraform.Configure(config(name, ""))
	join := after(2*time.Second, resume)
	terraform.Must(0, "apply", "-auto-approve")
	join()
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// defineThings adds a namespaced kind that the published roles don't know.
func defineThings(t *testing.T, client *kubernetes.Clientset) {
	t.Helper()
	const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	definition := `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},"spec":{
  "group":"example.com","scope":"Namespaced","names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},
  "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}`
	if err := client.RESTClient().Post().AbsPath(definitions).Body([]byte(definition)).Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.RESTClient().Delete().AbsPath(definitions, "things.example.com").Do(context.Background()).Error()
	})
	acctest.Eventually(t, "the kind", func(context.Context) (bool, error) {
		list, err := client.ServerResourcesForGroupVersion("example.com/v1")
		return err == nil && len(list.APIResources) > 0, nil
	})
}

// A name that is taken comes first, in plan and apply, whatever else the API server has
// against a new namespace.
func TestAccCluster_takenNameComesFirst(t *testing.T) {
	t.Parallel()
	name := acctest.Namespace(t)
	admission(t, name, "namespaces", admissionregistrationv1.Validation{Expression: fmt.Sprintf("object.metadata.name != %q", name), Message: "not this one"}, admissionregistrationv1.Deny)
	client := acctest.Client(t)
	acctest.Eventually(t, "the policy's refusal", func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err != nil && strings.Contains(err.Error(), "not this one"), nil
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	for code, command := range [][]string{{"plan"}, {"apply", "-auto-approve"}} {
		output := said(terraform.Must(code, command...))
		if !strings.Contains(output, "already exists") || !strings.Contains(output, fmt.Sprintf("id = %q", name)) {
			t.Errorf("%v said\n%s", command, output)
		}
	}
}

// What somebody else writes to a quota while a key is taken out of it makes no difference,
// and neither does an answer that is lost.
func TestAccCluster_surplusKeyGoesWhateverHappensMeanwhile(t *testing.T) {
	t.Parallel()
	for title, hit := range map[string]func(name string, client *kubernetes.Clientset) acctest.Fault{
		"the quota is written to": func(name string, client *kubernetes.Clientset) acctest.Fault {
			return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
				_ = patchChild(context.Background(), client, name, "resourcequotas/mar-quota", `{"metadata":{"annotations":{"now":"`+time.Now().String()+`"}}}`)
				server.ServeHTTP(w, r)
			}
		},
		"the answer is lost": func(string, *kubernetes.Clientset) acctest.Fault { return acctest.Lose },
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			name, client := acctest.ClusterName(t), acctest.Client(t)
			var hits atomic.Int64
			block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
				merges := r.Method == http.MethodPatch && r.Header.Get("Content-Type") == string(types.MergePatchType)
				if merges && strings.HasSuffix(r.URL.Path, "/resourcequotas/mar-quota") && hits.Add(1) <= 2 {
					return hit(name, client)
				}
				return acctest.Pass
			})
			terraform := acctest.NewCLI(t)
			terraform.Configure(block + config(name, `quota = { cpu = "2" }`))
			terraform.Must(0, "apply", "-auto-approve")
			if err := patchChild(t.Context(), client, name, "resourcequotas/mar-quota", `{"spec":{"hard":{"services":"5"}}}`); err != nil {
				t.Fatal(err)
			}
			terraform.Configure(block + config(name, `quota = { cpu = "3" }`))
			terraform.Must(0, "apply", "-auto-approve")
			if err := expectQuota(t.Context(), client, name, map[string]string{"limits.cpu": "3"}); err != nil {
				t.Error(err)
			}
			if hits.Load() == 0 {
				t.Error("no key was taken out")
			}
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}

// Ctrl-C in the middle of an update leaves in the state what was done, and the next plan
// has the rest.
func TestAccCluster_interruptedUpdateKeepsWhatWasDone(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	reached := make(chan struct{})
	var armed atomic.Bool
	block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if r.Method == http.MethodPatch && !r.URL.Query().Has("dryRun") && strings.HasSuffix(r.URL.Path, "/rolebindings/mar-a") && armed.CompareAndSwap(true, false) {
			close(reached)
			return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(block + config(name, "labels = { a = \"1\", b = \"1\" }\n  quota = { instances = 1 }"))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(block + config(name, "labels = { b = \"1\" }\n  quota = { instances = 2 }\n  access = { a = { role = \"view\", users = [\"jane\"] } }"))
	armed.Store(true)
	output, code, _ := terraform.Interrupt(reached, "apply", "-auto-approve")
	if code != 1 {
		t.Errorf("the apply ends with %d:\n%s", code, output)
	}
	left := changesPlanned(t, terraform, "-refresh=false")[address]
	if len(left) != 1 || left["access"] == [2]string{} {
		t.Errorf("the next plan changes %v", left)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// Ctrl-C in the middle of a create takes back what was made, and the next apply makes it.
func TestAccCluster_interruptedCreateIsTakenBack(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	reached := make(chan struct{})
	var armed atomic.Bool
	armed.Store(true)
	block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "/rolebindings/mar-a") && armed.CompareAndSwap(true, false) {
			close(reached)
			return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(block + config(name, "quota = { instances = 1 }\n  access = { a = { role = \"view\", users = [\"jane\"] } }"))
	if output, code, _ := terraform.Interrupt(reached, "apply", "-auto-approve"); code != 1 {
		t.Errorf("the apply ends with %d:\n%s", code, output)
	}
	if left := terraform.Must(0, "state", "list"); left != "" {
		t.Errorf("in the state is %s", left)
	}
	if err := gone(name)(t.Context(), client); err != nil {
		t.Error(err)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
}
