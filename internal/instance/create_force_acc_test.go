package instance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_waitsForTheDefaultAccount creates an instance before Kubernetes has made
// the Namespace's default ServiceAccount. It has a control plane alone, for it stops who makes it.
func TestAccInstance_waitsForTheDefaultAccount(t *testing.T) {
	if !acctest.Alone(t) {
		return
	}
	cluster := acctest.ClusterName(t)
	resume := acctest.PauseControllers(t)
	if _, err := acctest.Client(t).CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: cluster}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, `timeouts = { create = "5s" }`))
	if plan := terraform.Must(0, "plan"); strings.Contains(plan, "Warning") {
		t.Errorf("the plan warns of what the apply waits for:\n%s", plan)
	}
	output := terraform.Must(1, "apply", "-auto-approve")
	says(t, oneLine(output), `has no ServiceAccount "default" yet`, "kube-controller-manager", "imed out after 5s")
	if strings.Contains(output, "service_accounts") {
		t.Errorf("it advises what the provider refuses:\n%s", output)
	}

	time.AfterFunc(4*time.Second, resume)
	terraform.Configure(instanceConfig(cluster))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// TestAccInstance_waitsForANamedAccountForAWhile is the account that is made in the same
// apply, and the one that is misspelt.
func TestAccInstance_waitsForANamedAccountForAWhile(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, `service_account = "robot"`))
	begun := time.Now()
	output := terraform.Must(1, "apply", "-auto-approve")
	says(t, oneLine(output), `serviceaccount "robot" not found`, "Add it to the cluster's `service_accounts`")
	if took := time.Since(begun); took > 90*time.Second {
		t.Errorf("a misspelt account was waited for %s", took)
	}

	time.AfterFunc(3*time.Second, func() {
		_, err := acctest.Client(t).CoreV1().ServiceAccounts(cluster).Create(context.Background(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "robot"}}, metav1.CreateOptions{})
		if err != nil {
			t.Error(err)
		}
	})
	terraform.Must(0, "apply", "-auto-approve")
}

// TestAccInstance_takenNameIsSaidBeforeAFullQuota holds it for plan and apply, for a Pod of
// somebody else, one of another state, and a stopped instance.
func TestAccInstance_takenNameIsSaidBeforeAFullQuota(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	for name, occupy := range map[string]func(*testing.T, string){
		"stranger": func(t *testing.T, cluster string) {
			t.Helper()
			if err := makePod(t.Context(), acctest.Client(t), cluster, nil); err != nil {
				t.Fatal(err)
			}
		},
		"another state": func(t *testing.T, cluster string) {
			t.Helper()
			other := acctest.NewCLI(t)
			other.Configure(instanceConfig(cluster))
			other.Must(0, "apply", "-auto-approve")
		},
		"stopped": func(t *testing.T, cluster string) {
			t.Helper()
			other := acctest.NewCLI(t)
			other.Configure(instanceConfig(cluster, stopped))
			other.Must(0, "apply", "-auto-approve")
		},
	} {
		for kind, attributes := range map[string]string{"plain": "", "with secrets": secretEnv("hunter2", 1)} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				cluster := acctest.Namespace(t)
				occupy(t, cluster)
				fullQuota(t, cluster)
				terraform := acctest.NewCLI(t)
				terraform.Configure(instanceConfig(cluster, attributes))
				plan := terraform.Must(0, "plan")
				says(t, oneLine(plan), "Apply would find the name taken", "already exists")
				output := terraform.Must(1, "apply", "-auto-approve")
				says(t, oneLine(output), "already exists", fmt.Sprintf("id = %q", cluster+"/web"))
				if strings.Contains(plan+output, "xceeded quota") {
					t.Errorf("it speaks of the quota:\n%s\n%s", plan, output)
				}
				list, err := acctest.Client(t).CoreV1().Secrets(cluster).List(t.Context(), metav1.ListOptions{LabelSelector: "instance-id=web"})
				if err != nil || len(list.Items) > 0 {
					t.Errorf("it left %d Secrets: %v", len(list.Items), err)
				}
			})
		}
	}
}

// TestAccInstance_manyTakenNamesAreSaidByFewReads plans more instances than are looked for
// one by one.
func TestAccInstance_manyTakenNamesAreSaidByFewReads(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	for i := range 12 {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("web-%d", i)}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: image}}}}
		if err := create(t.Context(), acctest.Client(t), cluster, pod); err != nil {
			t.Fatal(err)
		}
	}
	var reads atomic.Int32
	proxy := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/pods") {
			reads.Add(1)
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(proxy + fmt.Sprintf("resource \"mar_instance\" \"test\" {\n  count = 14\n  cluster = %q\n  name = \"web-${count.index}\"\n  image = %q\n}\n", cluster, image))
	said := acctest.Diagnostics(t, terraform.Must(0, "plan", "-json"))
	for _, one := range said {
		if one.Summary != "Apply would find the name taken" {
			t.Errorf("it says %v", one)
		}
	}
	if len(said) != 12 || reads.Load() > 6 {
		t.Errorf("%d of 12 names are taken, by %d reads of Pods", len(said), reads.Load())
	}
}

// fullQuota lets no further Pod in.
func fullQuota(t *testing.T, cluster string) {
	t.Helper()
	client := acctest.Client(t)
	_, err := client.CoreV1().ResourceQuotas(cluster).Create(t.Context(), &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "full"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: amount("0")}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "the quota to be counted", func(ctx context.Context) (bool, error) {
		quota, err := client.CoreV1().ResourceQuotas(cluster).Get(ctx, "full", metav1.GetOptions{})
		return err == nil && len(quota.Status.Hard) > 0, err
	})
}

// TestAccInstance_replacedNameIsNotTaken holds that an instance which makes way for its
// successor isn't taken for a stranger, whatever has replaced it.
func TestAccInstance_replacedNameIsNotTaken(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster))
	terraform.Must(0, "apply", "-auto-approve")
	for _, args := range [][]string{{"plan", "-replace=" + address}, {"plan", "-refresh=false", "-replace=" + address}} {
		silentOnName(t, terraform.Must(0, args...))
	}
	terraform.Must(0, "taint", address)
	for _, args := range [][]string{{"plan"}, {"plan", "-refresh=false"}, {"apply", "-auto-approve"}} {
		silentOnName(t, terraform.Must(0, args...))
	}
	terraform.Must(0, "taint", address)
	terraform.Must(0, "plan", "-out", "saved")
	silentOnName(t, terraform.Must(0, "apply", "saved"))
}

func silentOnName(t *testing.T, output string) {
	t.Helper()
	if strings.Contains(output, "name taken") {
		t.Errorf("the predecessor is taken for a stranger:\n%s", output)
	}
}

// TestAccInstance_manyCreatesOutliveABusyQuota creates 30 instances at once while the quota
// changes all the time, so that the API server gives up counting some of them.
func TestAccInstance_manyCreatesOutliveABusyQuota(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	client := acctest.Client(t)
	_, err := client.CoreV1().ResourceQuotas(cluster).Create(t.Context(), &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "busy"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: amount("100")}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	stop := keepBusy(t, client, cluster)
	defer stop()
	terraform := acctest.NewCLI(t)
	terraform.Configure(fmt.Sprintf("resource \"mar_instance\" \"test\" {\n  count = 30\n  cluster = %q\n  name = \"web-${count.index}\"\n  image = %q\n}\n", cluster, image))
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=30")
	stop()
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// keepBusy changes the quota some 50 times a second.
func keepBusy(t *testing.T, client *kubernetes.Clientset, cluster string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	busy.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			patch := fmt.Sprintf(`{"metadata":{"annotations":{"busy":"%d"}}}`, i)
			_, _ = client.CoreV1().ResourceQuotas(cluster).Patch(ctx, "busy", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
			time.Sleep(20 * time.Millisecond)
		}
	})
	return func() { cancel(); busy.Wait() }
}

// TestAccInstance_whatHoldsADeletionIsNamed holds it for the template of an instance that is
// destroyed and for one under whose name another is made.
func TestAccInstance_whatHoldsADeletionIsNamed(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	hold := func(finalizers string) {
		t.Helper()
		_, err := acctest.Client(t).CoreV1().PodTemplates(cluster).Patch(t.Context(), "web", types.MergePatchType, []byte(`{"metadata":{"finalizers":`+finalizers+`}}`), metav1.PatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	const limits = `timeouts = { create = "4s", update = "4s", delete = "4s" }`
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, stopped, limits))
	terraform.Must(0, "apply", "-auto-approve")
	hold(`["example.com/hold"]`)
	says(t, oneLine(terraform.Must(1, "destroy", "-auto-approve")), "PodTemplate "+cluster+"/web", "example.com/hold", "imed out after 4s")

	other := acctest.NewCLI(t)
	other.Configure(instanceConfig(cluster, limits))
	says(t, oneLine(other.Must(1, "apply", "-auto-approve")), "PodTemplate "+cluster+"/web", "example.com/hold")
	time.AfterFunc(2*time.Second, func() { hold(`null`) })
	other.Configure(instanceConfig(cluster))
	other.Must(0, "apply", "-auto-approve")
}

// TestAccInstance_podMadeAnewIsDeletedAndAStrangersIsnt exchanges the Pod between the plan
// and the deletion.
func TestAccInstance_podMadeAnewIsDeletedAndAStrangersIsnt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		labels map[string]string
		stays  bool
	}{
		"the instance's": {map[string]string{"app.kubernetes.io/managed-by": "terraform-provider-mar", "instance-id": "web"}, false},
		"a stranger's":   {map[string]string{"app": "theirs"}, true},
	} {
		for command, after := range map[string]string{"destroy": "", "stop": stopped} {
			t.Run(name+", "+command, func(t *testing.T) {
				t.Parallel()
				cluster := acctest.Namespace(t)
				terraform := acctest.NewCLI(t)
				terraform.Configure(instanceConfig(cluster))
				terraform.Must(0, "apply", "-auto-approve")
				var armed atomic.Bool
				proxy := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
					if requests(http.MethodDelete, "/pods/web")(r) && armed.CompareAndSwap(true, false) {
						exchange(t, cluster, c.labels)
					}
					return acctest.Pass
				})
				terraform.Configure(proxy + instanceConfig(cluster, after))
				armed.Store(true)
				if command == "destroy" {
					terraform.Must(0, "destroy", "-auto-approve")
				} else {
					terraform.Must(0, "apply", "-auto-approve")
				}
				_, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
				if stays := err == nil; stays != c.stays || err != nil && !apierrors.IsNotFound(err) {
					t.Errorf("the other Pod: %v", err)
				}
			})
		}
	}
}

// exchange puts another Pod in the place of web.
func exchange(t *testing.T, cluster string, labels map[string]string) {
	t.Helper()
	client := acctest.Client(t)
	if err := remove(t.Context(), client, cluster); err != nil {
		t.Error(err)
	}
	if err := makePod(t.Context(), client, cluster, func(pod *corev1.Pod) { pod.Labels = labels }); err != nil {
		t.Error(err)
	}
}

// TestAccInstance_whatCannotBeTakenBackIsNamed refuses the Pod of a create with secrets, and
// then the removal of its template, which is in the state then.
func TestAccInstance_whatCannotBeTakenBackIsNamed(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	forbidden := acctest.AnswerStatus(apierrors.NewForbidden(corev1.Resource("objects"), "web", http.ErrAbortHandler).Status())
	proxy := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		posted := r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/pods")
		if posted || requests(http.MethodDelete, "/podtemplates/")(r) {
			return forbidden
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(proxy + instanceConfig(cluster, secretEnv("hunter2", 1)))
	says(t, oneLine(terraform.Must(1, "apply", "-auto-approve")), "Could not create the instance", "Could not remove PodTemplate "+cluster+"/web")
	says(t, terraform.Must(0, "state", "list"), "mar_instance.")
	terraform.Configure(instanceConfig(cluster, secretEnv("hunter2", 1)))
	output := terraform.Must(0, "apply", "-auto-approve")
	if err := asAsked(t, cluster, false, true); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// TestAccInstanceAction_errorSaysHowTheInstanceWasLeft refuses the start of a restart. The next
// plan goes on with it.
func TestAccInstanceAction_errorSaysHowTheInstanceWasLeft(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(actionsOn(cluster, "web") + instanceConfig(cluster))
	terraform.Must(0, "apply", "-auto-approve")
	fullQuota(t, cluster)
	says(t, invoke(t, terraform, 1, "restart", "web"), "xceeded quota", "It doesn't run now, and nothing is lost: PodTemplate "+cluster+"/web")
	var template *corev1.PodTemplate
	template, err := acctest.Client(t).CoreV1().PodTemplates(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(template.Annotations); err != nil || !strings.Contains(string(text), "starting") {
		t.Errorf("the template doesn't say that it is on its way to a Pod: %s, %v", text, err)
	}
	if err := acctest.Client(t).CoreV1().ResourceQuotas(cluster).Delete(t.Context(), "full", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	says(t, oneLine(terraform.Must(2, "plan", "-detailed-exitcode")), "was interrupted", "Apply starts the instance")
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	says(t, invoke(t, terraform, 0, "stop", "web"), "keeping the instance as it")
	terraform.Must(0, "plan", "-detailed-exitcode")
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "│", "")), " ")
}
