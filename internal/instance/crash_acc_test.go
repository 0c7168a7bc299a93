package instance_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_killedPowerMovesGoOn kills Terraform between any two writes of
// a stop, a start and a restart. The same command, given again, has to end with
// the instance under its name and with its Secret, as if nothing had been.
func TestAccInstance_killedPowerMovesGoOn(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	const secret = "secret_env_wo = { PASSWORD = \"hunter2\" }\n  secret_env_wo_version = 1"
	for name, c := range map[string]struct {
		before, after string
		runs          bool
	}{
		"stop":    {running, stopped, false},
		"start":   {stopped, running, true},
		"restart": {`restart_triggers = { config = "1" }`, `restart_triggers = { config = "2" }`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for writes := int32(1); ; writes++ {
				cluster := acctest.Namespace(t)
				terraform := acctest.NewCLI(t)
				terraform.Configure(instanceConfig(cluster, secret, c.before))
				terraform.Must(0, "apply", "-auto-approve")
				made := theSecret(t, cluster)

				proxy, reached := dyingAfter(t, writes)
				terraform.Configure(proxy + instanceConfig(cluster, secret, c.after))
				output, finished := terraform.Kill(reached, "apply", "-auto-approve", "-lock=false")
				if finished {
					if writes < 4 {
						t.Fatalf("it took only %d writes:\n%s", writes-1, output)
					}
					return
				}
				terraform.Configure(instanceConfig(cluster, secret, c.after))
				output = terraform.Must(0, "apply", "-auto-approve", "-lock=false")
				if err := whole(t.Context(), acctest.Client(t), cluster, made, c.runs); err != nil {
					t.Errorf("killed after %d writes: %v\n%s", writes, err, output)
				}
				terraform.Must(0, "plan", "-detailed-exitcode", "-lock=false")
			}
		})
	}
}

// dyingAfter returns a provider block whose API server answers so many writes,
// of which it says when, and from then on nothing.
func dyingAfter(t *testing.T, writes int32) (provider string, reached chan struct{}) {
	t.Helper()
	var seen atomic.Int32
	var dead atomic.Bool
	reached = make(chan struct{})
	kill := sync.OnceFunc(func() { close(reached) })
	return acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if dead.Load() {
			return acctest.Drop
		}
		if r.Method == http.MethodGet {
			return acctest.Pass
		}
		return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
			last := seen.Add(1) >= writes
			if last {
				dead.Store(true)
			}
			server.ServeHTTP(w, r)
			if last {
				kill()
			}
		}
	}), reached
}

// theSecret is the one Secret of the instance web.
func theSecret(t *testing.T, cluster string) *corev1.Secret {
	t.Helper()
	list, err := acctest.Client(t).CoreV1().Secrets(cluster).List(t.Context(), metav1.ListOptions{LabelSelector: "instance-id=web"})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 {
		t.Fatalf("the instance has %d Secrets", len(list.Items))
	}
	return &list.Items[0]
}

// whole reports what is missing of the instance web, or too much.
func whole(ctx context.Context, client *kubernetes.Clientset, cluster string, made *corev1.Secret, runs bool) error {
	pod, podErr := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{})
	template, templateErr := client.CoreV1().PodTemplates(cluster).Get(ctx, "web", metav1.GetOptions{})
	var spec corev1.PodSpec
	var owner string
	switch {
	case runs && podErr == nil && apierrors.IsNotFound(templateErr):
		spec, owner = pod.Spec, string(pod.UID)
	case !runs && templateErr == nil && apierrors.IsNotFound(podErr):
		spec, owner = template.Template.Spec, string(template.UID)
	default:
		return fmt.Errorf("the Pod: %w; the template: %w", podErr, templateErr)
	}
	if from := spec.Containers[0].EnvFrom; len(from) != 1 || from[0].SecretRef.Name != made.Name {
		return fmt.Errorf("its variables come from %v", from)
	}
	secret, err := client.CoreV1().Secrets(cluster).Get(ctx, made.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if secret.UID != made.UID || string(secret.Data["PASSWORD"]) != "hunter2" {
		return fmt.Errorf("the Secret is another one: %s", secret.UID)
	}
	var owners []string
	for _, o := range secret.OwnerReferences {
		owners = append(owners, string(o.UID))
	}
	if !strings.Contains(strings.Join(owners, " "), owner) {
		return fmt.Errorf("the Secret belongs to %v, and not to %s", owners, owner)
	}
	return nil
}
