package instance_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_startThatIsFinishedLaterIsWaitedFor holds that the apply which ends an
// interrupted start waits as that start would have.
func TestAccInstance_startThatIsFinishedLaterIsWaitedFor(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	slow := behaving("start-delay", "5s")
	terraform.Configure(instanceConfig(cluster, slow, stopped))
	terraform.Must(0, "apply", "-auto-approve")
	proxy := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if requests(http.MethodDelete, "/podtemplates/")(r) {
			return acctest.Answer(http.StatusNotFound)
		}
		return acctest.Pass
	})
	terraform.Configure(proxy + instanceConfig(cluster, slow, running))
	terraform.Must(1, "apply", "-auto-approve")
	terraform.Configure(instanceConfig(cluster, slow, running))
	terraform.Must(0, "apply", "-auto-approve")
	pod, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if pod.Status.Phase != corev1.PodRunning {
		t.Errorf("after the apply the Pod is %s", pod.Status.Phase)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// TestAccInstance_handOverSurvivesFaults breaks each request by which the Secret and the
// template of an instance change hands, once in each command. Whatever the answer was, it
// is never taken for an object that is gone: the command ends well, or the next one goes
// on, and in the end nothing is lost and nothing is left.
func TestAccInstance_handOverSurvivesFaults(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "objects"}, "web", http.ErrAbortHandler)
	for request, matches := range map[string]func(*http.Request) bool{
		"hand over the Secret": requests(http.MethodPatch, "/secrets/"),
		"change the template":  requests(http.MethodPatch, "/podtemplates/"),
		"remove the template":  requests(http.MethodDelete, "/podtemplates/"),
		"remove the Pod":       requests(http.MethodDelete, "/pods/"),
		"look at the template": requests(http.MethodGet, "/podtemplates/"),
	} {
		for answer, fault := range map[string]acctest.Fault{
			"conflict":       acctest.AnswerStatus(conflict.Status()),
			"409 of a proxy": acctest.Answer(http.StatusConflict),
			"404 of a proxy": acctest.Answer(http.StatusNotFound),
			"500":            acctest.AnswerStatus(apierrors.NewInternalError(http.ErrAbortHandler).Status()),
			"lost":           acctest.Lose,
		} {
			t.Run(request+", "+answer, func(t *testing.T) {
				t.Parallel()
				const limits = `timeouts = { update = "2m", delete = "2m" }`
				cluster := acctest.Namespace(t)
				terraform := acctest.NewCLI(t)
				terraform.Configure(instanceConfig(cluster, secretEnv("hunter2", 1), limits, running))
				terraform.Must(0, "apply", "-auto-approve")
				made := theSecret(t, cluster)
				var armed atomic.Bool
				proxy := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
					if matches(r) && armed.CompareAndSwap(true, false) {
						return fault
					}
					return acctest.Pass
				})
				for _, power := range []string{stopped, running} {
					armed.Store(true)
					terraform.Configure(proxy + instanceConfig(cluster, secretEnv("hunter2", 1), limits, power))
					output, code := terraform.Run("apply", "-auto-approve")
					if code != 0 {
						armed.Store(false)
						output += terraform.Must(0, "apply", "-auto-approve")
					}
					if err := whole(t.Context(), acctest.Client(t), cluster, made, power == running); err != nil {
						t.Fatalf("%s: %v\n%s", power, err, output)
					}
					terraform.Must(0, "plan", "-detailed-exitcode")
				}
				armed.Store(true)
				if output, code := terraform.Run("destroy", "-auto-approve"); code != 0 {
					t.Logf("a second destroy is needed:\n%s", output)
					armed.Store(false)
					terraform.Must(0, "destroy", "-auto-approve")
				}
				nothingLeft(t, cluster)
			})
		}
	}
}

// TestAccInstance_removesTheTemplateOrSaysWhyNot is the destroy of a stopped instance,
// and of one that a fault hits.
func TestAccInstance_removesTheTemplateOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	var broken atomic.Bool
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "podtemplates"}, "web", http.ErrAbortHandler)
	proxy := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if requests(http.MethodDelete, "/podtemplates/")(r) && broken.CompareAndSwap(true, false) {
			return acctest.AnswerStatus(conflict.Status())
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(proxy + instanceConfig(cluster, secretEnv("hunter2", 1), stopped))
	terraform.Must(0, "apply", "-auto-approve")
	broken.Store(true)
	if output, code := terraform.Run("destroy", "-auto-approve"); code != 0 {
		says(t, output, "PodTemplate "+cluster+"/web")
		terraform.Must(0, "destroy", "-auto-approve")
	}
	nothingLeft(t, cluster)
}

func requests(method, path string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method && strings.Contains(r.URL.Path, path) }
}

// nothingLeft holds that all of the instance is gone. Kubernetes collects its Secret a
// moment later.
func nothingLeft(t *testing.T, cluster string) {
	t.Helper()
	client := acctest.Client(t)
	_, podErr := client.CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	_, templateErr := client.CoreV1().PodTemplates(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	if !apierrors.IsNotFound(podErr) || !apierrors.IsNotFound(templateErr) {
		t.Errorf("something is left: the Pod: %v, the template: %v", podErr, templateErr)
	}
	acctest.Eventually(t, "the instance's Secrets to go", func(ctx context.Context) (bool, error) {
		var list *corev1.SecretList
		list, err := client.CoreV1().Secrets(cluster).List(ctx, metav1.ListOptions{LabelSelector: "instance-id=web"})
		return err == nil && len(list.Items) == 0, err
	})
}
