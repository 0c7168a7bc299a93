package instance_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_failedPodPlansReplacement holds for each way in which a Pod
// fails that the next plan replaces it, and says that its status is why.
func TestAccInstance_failedPodPlansReplacement(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for name, annotations := range map[string]string{
		"evicted":    "",
		"failed":     `{"metadata":{"annotations":{"` + behavior + `exit-code":"3"}}}`,
		"oom-killed": "",
	} {
		t.Run(name, func(t *testing.T) {
			cluster := acctest.Namespace(t)
			var pod uid
			config := func(attributes ...string) string {
				return instanceConfig(cluster, append([]string{`restart_policy = "Never"`}, attributes...)...)
			}
			fail := func() {
				if annotations != "" {
					change(t, cluster, annotations)()
				}
				becomes(t, cluster, name, phase(corev1.PodFailed))()
			}
			test(t,
				resource.TestStep{Config: config(), Check: thePod(t, cluster, pod.note)},
				resource.TestStep{
					PreConfig:        fail,
					Config:           config("replace_on = []"),
					ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
					Check:            checks(inState("status", "Failed"), thePod(t, cluster, pod.same)),
				},
				resource.TestStep{
					Config:           config(),
					ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"status"}),
					Check:            checks(inState("status", "Running"), thePod(t, cluster, pod.other)),
				},
			)
		})
	}
}

func TestAccInstance_succeededReplacesWhereAsked(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster, `restart_policy = "Never"`, `replace_on = ["Succeeded"]`)
	test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:        becomes(t, cluster, "succeeded", phase(corev1.PodSucceeded)),
			Config:           config,
			ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"status"}),
		},
	)
}

func TestAccInstance_deletedPodPlansCreation(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t,
		resource.TestStep{Config: instanceConfig(cluster)},
		resource.TestStep{
			PreConfig:        acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error { return remove(ctx, client, cluster) }),
			Config:           instanceConfig(cluster),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionCreate)),
			Check:            inState("status", "Running"),
		},
	)
}

// TestAccInstance_podBeingDeletedIsReplacedOnceGone holds that an apply waits for
// a Pod that takes its time to stop.
func TestAccInstance_podBeingDeletedIsReplacedOnceGone(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	var pod uid
	config := instanceConfig(cluster, behaving("stop-delay", "3s"))
	test(t,
		resource.TestStep{Config: config, Check: thePod(t, cluster, pod.note)},
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				return client.CoreV1().Pods(cluster).Delete(ctx, "web", metav1.DeleteOptions{})
			}),
			Config:           config,
			ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"status"}),
			Check:            checks(inState("status", "Running"), thePod(t, cluster, pod.other)),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet()},
	)
}

// TestAccInstance_namesakeOfOursIsTheInstance holds that a Pod which was made
// anew with the provider's labels is the instance, and that whatever else
// differs is drift.
func TestAccInstance_namesakeOfOursIsTheInstance(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	anew := func(edit func(*corev1.Pod)) func() {
		return acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			pod, err := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{})
			if err != nil {
				return err
			}
			if err := remove(ctx, client, cluster); err != nil {
				return err
			}
			pod.ObjectMeta = metav1.ObjectMeta{Name: "web", Labels: pod.Labels, Annotations: pod.Annotations}
			pod.Spec.NodeName, pod.Status = "", corev1.PodStatus{}
			edit(pod)
			return create(ctx, client, cluster, pod)
		})
	}
	config := instanceConfig(cluster, `env = { A = "1" }`)
	test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:        func() { anew(func(*corev1.Pod) {})(); await(t, cluster, "running", phase(corev1.PodRunning)) },
			Config:           config,
			ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan()),
		},
		resource.TestStep{
			PreConfig: func() {
				anew(func(p *corev1.Pod) { p.Spec.Containers[0].Env[0].Value = "2" })()
				await(t, cluster, "running", phase(corev1.PodRunning))
			},
			Config:           config,
			ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"env"}),
			Check: thePod(t, cluster, func(pod *corev1.Pod) error {
				return equal("A", pod.Spec.Containers[0].Env[0].Value, "1")
			}),
		},
	)
}

func TestAccInstance_foreignNamesakeIsAnError(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t,
		resource.TestStep{Config: instanceConfig(cluster)},
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				return errors.Join(remove(ctx, client, cluster), makePod(ctx, client, cluster, nil))
			}),
			Config:      instanceConfig(cluster),
			ExpectError: regexp.MustCompile(`(?s)Another Pod has the name of the instance ` + cluster + `/web.*terraform state\s+rm`),
		},
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error { return remove(ctx, client, cluster) }),
			Config:    instanceConfig(cluster),
		},
	)
}

// TestAccInstance_declaredDriftIsNamedAndMended changes what is declared behind
// Terraform's back.
func TestAccInstance_declaredDriftIsNamedAndMended(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var pod uid
	config := instanceConfig(cluster, `cpu = "1"`, `memory = "1Gi"`, `labels = { team = "shop" }`, `annotations = { a = "1" }`)
	mended := func(pod *corev1.Pod) error {
		return errors.Join(
			equal("team", pod.Labels["team"], "shop"), equal("a", pod.Annotations["a"], "1"),
			equal("image", pod.Spec.Containers[0].Image, image), size("1/1", "1Gi/1Gi")(pod),
		)
	}
	steps := []resource.TestStep{{Config: config, Check: thePod(t, cluster, pod.note)}}
	for _, patch := range []string{
		`{"metadata":{"labels":{"team":"pay"}}}`,
		`{"metadata":{"labels":{"team":null}}}`,
		`{"metadata":{"annotations":{"a":null}}}`,
		`{"spec":{"containers":[{"name":"app","image":"registry.example.com/other:9"}]}}`,
	} {
		steps = append(steps, resource.TestStep{
			PreConfig:        change(t, cluster, patch),
			Config:           config,
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check:            thePod(t, cluster, all(pod.same, mended)),
		})
	}
	for _, patch := range []string{`"limits":{"cpu":"2"},"requests":{"cpu":"2"}`, `"limits":{"memory":"2Gi"},"requests":{"memory":"2Gi"}`} {
		steps = append(steps, resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				_, err := client.CoreV1().Pods(cluster).Patch(ctx, "web", "application/strategic-merge-patch+json",
					fmt.Appendf(nil, `{"spec":{"containers":[{"name":"app","resources":{%s}}]}}`, patch), metav1.PatchOptions{}, "resize")
				return err
			}),
			Config:           config,
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check:            thePod(t, cluster, all(pod.same, mended)),
		})
	}
	test(t, steps...)
}

// TestAccInstance_restartsAndReadinessAreQuiet holds that what changes by itself
// shows in no plan and no refresh.
func TestAccInstance_restartsAndReadinessAreQuiet(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster)
	quietAfter := func(what string, until func(*corev1.Pod) bool) resource.TestStep {
		return resource.TestStep{PreConfig: becomes(t, cluster, what, until), Config: config, ConfigPlanChecks: quiet()}
	}
	test(t,
		resource.TestStep{Config: config},
		quietAfter("not-ready", func(pod *corev1.Pod) bool { return !pod.Status.ContainerStatuses[0].Ready }),
		quietAfter("crash-loop", func(pod *corev1.Pod) bool { return pod.Status.ContainerStatuses[0].RestartCount > 1 }),
	)
}

// TestAccInstance_injectionIsNoDrift has an admission policy put a sidecar,
// variables and labels into every Pod, and rewrite its image.
func TestAccInstance_injectionIsNoDrift(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		return injectInto(ctx, t, client, cluster)
	})()
	config := func(label string) string {
		return instanceConfig(cluster, `env = { A = "1" }`, `cpu = "1"`, `memory = "1Gi"`, fmt.Sprintf("labels = { a = %q }", label))
	}
	var pod uid
	test(t,
		resource.TestStep{
			Config: config("1"),
			Check: thePod(t, cluster, all(pod.note, func(pod *corev1.Pod) error {
				return errors.Join(
					equal("containers", len(pod.Spec.Containers), 2), equal("label", pod.Labels["injected"], "yes"),
					equal("image", pod.Spec.Containers[0].Image, "registry.k8s.io/pause:3.9"),
				)
			})),
		},
		resource.TestStep{Config: config("1"), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config:           config("2"),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check: thePod(t, cluster, all(pod.same, func(pod *corev1.Pod) error {
				return errors.Join(
					equal("containers", len(pod.Spec.Containers), 2), equal("label", pod.Labels["injected"]+pod.Labels["a"], "yes2"),
					equal("image", pod.Spec.Containers[0].Image, "registry.k8s.io/pause:3.9"),
				)
			})),
		},
		resource.TestStep{Config: config("2"), ConfigPlanChecks: quiet()},
	)
}

// TestAccInstance_refreshOnlyPlanIsQuiet asks by the exit code, as drift detection
// in CI does: core counts what the provider remembers beside the state, too.
func TestAccInstance_refreshOnlyPlanIsQuiet(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, `wait_for = "None"`, behaving("start-delay", "1s")))
	terraform.Must(0, "apply", "-auto-approve")
	for what, until := range map[string]func(*corev1.Pod) bool{
		"running": phase(corev1.PodRunning),
		"not-ready": func(pod *corev1.Pod) bool {
			return len(pod.Status.ContainerStatuses) > 0 && !pod.Status.ContainerStatuses[0].Ready
		},
		"crash-loop": func(pod *corev1.Pod) bool {
			return len(pod.Status.ContainerStatuses) > 0 && pod.Status.ContainerStatuses[0].RestartCount > 1
		},
	} {
		if what == "running" {
			await(t, cluster, what, until)
		} else {
			becomes(t, cluster, what, until)()
		}
		if output, code := terraform.Run("plan", "-refresh-only", "-detailed-exitcode"); code != 0 {
			t.Errorf("%s: a refresh-only plan ends with %d:\n%s", what, code, output)
		}
	}
}
