package examples_test

import (
	"context"
	"errors"
	"fmt"
	"path"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// testInstance applies an example of instances, and looks on the server whether
// the instance is what the example is about.
func testInstance(t *testing.T, e example) {
	t.Helper()
	name := path.Base(e.path)
	c := configurationOf(t, read(t, e))
	switch name {
	case "web":
		checked(t, c, nil, thePod(t, c.names["shop"], "web", ready))
	case "job":
		checked(t, c, nil, thePod(t, c.names["shop"], "report-2026-10", finished))
	case "stateful":
		claim(t, c.names["shop"], "queue-data")
		checked(t, c, nil, thePod(t, c.names["shop"], "queue", all(ready, mounts("/data"))))
	case "secrets":
		acctest.Needs(t, acctest.WriteOnly)
		variables := config.Variables{"database_password": config.StringVariable("s3cret")}
		checked(t, c, variables, theSecret(t, c.names["shop"], "DATABASE_PASSWORD", "s3cret"))
	case "sidecar":
		checked(t, c, nil, thePod(t, c.names["shop"], "web", all(ready, sidecar)))
	case "hardened":
		checked(t, c, nil, thePod(t, c.names["shop"], "payments", all(ready, hardened)))
	case "gpu":
		acctest.NeedsEmbedded(t)
		node := labelNode(t, "nvidia.com/gpu.product", "NVIDIA-L4")
		checked(t, c, nil, thePod(t, c.names["research"], "training", on(node)))
	case "office_hours":
		testOfficeHours(t, c)
	default:
		t.Fatal("no test says what it is about")
	}
}

// checked is applied with a look at the server after the apply.
func checked(t *testing.T, c configuration, variables config.Variables, look resource.TestCheckFunc, further ...resource.TestStep) {
	t.Helper()
	test := testCase(t, c, variables, further...)
	test.Steps[0].Check = look
	resource.ParallelTest(t, test)
}

// testOfficeHours takes the example through an evening and the next morning.
func testOfficeHours(t *testing.T, c configuration) {
	t.Helper()
	cluster := c.names["staging"]
	at := func(time string) config.Variables { return config.Variables{"at": config.StringVariable(time)} }
	step := func(time string, action plancheck.ResourceActionType, look resource.TestCheckFunc) resource.TestStep {
		return resource.TestStep{
			ConfigDirectory: config.StaticDirectory(c.write(t)),
			ConfigVariables: at(time),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction("mar_instance.web", action)},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			Check: look,
		}
	}
	running, stopped := thePod(t, cluster, "web", ready), noPod(t, cluster, "web")
	checked(t, c, at("2026-11-20T17:59:00Z"), running,
		step("2026-11-20T18:00:00Z", plancheck.ResourceActionUpdate, stopped),
		step("2026-11-21T12:00:00Z", plancheck.ResourceActionNoop, stopped),
		step("2026-11-23T06:00:00Z", plancheck.ResourceActionUpdate, running),
		// As it is used: the hour is that of the plan.
		resource.TestStep{
			ConfigDirectory:  config.StaticDirectory(c.write(t)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
	)
}

type podCheck func(*corev1.Pod) error

// thePod checks the Pod, and that the Pod Security level restricted lets it be.
func thePod(t *testing.T, cluster, name string, check podCheck) resource.TestCheckFunc {
	t.Helper()
	check = all(check, restricted(t))
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		pod, err := client.CoreV1().Pods(cluster).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		return check(pod)
	})
}

func all(checks ...podCheck) podCheck {
	return func(pod *corev1.Pod) error {
		var wrong []error
		for _, check := range checks {
			wrong = append(wrong, check(pod))
		}
		return errors.Join(wrong...)
	}
}

func expect(what string, holds bool) error {
	if !holds {
		return fmt.Errorf("the Pod isn't as expected: %s", what)
	}
	return nil
}

func restricted(t *testing.T) podCheck {
	t.Helper()
	namespace := acctest.Namespace(t)
	labelNamespace(t, namespace, `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`)
	return func(pod *corev1.Pod) error {
		same := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: pod.Name}, Spec: *pod.Spec.DeepCopy()}
		_, err := acctest.Client(t).CoreV1().Pods(namespace).Create(t.Context(), same, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err
	}
}

func ready(pod *corev1.Pod) error {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
			return nil
		}
	}
	return expect("ready", false)
}

func finished(pod *corev1.Pod) error {
	return expect("succeeded", pod.Status.Phase == corev1.PodSucceeded)
}

func mounts(path string) podCheck {
	return func(pod *corev1.Pod) error {
		for _, mount := range pod.Spec.Containers[0].VolumeMounts {
			for _, volume := range pod.Spec.Volumes {
				if mount.MountPath == path && mount.Name == volume.Name && volume.PersistentVolumeClaim != nil {
					return nil
				}
			}
		}
		return expect("a claim at "+path, false)
	}
}

func sidecar(pod *corev1.Pod) error {
	init := pod.Spec.InitContainers
	return expect("one sidecar", len(init) == 1 && init[0].RestartPolicy != nil && *init[0].RestartPolicy == corev1.ContainerRestartPolicyAlways)
}

func hardened(pod *corev1.Pod) error {
	spec, app := pod.Spec, pod.Spec.Containers[0].SecurityContext
	return errors.Join(
		expect("a user namespace", spec.HostUsers != nil && !*spec.HostUsers),
		expect("no token", spec.AutomountServiceAccountToken != nil && !*spec.AutomountServiceAccountToken),
		expect("read-only", *app.ReadOnlyRootFilesystem),
		expect("no capabilities", len(app.Capabilities.Drop) == 1 && app.Capabilities.Drop[0] == "ALL"),
		expect("user 20001", *spec.SecurityContext.RunAsUser == 20001),
	)
}

func on(node string) podCheck {
	return func(pod *corev1.Pod) error { return expect("on node "+node, pod.Spec.NodeName == node) }
}

func noPod(t *testing.T, cluster, name string) resource.TestCheckFunc {
	t.Helper()
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		if _, err := client.CoreV1().Pods(cluster).Get(ctx, name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			return fmt.Errorf("pod %s is still there: %w", name, err)
		}
		return nil
	})
}

func theSecret(t *testing.T, cluster, key, value string) resource.TestCheckFunc {
	t.Helper()
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		secrets, err := client.CoreV1().Secrets(cluster).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		for _, secret := range secrets.Items {
			if string(secret.Data[key]) == value {
				return nil
			}
		}
		return fmt.Errorf("no Secret has %s", key)
	})
}
