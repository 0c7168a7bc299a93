package instance_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func TestAccInstance_minimal(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t,
		resource.TestStep{
			Config: block(cluster, `image = "registry.k8s.io/pause:3.10"`),
			ConfigPlanChecks: planned(
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("name")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("security"), knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"run_as_non_root":            knownvalue.Bool(true),
					"read_only_root_filesystem":  knownvalue.Bool(true),
					"allow_privilege_escalation": knownvalue.Bool(false),
					"capabilities_drop":          knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("ALL")}),
					"seccomp_profile":            knownvalue.StringExact("RuntimeDefault"),
				})),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("restart_policy"), knownvalue.StringExact("Always")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("labels_all"), knownvalue.MapExact(nil)),
			),
			Check: checks(
				resource.TestMatchResourceAttr(address, "name", regexp.MustCompile(`^mar-i-[a-z0-9]+$`)),
				resource.TestMatchResourceAttr(address, "id", regexp.MustCompile(`^`+cluster+`/mar-i-`)),
				inState("status", "Running"),
				resource.TestCheckResourceAttrSet(address, "uid"),
				resource.TestCheckResourceAttrSet(address, "node"),
				resource.TestCheckResourceAttrSet(address, "ip"),
				resource.TestCheckNoResourceAttr(address, "cpu"),
				acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					pods, err := client.CoreV1().Pods(cluster).List(ctx, metav1.ListOptions{LabelSelector: "app=mar,app.kubernetes.io/managed-by=terraform-provider-mar"})
					if err != nil || len(pods.Items) != 1 {
						return fmt.Errorf("%d Pods, %w", len(pods.Items), err)
					}
					pod := pods.Items[0]
					return errors.Join(
						equal("label instance-id", pod.Labels["instance-id"], pod.Name),
						equal("container", pod.Spec.Containers[0].Name, "app"),
						equal("automountServiceAccountToken", *pod.Spec.AutomountServiceAccountToken, false),
					)
				}),
			),
		},
		resource.TestStep{Config: block(cluster, `image = "registry.k8s.io/pause:3.10"`), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config:           block(cluster, `image = "registry.k8s.io/pause:3.10"`, `labels = { a = "b" }`),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
		},
	)
}

func TestAccInstance_everything(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster,
		`command = ["/bin/web"]`,
		`args = ["--port", "8080"]`,
		`env = { URL = "http://$(HOST)/", HOST = "db" }`,
		`cpu = "2000m"`,
		`memory = "4096Mi"`,
		`limits = { ephemeral-storage = "10Gi" }`,
		`requests = { cpu = "0.5", ephemeral-storage = "1024Mi" }`,
		`ports = { http = { port = 8080 }, dns = { port = 5353, protocol = "UDP" } }`,
		`restart_policy = "OnFailure"`,
		`security = { run_as_user = 1000, run_as_group = 1001, fs_group = 2000, capabilities_add = ["NET_BIND_SERVICE"], selinux = { level = "s0:c123,c456" }, seccomp_profile = "Localhost/web.json", app_armor_profile = "RuntimeDefault" }`,
		`labels = { team = "shop", app = "web" }`,
		`annotations = { "example.com/owner" = "shop@example.com" }`,
		`wait_for = "Running"`,
		`replace_on = ["Failed", "Unknown"]`,
		`timeouts = { create = "1m", delete = "1m" }`,
	)
	test(t,
		resource.TestStep{
			Config: config,
			Check: checks(
				inState("cpu", "2000m"), inState("memory", "4096Mi"), inState("requests.cpu", "0.5"), inState("ports.http.protocol", "TCP"),
				inState("labels_all.team", "shop"), inState("id", cluster+"/web"),
				thePod(t, cluster, func(pod *corev1.Pod) error {
					app := pod.Spec.Containers[0]
					return errors.Join(
						equal("image", app.Image, image),
						equal("command", strings.Join(append(app.Command, app.Args...), " "), "/bin/web --port 8080"),
						equal("env", app.Env[0].Name+" "+app.Env[1].Name, "HOST URL"),
						equal("cpu", app.Resources.Limits.Cpu().String()+" "+app.Resources.Requests.Cpu().String(), "2 500m"),
						equal("memory", app.Resources.Limits.Memory().String()+" "+app.Resources.Requests.Memory().String(), "4Gi 4Gi"),
						equal("storage", app.Resources.Limits.StorageEphemeral().String()+" "+app.Resources.Requests.StorageEphemeral().String(), "10Gi 1Gi"),
						equal("ports", len(app.Ports), 2),
						equal("user", *pod.Spec.SecurityContext.RunAsUser, 1000),
						equal("seccomp", *pod.Spec.SecurityContext.SeccompProfile.LocalhostProfile, "web.json"),
						equal("selinux", pod.Spec.SecurityContext.SELinuxOptions.Level, "s0:c123,c456"),
						equal("restart policy", pod.Spec.RestartPolicy, corev1.RestartPolicyOnFailure),
						equal("label app", pod.Labels["app"], "web"),
						equal("annotation", pod.Annotations["example.com/owner"], "shop@example.com"),
					)
				}),
			),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet()},
	)
}

// TestAccInstance_passesPodSecurityRestricted holds that nothing but an image is
// needed at the strictest level, and that each default which is turned off is
// refused there with its name.
func TestAccInstance_passesPodSecurityRestricted(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	restrict := acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		namespace, err := client.CoreV1().Namespaces().Get(ctx, cluster, metav1.GetOptions{})
		if err != nil {
			return err
		}
		namespace.Labels["pod-security.kubernetes.io/enforce"] = "restricted"
		_, err = client.CoreV1().Namespaces().Update(ctx, namespace, metav1.UpdateOptions{})
		return err
	})
	refused := func(security, names string) resource.TestStep {
		return resource.TestStep{
			Config:      instanceConfig(cluster, "security = { "+security+" }"),
			ExpectError: regexp.MustCompile(`(?s)Could not create the instance .*` + names),
		}
	}
	steps := []resource.TestStep{
		refused("run_as_non_root = false", "runAsNonRoot"),
		refused("allow_privilege_escalation = true", "allowPrivilegeEscalation"),
		refused("capabilities_drop = []", "capabilities"),
		refused(`seccomp_profile = "Unconfined"`, "seccompProfile"),
		{Config: instanceConfig(cluster), Check: inState("status", "Running")},
		{Config: instanceConfig(cluster, "security = { read_only_root_filesystem = false }"), Check: thePod(t, cluster, func(pod *corev1.Pod) error {
			return equal("read-only", *pod.Spec.Containers[0].SecurityContext.ReadOnlyRootFilesystem, false)
		})},
	}
	steps[0].PreConfig = restrict
	test(t, steps...)
}

func TestAccInstance_securityCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster, `security = { run_as_non_root = false, run_as_user = 0, read_only_root_filesystem = false, allow_privilege_escalation = true, capabilities_drop = [], capabilities_add = ["SYS_ADMIN"], seccomp_profile = "Unconfined", app_armor_profile = "Unconfined" }`)
	test(t,
		resource.TestStep{Config: config, Check: thePod(t, cluster, func(pod *corev1.Pod) error {
			own, whole := pod.Spec.Containers[0].SecurityContext, pod.Spec.SecurityContext
			return errors.Join(
				equal("non-root", *whole.RunAsNonRoot, false),
				equal("user", *whole.RunAsUser, 0),
				equal("escalation", *own.AllowPrivilegeEscalation, true),
				equal("dropped", len(own.Capabilities.Drop), 0),
				equal("seccomp", whole.SeccompProfile.Type, corev1.SeccompProfileTypeUnconfined),
			)
		})},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet()},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
	)
}

// TestAccInstance_defaultLabels holds that the provider's labels are planned and
// sent, and are no drift.
func TestAccInstance_defaultLabels(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	provider := func(team string) string {
		return fmt.Sprintf("provider \"mar\" {\n  default_labels = { team = %q, stage = \"dev\" }\n}\n", team)
	}
	var pod uid
	labels := func(team string) func(*corev1.Pod) error {
		return func(pod *corev1.Pod) error {
			return errors.Join(equal("team", pod.Labels["team"], team), equal("stage", pod.Labels["stage"], "own"))
		}
	}
	config := instanceConfig(cluster, `labels = { stage = "own" }`)
	test(t,
		resource.TestStep{
			Config: provider("shop") + config,
			ConfigPlanChecks: planned(plancheck.ExpectKnownValue(address, tfjsonpath.New("labels_all"), knownvalue.MapExact(map[string]knownvalue.Check{
				"team": knownvalue.StringExact("shop"), "stage": knownvalue.StringExact("own"),
			}))),
			Check: thePod(t, cluster, all(pod.note, labels("shop"))),
		},
		resource.TestStep{Config: provider("shop") + config, ConfigPlanChecks: quiet()},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{
			Config:           provider("pay") + config,
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check:            thePod(t, cluster, all(pod.same, labels("pay"))),
		},
	)
}

// TestAccInstance_limitRangeFills holds that what a LimitRange adds is read, and
// is no drift.
func TestAccInstance_limitRangeFills(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	amounts := func(cpu, memory string) corev1.ResourceList {
		return corev1.ResourceList{"cpu": amount(cpu), "memory": amount(memory)}
	}
	limit := acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		_, err := client.CoreV1().LimitRanges(cluster).Create(ctx, &corev1.LimitRange{
			ObjectMeta: metav1.ObjectMeta{Name: "limits"},
			Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
				Type: corev1.LimitTypeContainer, Default: amounts("500m", "256Mi"), DefaultRequest: amounts("100m", "64Mi"),
			}}},
		}, metav1.CreateOptions{})
		return err
	})
	test(t,
		resource.TestStep{
			PreConfig:        limit,
			Config:           instanceConfig(cluster),
			ConfigPlanChecks: planned(plancheck.ExpectUnknownValue(address, tfjsonpath.New("cpu"))),
			Check:            checks(inState("cpu", "500m"), inState("memory", "256Mi"), resource.TestCheckNoResourceAttr(address, "requests.%")),
		},
		resource.TestStep{Config: instanceConfig(cluster), ConfigPlanChecks: quiet()},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{Config: instanceConfig(cluster, `labels = { a = "b" }`), ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)), Check: inState("cpu", "500m")},
	)
}

// TestAccInstance_finishedJobIsASuccess holds that a Pod which finishes is
// neither a failed apply nor drift.
func TestAccInstance_finishedJobIsASuccess(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for _, policy := range []string{"Never", "OnFailure"} {
		t.Run(policy, func(t *testing.T) {
			cluster := acctest.Namespace(t)
			at := func(waitFor string) string {
				return instanceConfig(cluster, fmt.Sprintf("restart_policy = %q", policy), fmt.Sprintf("wait_for = %q", waitFor), behaving("behavior", "succeeded"))
			}
			test(t,
				resource.TestStep{Config: at("Ready")},
				resource.TestStep{PreConfig: func() { await(t, cluster, "finished", phase(corev1.PodSucceeded)) }, Config: at("Ready"), ConfigPlanChecks: quiet()},
				resource.TestStep{Config: at("Succeeded")},
			)
		})
	}
}

// TestAccInstance_whatIsNotWaitedForIsQuiet holds that an instance which starts
// by itself after the apply isn't drift.
func TestAccInstance_whatIsNotWaitedForIsQuiet(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for _, waitFor := range []string{"None", "Scheduled"} {
		t.Run(waitFor, func(t *testing.T) {
			cluster := acctest.Namespace(t)
			config := instanceConfig(cluster, fmt.Sprintf("wait_for = %q", waitFor), behaving("start-delay", "1s"))
			test(t,
				resource.TestStep{Config: config, Check: inState("status", "Pending")},
				resource.TestStep{PreConfig: func() { await(t, cluster, "running", phase(corev1.PodRunning)) }, Config: config, ConfigPlanChecks: quiet()},
				resource.TestStep{Config: instanceConfig(cluster, behaving("start-delay", "1s")), Check: checks(inState("status", "Running"), resource.TestCheckResourceAttrSet(address, "ip"))},
			)
		})
	}
}

func TestAccInstance_existingPodIsNotAdopted(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t, resource.TestStep{
		PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			return makePod(ctx, client, cluster, nil)
		}),
		Config:      instanceConfig(cluster),
		ExpectError: regexp.MustCompile(`(?s)already exists.*import \{.*id = "` + cluster + `/web"`),
	})
}

func TestAccInstance_missingClusterSaysSo(t *testing.T) {
	t.Parallel()
	cluster := acctest.ClusterName(t)
	test(t, resource.TestStep{Config: instanceConfig(cluster), ExpectError: regexp.MustCompile(`(?s)cluster ` + cluster + `\s+doesn't\s+exist`)})
}

func TestAccInstance_createBeforeDestroyNeedsNoName(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := func(value string) string {
		return block(cluster, `image = "registry.k8s.io/pause:3.10"`, fmt.Sprintf("env = { A = %q }", value), "lifecycle { create_before_destroy = true }")
	}
	test(t,
		resource.TestStep{Config: config("1")},
		resource.TestStep{
			Config:           config("2"),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"env"}, plancheck.ExpectUnknownValue(address, tfjsonpath.New("name"))),
		},
	)
}

// TestAccInstance_destroyWaitsUntilGone holds that the Pod gets its time to stop,
// and that the destroy ends when it has.
func TestAccInstance_destroyWaitsUntilGone(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	test(t,
		resource.TestStep{Config: instanceConfig(cluster, behaving("stop-delay", "1s"))},
		resource.TestStep{Config: instanceConfig(cluster, behaving("stop-delay", "1s")), Destroy: true, Check: acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			if _, err := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
				return fmt.Errorf("after the destroy: %w", err)
			}
			return nil
		})},
	)
}

// TestAccInstance_destroyThatHangsSaysWhatHolds holds that it ends at its timeout
// and names the finalizers.
func TestAccInstance_destroyThatHangsSaysWhatHolds(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster, `timeouts = { delete = "2s" }`)
	test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:   change(t, cluster, `{"metadata":{"finalizers":["example.com/hold"]}}`),
			Config:      config,
			Destroy:     true,
			ExpectError: regexp.MustCompile(`(?is)Could not delete the instance.*timed\s+out\s+after\s+2s.*held by finalizers: example.com/hold`),
		},
		resource.TestStep{PreConfig: change(t, cluster, `{"metadata":{"finalizers":null}}`), Config: config},
	)
}

// TestAccInstance_leavingNamesakeIsWaitedFor holds that a name which is about to
// be free is no error.
func TestAccInstance_leavingNamesakeIsWaitedFor(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	test(t, resource.TestStep{
		PreConfig: func() {
			acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				return makePod(ctx, client, cluster, func(pod *corev1.Pod) { pod.Annotations = map[string]string{behavior + "stop-delay": "2s"} })
			})()
			await(t, cluster, "running", phase(corev1.PodRunning))
			acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				return client.CoreV1().Pods(cluster).Delete(ctx, "web", metav1.DeleteOptions{})
			})()
		},
		Config: instanceConfig(cluster),
		Check:  inState("status", "Running"),
	})
}
