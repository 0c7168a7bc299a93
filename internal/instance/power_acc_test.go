package instance_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const (
	running = `desired_status = "Running"`
	stopped = `desired_status = "Stopped"`
)

// theTemplate is a check of what the server holds of the instance web while it
// is stopped: a template, and no Pod.
func theTemplate(t *testing.T, cluster string, look func(*corev1.PodTemplate) error) resource.TestCheckFunc {
	t.Helper()
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		if _, err := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			return fmt.Errorf("the Pod of a stopped instance is there: %w", err)
		}
		template, err := client.CoreV1().PodTemplates(cluster).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		return look(template)
	})
}

// started is a check that the instance runs and no template is left.
func started(t *testing.T, cluster string, look func(*corev1.Pod) error) resource.TestCheckFunc {
	t.Helper()
	return resource.ComposeTestCheckFunc(thePod(t, cluster, look), acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		_, err := client.CoreV1().PodTemplates(cluster).Get(ctx, "web", metav1.GetOptions{})
		if !apierrors.IsNotFound(err) {
			return fmt.Errorf("the template of a running instance is there: %w", err)
		}
		return nil
	}))
}

func TestAccInstance_stopsChangesAndStartsUnderItsName(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var first uid
	test(t,
		resource.TestStep{Config: instanceConfig(cluster, running), Check: thePod(t, cluster, first.note)},
		resource.TestStep{
			Config: instanceConfig(cluster, stopped),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("Stopped")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("uid"), knownvalue.Null())),
			Check: resource.ComposeTestCheckFunc(
				resource.TestCheckResourceAttr(address, "status", "Stopped"),
				resource.TestCheckNoResourceAttr(address, "uid"),
				resource.TestCheckNoResourceAttr(address, "ip"),
				theTemplate(t, cluster, func(template *corev1.PodTemplate) error {
					return equal("the template's image", template.Template.Spec.Containers[0].Image, image)
				})),
		},
		resource.TestStep{Config: instanceConfig(cluster, stopped), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config: instanceConfig(cluster, stopped, `env = { A = "1" }`, `cpu = "1"`, `memory = "1Gi"`, `restart_policy = "OnFailure"`, `labels = { team = "shop" }`),
			// What replaces a running instance is written into a stopped one.
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check: theTemplate(t, cluster, func(template *corev1.PodTemplate) error {
				c := template.Template.Spec.Containers[0]
				return errors.Join(equal("A", c.Env[0].Value, "1"), equal("cpu", c.Resources.Limits.Cpu().String(), "1"), equal("team", template.Labels["team"], "shop"))
			}),
		},
		resource.TestStep{
			Config: instanceConfig(cluster, running, `env = { A = "1" }`, `cpu = "2"`, `memory = "1Gi"`, `restart_policy = "OnFailure"`, `labels = { team = "shop" }`),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("uid")), plancheck.ExpectUnknownValue(address, tfjsonpath.New("status"))),
			Check: started(t, cluster, func(pod *corev1.Pod) error {
				c := pod.Spec.Containers[0]
				return errors.Join(first.other(pod), equal("A", c.Env[0].Value, "1"), equal("cpu", c.Resources.Limits.Cpu().String(), "2"), equal("team", pod.Labels["team"], "shop"))
			}),
		},
		resource.TestStep{
			Config:           instanceConfig(cluster, running, `env = { A = "1" }`, `cpu = "2"`, `memory = "1Gi"`, `restart_policy = "OnFailure"`, `labels = { team = "shop" }`),
			ConfigPlanChecks: quiet(),
		},
	)
}

func TestAccInstance_isCreatedStopped(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t,
		resource.TestStep{
			Config: instanceConfig(cluster, stopped),
			Check: resource.ComposeTestCheckFunc(
				resource.TestCheckResourceAttr(address, "status", "Stopped"),
				theTemplate(t, cluster, func(template *corev1.PodTemplate) error {
					return equal("instance-id", template.Labels["instance-id"], "web")
				})),
		},
		resource.TestStep{Config: instanceConfig(cluster, stopped), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config: instanceConfig(cluster, stopped), ResourceName: address, ImportState: true, ImportStateId: cluster + "/web",
			ImportStateVerify: true, ImportStateVerifyIgnore: []string{"desired_status", "timeouts"},
		},
		resource.TestStep{
			Config: instanceConfig(cluster, stopped) + fmt.Sprintf("data \"mar_instance\" \"web\" {\n  cluster = %q\n  name = mar_instance.test.name\n}\n", cluster),
			Check:  resource.TestCheckResourceAttr("data.mar_instance.web", "status", "Stopped"),
		},
		resource.TestStep{Config: instanceConfig(cluster, running), Check: started(t, cluster, func(*corev1.Pod) error { return nil })},
	)
}

func TestAccInstance_stoppedOneIsDestroyed(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps:                    []resource.TestStep{{Config: instanceConfig(cluster, stopped)}},
		CheckDestroy: acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			if _, err := client.CoreV1().PodTemplates(cluster).Get(ctx, "web", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
				return fmt.Errorf("the template is still there: %w", err)
			}
			return nil
		}),
	})
}

func TestAccInstance_restartTriggersRestartUnderItsName(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var first uid
	test(t,
		resource.TestStep{Config: instanceConfig(cluster), Check: thePod(t, cluster, first.note)},
		resource.TestStep{
			Config: instanceConfig(cluster, `restart_triggers = { config = "1" }`),
			Check:  thePod(t, cluster, first.same),
		},
		resource.TestStep{
			Config:           block(cluster, `name = "web"`, `image = "registry.k8s.io/pause:3.9"`, `restart_triggers = { config = "2" }`),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate), plancheck.ExpectUnknownValue(address, tfjsonpath.New("uid"))),
			Check: started(t, cluster, all(first.other, func(pod *corev1.Pod) error {
				return equal("image", pod.Spec.Containers[0].Image, "registry.k8s.io/pause:3.9")
			})),
		},
		resource.TestStep{
			Config:           block(cluster, `name = "web"`, `image = "registry.k8s.io/pause:3.9"`, `restart_triggers = { config = "2" }`),
			ConfigPlanChecks: quiet(),
		},
	)
}

// TestAccInstance_powerMayBeUnknown holds that what a plan doesn't know yet of power
// leaves open all that a start, a stop or a restart changes: what a LimitRange chooses
// for a new Pod, too.
func TestAccInstance_powerMayBeUnknown(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := func(status, trigger string) string {
		return fmt.Sprintf(`
resource "terraform_data" "later" {
  input = { status = %[2]q, trigger = %[3]q }
}
resource "mar_instance" "unlimited" {
  cluster        = %[1]q
  name           = "unlimited"
  image          = %[4]q
  desired_status = terraform_data.later.output.status
}
resource "mar_instance" "restarted" {
  cluster          = %[1]q
  name             = "restarted"
  image            = %[4]q
  restart_triggers = { a = terraform_data.later.output.trigger }
}
`, cluster, status, trigger, image) + instanceConfig(cluster, "desired_status = terraform_data.later.output.status", `restart_triggers = { a = terraform_data.later.output.trigger }`)
	}
	terraform := acctest.NewCLI(t)
	for _, limits := range []corev1.ResourceList{nil, {"cpu": amount("1"), "memory": amount("1Gi")}} {
		if limits != nil {
			_, err := acctest.Client(t).CoreV1().LimitRanges(cluster).Create(t.Context(), &corev1.LimitRange{
				ObjectMeta: metav1.ObjectMeta{Name: "theirs"},
				Spec:       corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, Default: limits}}},
			}, metav1.CreateOptions{})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, to := range [][2]string{{"Running", "1"}, {"Stopped", "2"}, {"Stopped", "3"}, {"Running", "4"}, {"Running", "5"}, {"Stopped", "6"}} {
			terraform.Configure(config(to[0], to[1]))
			terraform.Must(0, "apply", "-auto-approve")
			terraform.Must(0, "plan", "-detailed-exitcode")
		}
	}
}

func TestAccInstance_stoppedOneOfThatNameIsNotAdopted(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	other := fmt.Sprintf("resource \"mar_instance\" \"other\" {\n  cluster = %q\n  name = \"web\"\n  image = %q\n  %%s\n}\n", cluster, image)
	for _, power := range []string{running, stopped} {
		test(t,
			resource.TestStep{Config: instanceConfig(cluster, stopped)},
			resource.TestStep{
				Config:      instanceConfig(cluster, stopped) + fmt.Sprintf(other, power),
				ExpectError: regexp.MustCompile(`PodTemplate \S+/web already exists(?s:.*)import \{`),
			},
		)
	}
}

func TestAccInstance_strangerUnderAStoppedOnesNameStopsTheStart(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t,
		resource.TestStep{Config: instanceConfig(cluster, stopped)},
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				_, err := client.CoreV1().Pods(cluster).Create(ctx, &corev1.Pod{
					ObjectMeta: metav1.ObjectMeta{Name: "web"},
					Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "stranger", Image: image}}},
				}, metav1.CreateOptions{})
				return err
			}),
			Config: instanceConfig(cluster, stopped), ConfigPlanChecks: quiet(),
		},
		resource.TestStep{Config: instanceConfig(cluster, running), ExpectError: regexp.MustCompile(`Another\s+Pod\s+has\s+the\s+name`)},
	)
}

func TestAccInstance_failedOneIsStopped(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	attributes := []string{`restart_policy = "Never"`}
	test(t,
		resource.TestStep{Config: instanceConfig(cluster, attributes...)},
		resource.TestStep{
			PreConfig: becomes(t, cluster, "failed", phase(corev1.PodFailed)), Config: instanceConfig(cluster, append(attributes, stopped)...),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check:            theTemplate(t, cluster, func(*corev1.PodTemplate) error { return nil }),
		},
	)
}

// instanceRights are what running instances takes, without Secrets.
func instanceRights() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get", "watch", "create", "patch", "delete"}},
		{APIGroups: []string{""}, Resources: []string{"podtemplates"}, Verbs: []string{"get", "create", "patch", "delete"}},
		{APIGroups: []string{""}, Resources: []string{"pods/resize"}, Verbs: []string{"patch"}},
	}
}

func TestAccInstance_powerNeedsNoMoreThanItsRights(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	limited := acctest.WithRights(t, instanceRights()...)
	test(t,
		resource.TestStep{Config: limited + instanceConfig(cluster, running)},
		resource.TestStep{Config: limited + instanceConfig(cluster, stopped)},
		resource.TestStep{Config: limited + instanceConfig(cluster, stopped, `env = { A = "1" }`)},
		resource.TestStep{Config: limited + instanceConfig(cluster, running, `env = { A = "1" }`), Check: started(t, cluster, func(*corev1.Pod) error { return nil })},
	)
}

// TestAccInstance_needsNoTemplatesWherePowerIsntUsed holds that the stock roles,
// which have no rights to PodTemplates, still do for instances that only run.
func TestAccInstance_needsNoTemplatesWherePowerIsntUsed(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	limited := acctest.WithRights(t, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get", "watch", "create", "patch", "delete"}})
	test(t,
		resource.TestStep{Config: limited + instanceConfig(cluster), Check: thePod(t, cluster, func(*corev1.Pod) error { return nil })},
		resource.TestStep{Config: limited + instanceConfig(cluster, stopped), ExpectError: regexp.MustCompile(`(?s)podtemplates.*lack this permission`)},
	)
}
