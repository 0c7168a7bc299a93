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

// revision notes a Pod's resource version, and later says whether nothing was
// written to it since.
type revision struct{ is string }

func (r *revision) note(pod *corev1.Pod) error { r.is = pod.ResourceVersion; return nil }

func (r *revision) untouched(pod *corev1.Pod) error {
	return equal("resource version", pod.ResourceVersion, r.is)
}

func TestAccInstance_metadataChangesInPlace(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var pod uid
	inject := change(t, cluster, `{"metadata":{"labels":{"injected":"yes"},"annotations":{"injected":"yes"}}}`)
	test(t,
		resource.TestStep{
			Config: instanceConfig(cluster, `labels = { team = "shop", tier = "web" }`, `annotations = { a = "1", b = "2" }`),
			Check:  thePod(t, cluster, pod.note),
		},
		resource.TestStep{
			PreConfig:        inject,
			Config:           instanceConfig(cluster, `labels = { team = "shop", tier = "web" }`, `annotations = { a = "1", b = "2" }`),
			ConfigPlanChecks: quiet(),
		},
		resource.TestStep{
			Config:           instanceConfig(cluster, `labels = { team = "pay", app = "own" }`, `annotations = { b = "3" }`),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check: thePod(t, cluster, all(pod.same, func(pod *corev1.Pod) error {
				_, tier := pod.Labels["tier"]
				_, a := pod.Annotations["a"]
				return errors.Join(
					equal("team", pod.Labels["team"], "pay"), equal("label tier still there", tier, false), equal("app", pod.Labels["app"], "own"),
					equal("b", pod.Annotations["b"], "3"), equal("annotation a still there", a, false),
					equal("injected", pod.Labels["injected"]+pod.Annotations["injected"], "yesyes"),
					equal("instance-id", pod.Labels["instance-id"], "web"),
				)
			})),
		},
		resource.TestStep{
			Config: instanceConfig(cluster),
			Check: thePod(t, cluster, all(pod.same, func(pod *corev1.Pod) error {
				return errors.Join(equal("app", pod.Labels["app"], "mar"), equal("team", pod.Labels["team"], ""), equal("injected", pod.Labels["injected"], "yes"))
			})),
		},
	)
}

// TestAccInstance_imageChangesInPlace holds that the wait follows the container
// of the new image.
func TestAccInstance_imageChangesInPlace(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	var pod uid
	config := func(image string) string {
		return block(cluster, `name = "web"`, fmt.Sprintf("image = %q", image), behaving("start-delay", "1s"), `timeouts = { update = "10s" }`)
	}
	test(t,
		resource.TestStep{Config: config("registry.example.com/web"), Check: thePod(t, cluster, pod.note)},
		resource.TestStep{
			Config:           config("registry.k8s.io/pause:3.9"),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check: thePod(t, cluster, all(pod.same, func(pod *corev1.Pod) error {
				status := pod.Status.ContainerStatuses[0]
				return errors.Join(
					equal("image", pod.Spec.Containers[0].Image, "registry.k8s.io/pause:3.9"),
					equal("running image", status.Image, "registry.k8s.io/pause:3.9"),
					equal("restarts", status.RestartCount, 1),
					equal("ready", status.Ready, true),
				)
			})),
		},
		resource.TestStep{Config: config("registry.k8s.io/pause:3.9"), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config:      config("registry.example.com/WEB:3"),
			ExpectError: regexp.MustCompile(`(?s)Could not update the instance.*InvalidImageName.*Correct\s+.image.`),
		},
		resource.TestStep{
			Config:           config("registry.example.com/web:4"),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate), plancheck.ExpectNonEmptyPlan()),
			Check:            thePod(t, cluster, pod.same),
		},
	)
}

func TestAccInstance_imageOfAFinishedOneReplaces(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	var pod uid
	config := func(image string) string {
		return block(cluster, `name = "web"`, fmt.Sprintf("image = %q", image), `restart_policy = "Never"`, `wait_for = "Succeeded"`, behaving("behavior", "succeeded"))
	}
	test(t,
		resource.TestStep{Config: config("registry.example.com/job:1"), Check: thePod(t, cluster, pod.note)},
		resource.TestStep{
			Config:           config("registry.example.com/job:2"),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"image"}),
			Check:            thePod(t, cluster, pod.other),
		},
	)
}

// TestAccInstance_stateOnlyChangesSendNothing holds that a new spelling of an
// amount is no change, and that what only the provider itself goes by touches no Pod.
func TestAccInstance_stateOnlyChangesSendNothing(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var before revision
	step := func(attributes ...string) resource.TestStep {
		return resource.TestStep{
			Config:           instanceConfig(cluster, attributes...),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check:            thePod(t, cluster, before.untouched),
		}
	}
	test(t,
		resource.TestStep{
			Config: instanceConfig(cluster, `cpu = "1000m"`, `memory = "1024Mi"`, `limits = { ephemeral-storage = "2048Mi" }`),
			Check:  thePod(t, cluster, before.note),
		},
		resource.TestStep{
			Config:           instanceConfig(cluster, `cpu = "1"`, `memory = "1Gi"`, `limits = { ephemeral-storage = "2Gi" }`),
			ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan()),
			Check:            thePod(t, cluster, before.untouched),
		},
		step(`cpu = "1"`, `memory = "1Gi"`, `limits = { ephemeral-storage = "2Gi" }`, `requests = { cpu = "1000m" }`),
		step(`cpu = "1"`, `memory = "1Gi"`, `limits = { ephemeral-storage = "2Gi" }`, `requests = { cpu = "1000m" }`, `wait_for = "Running"`),
		step(`cpu = "1"`, `memory = "1Gi"`, `limits = { ephemeral-storage = "2Gi" }`, `requests = { cpu = "1000m" }`, `replace_on = []`, `timeouts = { create = "1m" }`),
	)
}

// size is a Pod's CPU and memory as limit/request.
func size(cpu, memory string) func(*corev1.Pod) error {
	return func(pod *corev1.Pod) error {
		r := pod.Spec.Containers[0].Resources
		return errors.Join(
			equal("cpu", r.Limits.Cpu().String()+"/"+r.Requests.Cpu().String(), cpu),
			equal("memory", r.Limits.Memory().String()+"/"+r.Requests.Memory().String(), memory),
		)
	}
}

func TestAccInstance_resizesInPlace(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var pod uid
	inPlace := func(size func(*corev1.Pod) error, attributes ...string) resource.TestStep {
		return resource.TestStep{
			Config:           instanceConfig(cluster, attributes...),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check:            thePod(t, cluster, all(pod.same, size)),
		}
	}
	test(t,
		resource.TestStep{Config: instanceConfig(cluster, `cpu = "1"`, `memory = "1Gi"`), Check: thePod(t, cluster, pod.note)},
		inPlace(size("2/2", "1Gi/1Gi"), `cpu = "2"`, `memory = "1Gi"`),
		inPlace(size("1500m/1500m", "2Gi/2Gi"), `cpu = "1500m"`, `memory = "2Gi"`),
		// A resize, another image and another label, all at once.
		inPlace(size("1/1", "2Gi/2Gi"), `cpu = "1"`, `memory = "2Gi"`, `labels = { a = "b" }`),
		inPlace(size("3/3", "2Gi/2Gi"), `cpu = "3"`, `memory = "2Gi"`, `labels = { a = "c" }`),
		resource.TestStep{
			Config:           instanceConfig(cluster, `cpu = "3"`, `memory = "2Gi"`, `requests = { cpu = "1" }`),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"requests"}),
			Check:            thePod(t, cluster, all(pod.other, size("3/1", "2Gi/2Gi"), pod.note)),
		},
		inPlace(size("3/2", "2Gi/2Gi"), `cpu = "3"`, `memory = "2Gi"`, `requests = { cpu = "2" }`),
		inPlace(size("4/2", "3Gi/3Gi"), `cpu = "4"`, `memory = "3Gi"`, `requests = { cpu = "2" }`),
		resource.TestStep{
			Config:           instanceConfig(cluster, `memory = "3Gi"`, `requests = { cpu = "2" }`),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"cpu"}),
			Check:            thePod(t, cluster, all(pod.other, size("0/2", "3Gi/3Gi"))),
		},
	)
}

// TestAccInstance_resizeThatCantBeHad holds that the error says why, that the
// request is taken back, and that the state and the next plan tell the truth.
func TestAccInstance_resizeThatCantBeHad(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for mode, says := range map[string]string{
		"infeasible": `(?s)can\s+never\s+give\s+it\s+that\s+size:\s+Infeasible.*withdrawn`,
		"deferred":   `(?s)timed\s+out\s+after\s+5s.*no\s+room\s+for\s+that\s+size\s+now:\s+Deferred.*withdrawn`,
	} {
		t.Run(mode, func(t *testing.T) {
			cluster := acctest.Namespace(t)
			var pod uid
			config := func(cpu string) string {
				return instanceConfig(cluster, fmt.Sprintf("cpu = %q", cpu), `memory = "1Gi"`, behaving("resize", mode), `timeouts = { update = "5s" }`)
			}
			test(t,
				resource.TestStep{Config: config("1"), Check: thePod(t, cluster, pod.note)},
				resource.TestStep{Config: config("2"), ExpectError: regexp.MustCompile(says)},
				resource.TestStep{
					Config:             config("2"),
					PlanOnly:           true,
					ExpectNonEmptyPlan: true,
				},
				resource.TestStep{
					Config:           config("1"),
					ConfigPlanChecks: quiet(),
					Check:            checks(inState("cpu", "1"), thePod(t, cluster, all(pod.same, size("1/1", "1Gi/1Gi")))),
				},
			)
		})
	}
}

func TestAccInstance_resizeBeyondTheQuotaIsRefused(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	limit := acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		_, err := client.CoreV1().ResourceQuotas(cluster).Create(ctx, &corev1.ResourceQuota{
			ObjectMeta: metav1.ObjectMeta{Name: "quota"},
			Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"limits.cpu": amount("2")}},
		}, metav1.CreateOptions{})
		return err
	})
	config := func(cpu string) string {
		return instanceConfig(cluster, fmt.Sprintf("cpu = %q", cpu), `memory = "1Gi"`)
	}
	test(t,
		resource.TestStep{Config: config("1")},
		resource.TestStep{PreConfig: limit, Config: config("3"), ExpectError: regexp.MustCompile(`(?is)exceeded\s+quota.*limits\.cpu`)},
		resource.TestStep{Config: config("1"), ConfigPlanChecks: quiet()},
	)
}

// TestAccInstance_resizeBeyondTheNodeIsRefused asks for more than any node has,
// which the API server refuses by itself.
func TestAccInstance_resizeBeyondTheNodeIsRefused(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var pod uid
	config := func(cpu string) string {
		return instanceConfig(cluster, fmt.Sprintf("cpu = %q", cpu), `memory = "1Gi"`)
	}
	test(t,
		resource.TestStep{Config: config("1"), Check: thePod(t, cluster, pod.note)},
		resource.TestStep{Config: config("1M"), ExpectError: regexp.MustCompile(`(?s)refused\s+to\s+resize\s+Pod.*Node\s+didn't\s+have\s+enough.*larger\s+node`)},
		resource.TestStep{Config: config("1"), ConfigPlanChecks: quiet(), Check: checks(inState("cpu", "1"), thePod(t, cluster, all(pod.same, size("1/1", "1Gi/1Gi"))))},
	)
}
