package instance_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func secretEnv(password string, version int) string {
	return fmt.Sprintf("secret_env_wo = { PASSWORD = %q }\n  secret_env_wo_version = %d", password, version)
}

func TestAccInstance_secretVariablesLiveInASecretOfItsOwn(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	var first uid
	var made *corev1.Secret
	test(t,
		resource.TestStep{
			Config: instanceConfig(cluster, secretEnv("hunter2", 1)),
			Check: checks(started(t, cluster, first.note), acctest.Server(t, func(context.Context, *kubernetes.Clientset) error {
				made = theSecret(t, cluster)
				return errors.Join(
					equal("PASSWORD", string(made.Data["PASSWORD"]), "hunter2"),
					equal("immutable", *made.Immutable, true))
			}), thePod(t, cluster, func(pod *corev1.Pod) error {
				return equal("the Pod's Secret", pod.Spec.Containers[0].EnvFrom[0].SecretRef.Name, made.Name)
			})),
		},
		resource.TestStep{Config: instanceConfig(cluster, secretEnv("other", 1)), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config:           instanceConfig(cluster, secretEnv("other", 2)),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionDestroyBeforeCreate), forcedBy{"secret_env_wo_version"}),
			Check: checks(started(t, cluster, first.other), acctest.Server(t, func(context.Context, *kubernetes.Clientset) error {
				// The old Pod's Secret goes with it, a moment later.
				gone(t, cluster, made.Name)
				return equal("PASSWORD", string(theSecret(t, cluster).Data["PASSWORD"]), "other")
			})),
		},
	)
}

func gone(t *testing.T, cluster, secret string) {
	t.Helper()
	acctest.Eventually(t, "the Secret "+secret+" to go", func(ctx context.Context) (bool, error) {
		_, err := acctest.Client(t).CoreV1().Secrets(cluster).Get(ctx, secret, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
}

func TestAccInstance_secretOutlivesAStop(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	var made *corev1.Secret
	test(t,
		resource.TestStep{Config: instanceConfig(cluster, secretEnv("hunter2", 1), running), Check: acctest.Server(t, func(context.Context, *kubernetes.Clientset) error {
			made = theSecret(t, cluster)
			return nil
		})},
		resource.TestStep{Config: instanceConfig(cluster, secretEnv("hunter2", 1), stopped), Check: acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			// Long enough for Kubernetes to collect what has no owner.
			time.Sleep(2 * time.Second)
			return whole(ctx, client, cluster, made, false)
		})},
		resource.TestStep{
			Config:           instanceConfig(cluster, secretEnv("other", 2), stopped),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check: acctest.Server(t, func(context.Context, *kubernetes.Clientset) error {
				gone(t, cluster, made.Name)
				made = theSecret(t, cluster)
				return equal("PASSWORD", string(made.Data["PASSWORD"]), "other")
			}),
		},
		resource.TestStep{Config: instanceConfig(cluster, stopped), Check: acctest.Server(t, func(context.Context, *kubernetes.Clientset) error {
			gone(t, cluster, made.Name)
			return nil
		})},
		resource.TestStep{Config: instanceConfig(cluster, secretEnv("third", 3), running), Check: thePod(t, cluster, func(pod *corev1.Pod) error {
			return equal("the Pod's Secret", pod.Spec.Containers[0].EnvFrom[0].SecretRef.Name, theSecret(t, cluster).Name)
		})},
	)
}

// TestAccInstance_secretIsNeitherInStateNorPlan is promise 8.
func TestAccInstance_secretIsNeitherInStateNorPlan(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	const value = "correct-horse-battery"
	terraform.Configure("variable \"password\" {\n  ephemeral = true\n}\n" +
		instanceConfig(cluster, "secret_env_wo = { PASSWORD = var.password }", "secret_env_wo_version = 1"))
	terraform.Must(0, "plan", "-out", "plan", "-var", "password="+value)
	shown := terraform.Must(0, "show", "-json", "plan")
	applied := terraform.Must(0, "apply", "-auto-approve", "-var", "password="+value, "plan")
	for where, text := range map[string]string{"plan": shown, "output": applied, "state": terraform.Read("terraform.tfstate")} {
		if strings.Contains(text, value) {
			t.Errorf("the %s holds the secret", where)
		}
	}
	if got := string(theSecret(t, cluster).Data["PASSWORD"]); got != value {
		t.Errorf("the Secret holds %q", got)
	}
	pod, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := json.Marshal(pod); err != nil || strings.Contains(string(data), value) {
		t.Errorf("the Pod holds the secret: %v", err)
	}
}

func TestAccInstance_secretThatIsRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(acctest.WithRights(t, instanceRights()...) + instanceConfig(cluster, secretEnv("hunter2", 1)))
	output := terraform.Must(1, "apply", "-auto-approve")
	if !strings.Contains(output, "secrets") || strings.Contains(output, "hunter2") {
		t.Errorf("the error doesn't name what was refused, or says too much:\n%s", output)
	}
	_, podErr := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	_, templateErr := acctest.Client(t).CoreV1().PodTemplates(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	if !apierrors.IsNotFound(podErr) || !apierrors.IsNotFound(templateErr) {
		t.Errorf("something is left: %v, %v", podErr, templateErr)
	}
}

// TestAccInstance_createThatBreaksOffKeepsWhatItMade fails the last request of a
// create: the Pod is there then, and must not be lost to the state.
func TestAccInstance_createThatBreaksOffKeepsWhatItMade(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	broken := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/podtemplates/") {
			return acctest.Answer(http.StatusForbidden)
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(broken + instanceConfig(cluster, secretEnv("hunter2", 1)))
	terraform.Must(1, "apply", "-auto-approve")
	if listed := terraform.Must(0, "state", "list"); !strings.Contains(listed, address) {
		t.Errorf("the Pod is there, and the state has %q", listed)
	}
	terraform.Configure(instanceConfig(cluster, secretEnv("hunter2", 1)))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	acctest.Eventually(t, "the Secret of the broken one to go", func(ctx context.Context) (bool, error) {
		secrets, err := acctest.Client(t).CoreV1().Secrets(cluster).List(ctx, metav1.ListOptions{LabelSelector: "instance-id=web"})
		return err == nil && len(secrets.Items) == 1, err
	})
	if err := whole(t.Context(), acctest.Client(t), cluster, theSecret(t, cluster), true); err != nil {
		t.Error(err)
	}
}
