package instance_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// flat undoes core's line breaks.
func flat(output string) string { return strings.Join(strings.Fields(output), " ") }

// supplant puts somebody else's Pod in the place of the instance web.
func supplant(t *testing.T, cluster string) (theirs *corev1.Pod) {
	t.Helper()
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		if err := remove(ctx, client, cluster); err != nil {
			return err
		}
		return makePod(ctx, client, cluster, nil)
	})()
	await(t, cluster, "running", phase(corev1.PodRunning))
	return getPod(t, acctest.Client(t), cluster, "web")
}

// TestAccInstance_strangersPodIsNotTheInstance puts somebody else's Pod in the place
// of an instance. The instance is gone: the rest of the configuration is planned,
// applied and destroyed, the create says whose name it wants, and that Pod is left
// alone.
func TestAccInstance_strangersPodIsNotTheInstance(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	other := strings.ReplaceAll(strings.Replace(instanceConfig(cluster), `"test"`, `"other"`, 1), `"web"`, `"other"`)
	terraform := acctest.NewCheckedCLI(t)
	terraform.Configure(instanceConfig(cluster) + other)
	terraform.Must(0, "apply", "-auto-approve")
	theirs := supplant(t, cluster)

	output := terraform.Must(2, "plan", "-detailed-exitcode")
	says(t, flat(output), "Instance is gone, and another Pod has its name", "The provider leaves that Pod alone", "1 to add, 0 to change, 0 to destroy")
	terraform.Configure(instanceConfig(cluster) + strings.Replace(other, "}\n", "labels = { a = \"1\" }\n}\n", 1))
	output = terraform.Must(1, "apply", "-auto-approve")
	says(t, flat(output), "already exists", "import {", cluster+"/web")
	if labels := getPod(t, acctest.Client(t), cluster, "other").Labels; labels["a"] != "1" {
		t.Errorf("the other instance has the labels %v", labels)
	}
	terraform.Must(0, "destroy", "-auto-approve")
	if _, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "other", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the other instance: %v", err)
	}
	if now := getPod(t, acctest.Client(t), cluster, "web"); now.UID != theirs.UID || now.DeletionTimestamp != nil || len(now.Labels) != len(theirs.Labels) {
		t.Errorf("somebody else's Pod was touched: %v", now.ObjectMeta)
	}
}

// TestAccInstance_destroyLooksAgainAtAnotherUID destroys, without a refresh, an
// instance that was recreated since the state was written: the same instance goes, and
// somebody else's Pod doesn't.
func TestAccInstance_destroyLooksAgainAtAnotherUID(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		power   string
		outside func(t *testing.T, cluster string)
		stays   bool
	}{
		"the same instance":       {"", recreateBehind, false},
		"somebody else's":         {"", supplantBehind, true},
		"started meanwhile":       {stopped, startBehind, false},
		"a stranger's meanwhile":  {stopped, makeStranger, true},
		"stopped meanwhile":       {"", stopBehind, false},
		"gone":                    {"", removeBehind, false},
		"as the state knows it":   {"", func(*testing.T, string) {}, false},
		"stopped, as it is known": {stopped, func(*testing.T, string) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster, client := acctest.Namespace(t), acctest.Client(t)
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(instanceConfig(cluster, c.power))
			terraform.Must(0, "apply", "-auto-approve")
			c.outside(t, cluster)
			says(t, flat(terraform.Must(0, "destroy", "-auto-approve", "-refresh=false")), "1 destroyed")
			_, err := client.CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
			if stays := err == nil; stays != c.stays {
				t.Errorf("the Pod: %v", err)
			}
			if _, err := client.CoreV1().PodTemplates(cluster).Get(t.Context(), "web", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
				t.Errorf("the template: %v", err)
			}
		})
	}
}

func recreateBehind(t *testing.T, cluster string) {
	t.Helper()
	recreate(t, cluster, func(*corev1.Pod) {})()
}

func supplantBehind(t *testing.T, cluster string) {
	t.Helper()
	supplant(t, cluster)
}

func removeBehind(t *testing.T, cluster string) {
	t.Helper()
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error { return remove(ctx, client, cluster) })()
}

func makeStranger(t *testing.T, cluster string) {
	t.Helper()
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		return makePod(ctx, client, cluster, nil)
	})()
}

// startBehind starts the stopped instance web as another process does.
func startBehind(t *testing.T, cluster string) {
	t.Helper()
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		template, err := client.CoreV1().PodTemplates(cluster).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		pod := &corev1.Pod{ObjectMeta: template.Template.ObjectMeta, Spec: template.Template.Spec}
		pod.Name = "web"
		if err := create(ctx, client, cluster, pod); err != nil {
			return err
		}
		return client.CoreV1().PodTemplates(cluster).Delete(ctx, "web", metav1.DeleteOptions{})
	})()
}

// stopBehind stops the instance web as another process does.
func stopBehind(t *testing.T, cluster string) {
	t.Helper()
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		pod, err := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		template := &corev1.PodTemplate{ObjectMeta: metav1.ObjectMeta{Name: "web", Labels: pod.Labels}}
		template.Template.Labels = pod.Labels
		template.Template.Spec.Containers = []corev1.Container{{Name: "app", Image: image}}
		if _, err := client.CoreV1().PodTemplates(cluster).Create(ctx, template, metav1.CreateOptions{}); err != nil {
			return err
		}
		return remove(ctx, client, cluster)
	})()
}

// TestAccInstance_onlyNotFoundMeansGone answers the reads of an instance with what
// isn't Kubernetes' word that this Pod isn't there. Each is an error, and the state
// stays.
func TestAccInstance_onlyNotFoundMeansGone(t *testing.T) {
	t.Parallel()
	page := func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<html><body>default backend - 404</body></html>"))
	}
	for name, fault := range map[string]acctest.Fault{
		"a plain 404":     acctest.Answer(http.StatusNotFound),
		"a page":          page,
		"a plain 409":     acctest.Answer(http.StatusConflict),
		"a conflict":      acctest.Status(http.StatusConflict, metav1.StatusReasonConflict, `Operation cannot be fulfilled on pods "web": the object has been modified`),
		"another's 404":   acctest.Status(http.StatusNotFound, metav1.StatusReasonNotFound, `the server could not find the requested resource`),
		"a 403":           acctest.Status(http.StatusForbidden, metav1.StatusReasonForbidden, `pods "web" is forbidden: User "jo" cannot get resource "pods" in API group "" in the namespace "dev"`),
		"an expired list": acctest.Status(http.StatusGone, metav1.StatusReasonExpired, `The resourceVersion for the provided list is too old.`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(instanceConfig(cluster))
			terraform.Must(0, "apply", "-auto-approve")
			broken := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
				if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/pods") {
					return fault
				}
				return acctest.Pass
			})
			terraform.Configure(broken + instanceConfig(cluster))
			for _, command := range [][]string{{"plan"}, {"apply", "-refresh-only", "-auto-approve"}, {"destroy", "-auto-approve"}} {
				says(t, flat(terraform.Must(1, command...)), "Could not read the instance "+cluster+"/web")
			}
			says(t, flat(terraform.Must(0, "state", "list")), address)
			terraform.Configure(instanceConfig(cluster))
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}

// TestAccInstance_deniedDeletionIsAnErrorAtOnce has a webhook deny the deletion of a
// Pod, by the code of a conflict: in a destroy, a stop and a restart. None waits for
// what never comes.
func TestAccInstance_deniedDeletionIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	const denied = `admission webhook "frozen.example.com" denied the request: nothing may be deleted today`
	deny := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, "/pods/web") {
			return acctest.Status(http.StatusConflict, metav1.StatusReasonConflict, denied)
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	const triggers = `restart_triggers = { a = "%d" }`
	terraform.Configure(instanceConfig(cluster, fmt.Sprintf(triggers, 1)))
	terraform.Must(0, "apply", "-auto-approve")
	before := getPod(t, acctest.Client(t), cluster, "web")
	for name, c := range map[string]struct{ config, command string }{
		"destroy": {instanceConfig(cluster, fmt.Sprintf(triggers, 1)), "destroy"},
		"stop":    {instanceConfig(cluster, fmt.Sprintf(triggers, 1), stopped), "apply"},
		"restart": {instanceConfig(cluster, fmt.Sprintf(triggers, 2)), "apply"},
	} {
		terraform.Configure(deny + c.config)
		output := terraform.Must(1, c.command, "-auto-approve")
		if !strings.Contains(flat(output), "nothing may be deleted today") {
			t.Errorf("%s says\n%s", name, output)
		}
	}
	if now := getPod(t, acctest.Client(t), cluster, "web"); now.UID != before.UID || now.DeletionTimestamp != nil {
		t.Errorf("the Pod is %v", now.ObjectMeta)
	}
	terraform.Configure(instanceConfig(cluster, fmt.Sprintf(triggers, 1)))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
}
