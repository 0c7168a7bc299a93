package cluster_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	corev1 "k8s.io/api/core/v1"
	resourceapi "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const found = "data.mar_cluster.test"

func lookup(name string) string {
	return fmt.Sprintf("data \"mar_cluster\" \"test\" {\n  name = %q\n}\n", name)
}

func sees(attribute, value string) resource.TestCheckFunc {
	return resource.TestCheckResourceAttr(found, attribute, value)
}

func reasonLike(pattern string) resource.TestCheckFunc {
	return resource.TestMatchResourceAttr(found, "status_reason", regexp.MustCompile(pattern))
}

func seesNothing(attribute string) resource.TestCheckFunc {
	return resource.TestCheckNoResourceAttr(found, attribute)
}

// counts checks all of instance_counts; what isn't named is 0.
func counts(of map[corev1.PodPhase]int) resource.TestCheckFunc {
	var all []resource.TestCheckFunc
	for _, phase := range []corev1.PodPhase{corev1.PodPending, corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed, corev1.PodUnknown, "Stopped"} {
		all = append(all, sees("instance_counts."+string(phase), strconv.Itoa(of[phase])))
	}
	return resource.ComposeAggregateTestCheckFunc(all...)
}

// runPod makes a Pod that behaves so, and waits until it is as wished.
func runPod(t *testing.T, namespace, name, behavior string, until func(*corev1.Pod) bool) {
	t.Helper()
	client := acctest.Client(t)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyOnFailure,
			Containers:    []corev1.Container{{Name: "app", Image: "registry.k8s.io/pause:3.10"}},
		},
	}
	if behavior != "" {
		pod.Annotations = map[string]string{"devcluster.mar.headgym.com/behavior": behavior}
	}
	if behavior == "unschedulable" {
		pod.Spec.NodeSelector = map[string]string{"there-is-no": "such-node"}
	}
	if _, err := client.CoreV1().Pods(namespace).Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitPod(t, namespace, name, until)
}

func awaitPod(t *testing.T, namespace, name string, until func(*corev1.Pod) bool) {
	t.Helper()
	acctest.Eventually(t, "Pod "+name+" to be as wished", func(ctx context.Context) (bool, error) {
		pod, err := acctest.Client(t).CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		return err == nil && until(pod), err
	})
}

func isPhase(phase corev1.PodPhase) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool { return pod.Status.Phase == phase }
}

func isReady(pod *corev1.Pod) bool {
	return conditionIs(pod, corev1.PodReady, corev1.ConditionTrue)
}

func isUnready(pod *corev1.Pod) bool {
	return conditionIs(pod, corev1.PodReady, corev1.ConditionFalse)
}

func isUnschedulable(pod *corev1.Pod) bool {
	return conditionIs(pod, corev1.PodScheduled, corev1.ConditionFalse)
}

func conditionIs(pod *corev1.Pod, kind corev1.PodConditionType, status corev1.ConditionStatus) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == kind {
			return c.Status == status
		}
	}
	return false
}

func isWaiting(reason string) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool {
		return len(pod.Status.ContainerStatuses) > 0 && pod.Status.ContainerStatuses[0].State.Waiting != nil &&
			pod.Status.ContainerStatuses[0].State.Waiting.Reason == reason
	}
}

// looks reads the cluster and checks what the data source shows of it.
func looks(t *testing.T, name string, checks ...resource.TestCheckFunc) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps:                    []resource.TestStep{{Config: lookup(name), Check: resource.ComposeAggregateTestCheckFunc(checks...)}},
	})
}

// What the API server says of instances in each kind of trouble is read as such.
func TestAccClusterDataSource_statusFollowsTheInstances(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for title, c := range map[string]struct {
		behavior string
		until    func(*corev1.Pod) bool
		phase    corev1.PodPhase
		// alone and besides are the status of a cluster with this instance only,
		// and with one that works besides.
		alone, besides string
		reason         string
	}{
		"running":       {"", isReady, corev1.PodRunning, "ready", "ready", ""},
		"succeeded":     {"succeeded", isPhase(corev1.PodSucceeded), corev1.PodSucceeded, "ready", "ready", ""},
		"starting":      {"unheard-of", isPhase(corev1.PodPending), corev1.PodPending, "scaling", "scaling", `web \(starting\)`},
		"failed":        {"failed", isPhase(corev1.PodFailed), corev1.PodFailed, "failed", "degraded", `web \(Failed: exit code 1\)`},
		"evicted":       {"evicted", isPhase(corev1.PodFailed), corev1.PodFailed, "failed", "degraded", `web \(Failed: Evicted\)`},
		"crash loop":    {"crash-loop", isWaiting("CrashLoopBackOff"), corev1.PodRunning, "failed", "degraded", `web \((CrashLoopBackOff|restarted after exit code 1|exit code 1)\)`},
		"no image":      {"image-pull", isWaiting("ImagePullBackOff"), corev1.PodPending, "failed", "degraded", `web \((ImagePullBackOff|ErrImagePull)\)`},
		"root image":    {"config-error", isWaiting("CreateContainerConfigError"), corev1.PodPending, "failed", "degraded", `web \(CreateContainerConfigError\)`},
		"lost":          {"lost", isUnready, corev1.PodRunning, "failed", "degraded", `web \(its node doesn't answer\)`},
		"unschedulable": {"unschedulable", isUnschedulable, corev1.PodPending, "failed", "degraded", `web \(Unschedulable\)`},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			name := acctest.Namespace(t)
			runPod(t, name, "web", c.behavior, c.until)
			reason := seesNothing("status_reason")
			if c.reason != "" {
				reason = reasonLike(c.reason)
			}
			looks(t, name, sees("status", c.alone), reason, counts(map[corev1.PodPhase]int{c.phase: 1}))

			runPod(t, name, "works", "", isReady)
			both := map[corev1.PodPhase]int{c.phase: 1}
			both[corev1.PodRunning]++
			looks(t, name, sees("status", c.besides), reason, counts(both))
		})
	}
}

// An instance that starts, one that was ready and is no more, and one that goes.
func TestAccClusterDataSource_statusFollowsAnInstancesLife(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	name := acctest.Namespace(t)
	pods := acctest.Client(t).CoreV1().Pods(name)
	behave := func(how string) {
		patch := fmt.Sprintf(`{"metadata":{"annotations":{"devcluster.mar.headgym.com/behavior":%q,"devcluster.mar.headgym.com/stop-delay":"20s"}}}`, how)
		if _, err := pods.Patch(t.Context(), "web", "application/merge-patch+json", []byte(patch), metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	runPod(t, name, "web", "not-ready", isUnready)
	looks(t, name, sees("status", "scaling"), reasonLike(`^1 of 1 instance is starting, changing or stopping: web \(starting\)\.$`))
	behave("running")
	awaitPod(t, name, "web", isReady)
	looks(t, name, sees("status", "ready"))
	// Kubernetes' times are in whole seconds.
	awaitLater(t, name, "web")
	behave("not-ready")
	awaitPod(t, name, "web", isUnready)
	looks(t, name, sees("status", "failed"), reasonLike(`^Its only instance doesn't work: web \(not ready any more: ContainersNotReady\)\.$`))
	behave("running")
	awaitPod(t, name, "web", isReady)
	if err := pods.Delete(t.Context(), "web", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	looks(t, name, sees("status", "scaling"), reasonLike(`web \(being deleted\)`))
}

// awaitLater waits for the second after the container's start.
func awaitLater(t *testing.T, namespace, name string) {
	t.Helper()
	awaitPod(t, namespace, name, func(pod *corev1.Pod) bool {
		running := pod.Status.ContainerStatuses[0].State.Running
		return running != nil && metav1.Now().Unix() > running.StartedAt.Unix()
	})
}

// countedQuota makes a quota and waits until Kubernetes has counted what is used of it,
// with every Pod that there is: its first count may have missed the newest.
func countedQuota(t *testing.T, namespace, name string, hard map[corev1.ResourceName]string) {
	t.Helper()
	quotas := acctest.Client(t).CoreV1().ResourceQuotas(namespace)
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{}}}
	for key, amount := range hard {
		quota.Spec.Hard[key] = resourceapi.MustParse(amount)
	}
	if _, err := quotas.Create(t.Context(), quota, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "the quota "+name+" to be counted", func(ctx context.Context) (bool, error) {
		now, err := quotas.Get(ctx, name, metav1.GetOptions{})
		if err != nil || len(now.Status.Used) != len(hard) {
			return false, err
		}
		pods, err := acctest.Client(t).CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		counted, counts := now.Status.Used[corev1.ResourcePods]
		return !counts || counted.Value() == int64(len(pods.Items)), nil
	})
}

// Usage is what the API server counts, of whosever quotas; above one of them is
// degraded, used up isn't.
func TestAccClusterDataSource_usageOfAllQuotas(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	name := acctest.Namespace(t)
	for _, web := range []string{"a", "b"} {
		runPod(t, name, web, "", isReady)
	}
	countedQuota(t, name, "theirs", map[corev1.ResourceName]string{"pods": "2", "count/configmaps": "2", "requests.memory": "4Gi", "services.nodeports": "0"})
	looks(
		t, name, sees("status", "ready"), seesNothing("status_reason"), sees("usage.%", "4"), sees("quota.instances", "2"),
		sees("usage.instances.used", "2"), sees("usage.instances.hard", "2"), sees("usage.instances.percent", "100"),
		sees("usage.count/configmaps.percent", "50"),
		sees("usage.requests_memory.used", "0"), sees("usage.requests_memory.hard", "4Gi"), sees("usage.requests_memory.percent", "0"),
		sees("usage.node_ports.percent", "0"),
		counts(map[corev1.PodPhase]int{corev1.PodRunning: 2}),
	)
	countedQuota(t, name, "tighter", map[corev1.ResourceName]string{"pods": "1", "requests.memory": "8Gi"})
	looks(
		t, name, sees("status", "degraded"), sees("status_reason", "More is used than a quota allows: tighter uses 2 of 1 (pods)."),
		sees("usage.instances.hard", "1"), sees("usage.instances.percent", "200"), sees("usage.requests_memory.hard", "4Gi"),
	)
}

// A stopped instance is a PodTemplate of ours with no Pod of its name.
func TestAccClusterDataSource_countsStoppedInstances(t *testing.T) {
	name := acctest.Namespace(t)
	client := acctest.Client(t)
	for template, labels := range map[string]map[string]string{
		"stopped":  {"app.kubernetes.io/managed-by": "terraform-provider-mar", "instance-id": "stopped"},
		"running":  {"app.kubernetes.io/managed-by": "terraform-provider-mar", "instance-id": "running"},
		"foreign":  {"instance-id": "foreign"},
		"no-names": {"app.kubernetes.io/managed-by": "terraform-provider-mar"},
	} {
		_, err := client.CoreV1().PodTemplates(name).Create(t.Context(), &corev1.PodTemplate{
			ObjectMeta: metav1.ObjectMeta{Name: template, Labels: labels},
			Template:   corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "registry.k8s.io/pause:3.10"}}}},
		}, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	runPod(t, name, "running", "", isReady)
	looks(t, name, sees("status", "ready"), counts(map[corev1.PodPhase]int{corev1.PodRunning: 1, "Stopped": 1}))
}
