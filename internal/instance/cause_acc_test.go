package instance_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// fate is what becomes of an instance behind Terraform's back, and what the next
// plan says and does about it.
type fate struct {
	attributes string
	befalls    func(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod) error
	// until is when it has come about.
	until func(*corev1.Pod) bool
	// action is empty where the plan changes nothing, summary where nothing is said.
	action, summary string
	says            []string
	// unseen is the summary where events may not be read, if it is another.
	unseen string
}

func fates() map[string]fate {
	behaves := func(pairs ...string) func(context.Context, *kubernetes.Clientset, *corev1.Pod) error {
		annotations := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			annotations[behavior+pairs[i]] = pairs[i+1]
		}
		return func(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod) error {
			return annotate(ctx, client, pod, annotations)
		}
	}
	failed := phase(corev1.PodFailed)
	return map[string]fate{
		"healthy":  {},
		"stopped":  {attributes: `desired_status = "Stopped"`},
		"finished": {attributes: `restart_policy = "Never"`, befalls: behaves("behavior", "succeeded"), until: phase(corev1.PodSucceeded)},
		"evicted": {
			befalls: behaves("behavior", "evicted"), until: failed,
			action: "replace", summary: "Instance was evicted", says: []string{"on node mar-dev-", "since 20", "Evicted: The node was low on resource: memory", "exit code 137"},
		},
		"evicted_too": {befalls: behaves("behavior", "evicted"), until: failed, action: "replace", summary: "Instance was evicted"},
		"failed": {
			befalls: behaves("behavior", "failed", "exit-code", "3"), until: failed,
			action: "replace", summary: "Instance failed", says: []string{"Error, exit code 3", "Apply replaces it"},
		},
		"kept": {
			attributes: `replace_on = []`, befalls: behaves("behavior", "failed"), until: failed,
			summary: "Instance failed", says: []string{"It stays"},
		},
		"memory": {
			attributes: `restart_policy = "Never"`, befalls: behaves("behavior", "oom-killed"), until: failed,
			action: "replace", summary: "Instance ran out of memory", says: []string{"OOMKilled, exit code 137"},
		},
		"deadline": {
			befalls: behaves("behavior", "evicted", "reason", "DeadlineExceeded", "message", "too long"), until: failed,
			action: "replace", summary: "Instance took longer than it is allowed to", says: []string{"DeadlineExceeded: too long"},
		},
		"crash": {
			befalls: behaves("behavior", "crash-loop"), until: func(pod *corev1.Pod) bool { return pod.Status.ContainerStatuses[0].RestartCount > 2 },
			summary: "Instance keeps ending", says: []string{"container app keeps ending", "Error, exit code 1", "last event: BackOff"},
		},
		"node": {
			befalls: behaves("behavior", "lost"), until: func(pod *corev1.Pod) bool { return !ready(pod) },
			summary: "The instance's node doesn't answer", says: []string{"doesn't answer since 20"},
		},
		"far": {
			attributes: fmt.Sprintf("wait_for = \"None\"\n  pod = { nodeName = %q }", farNode),
			befalls:    losesNode, until: func(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodRunning && !ready(pod) },
			summary: "The instance's node doesn't answer", says: []string{"its node mar-acc-far doesn't answer since", "its node mar-acc-far isn't ready since 20", "NodeStatusUnknown", "last event: NodeNotReady"},
		},
		"homeless": {
			attributes: "wait_for = \"None\"\n  cpu = \"5000\"\n  memory = \"1Gi\"",
			until:      func(pod *corev1.Pod) bool { return len(pod.Status.Conditions) > 0 },
			summary:    "Instance has no node", says: []string{"Unschedulable", "Request less"},
		},
		"gone": {
			befalls: func(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod) error {
				return client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, *metav1.NewDeleteOptions(0))
			},
			action: "create", summary: "Instance is gone", says: []string{"doesn't exist any more"},
		},
		"preempted": {
			befalls: func(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod) error {
				return errors.Join(
					eventAbout(ctx, client, pod, "Preempted", "Preempted by pod 1234 on node mar-dev-1"),
					client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, *metav1.NewDeleteOptions(0)))
			},
			action: "create", summary: "Instance was preempted", says: []string{"Preempted by pod 1234 on node mar-dev-1, at 20"}, unseen: "Instance is gone",
		},
		"leaving": {
			befalls: func(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod) error {
				return errors.Join(behaves("behavior", "lost")(ctx, client, pod), client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{}))
			},
			until:  func(pod *corev1.Pod) bool { return pod.DeletionTimestamp != nil },
			action: "replace", summary: "Instance is being deleted", says: []string{"is being deleted: the deletion was requested at 20"},
		},
		"anew": {
			befalls: func(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod) error {
				anew := pod.DeepCopy()
				anew.ObjectMeta = metav1.ObjectMeta{Name: pod.Name, Labels: pod.Labels, Annotations: pod.Annotations}
				return errors.Join(
					client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, *metav1.NewDeleteOptions(0)),
					create(ctx, client, pod.Namespace, anew))
			},
			until:   phase(corev1.PodRunning),
			summary: "Instance was recreated by something else", says: []string{"kubectl-create created another"},
		},
		"label": {
			befalls: func(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod) error {
				_, err := client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType,
					[]byte(`{"metadata":{"labels":{"instance-id":null,"app.kubernetes.io/managed-by":"Helm"}}}`), metav1.PatchOptions{})
				return err
			},
			action: "update", summary: "Instance lacks labels that the provider needs", says: []string{"app.kubernetes.io/managed-by, instance-id"},
		},
	}
}

// TestAccInstance_plansNameTheCause holds, for each way in which an instance comes
// to grief, that a plan says so once, with the cause, and asks for it only where
// there is something to explain; that without the rights to events and nodes the
// rest is said; and that an apply says nothing twice and mends what it can.
func TestAccInstance_plansNameTheCause(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, client := acctest.Namespace(t), acctest.Client(t)
	makeFarNode(t, client, cluster)
	var asked asked
	proxied := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		asked.note(r)
		return acctest.Pass
	})
	var config strings.Builder
	for _, name := range slices.Sorted(maps.Keys(fates())) {
		fmt.Fprintf(&config, "resource \"mar_instance\" %q {\n  cluster = %q\n  name = %q\n  image = %q\n  %s\n}\n", name, cluster, strings.ReplaceAll(name, "_", "-"), image, fates()[name].attributes)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(proxied + config.String())
	terraform.Must(0, "apply", "-auto-approve")
	uids := map[string]types.UID{}
	for name, f := range fates() {
		pod, err := client.CoreV1().Pods(cluster).Get(t.Context(), strings.ReplaceAll(name, "_", "-"), metav1.GetOptions{})
		if err != nil {
			continue
		}
		uids[name] = pod.UID
		if f.befalls != nil {
			if err := f.befalls(t.Context(), client, pod); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	for name, f := range fates() {
		if f.until != nil {
			acctest.Eventually(t, name+" to come about", func(ctx context.Context) (bool, error) {
				pod, err := client.CoreV1().Pods(cluster).Get(ctx, strings.ReplaceAll(name, "_", "-"), metav1.GetOptions{})
				return err == nil && f.until(pod), err
			})
		}
		for _, text := range f.says {
			if reason, isEvent := strings.CutPrefix(text, "last event: "); isEvent {
				// It is recorded a moment after what it is about.
				acctest.Eventually(t, name+"'s event "+reason, func(ctx context.Context) (bool, error) {
					events, err := client.CoreV1().Events(cluster).List(ctx, metav1.ListOptions{FieldSelector: "reason=" + reason + ",involvedObject.name=" + name})
					return err == nil && len(events.Items) > 0, err
				})
			}
		}
	}

	asked.since()
	said := acctest.Hear(t, terraform.Must(0, "plan", "-json"))
	for name, f := range fates() {
		holds(t, said, name, f.action, f.summary, f.says...)
	}
	about := asked.since()
	for name, f := range fates() {
		uid, known := uids[name]
		if got := about[string(uid)]; known && (got > 0) != (f.summary != "" && name != "label") || got > 1 {
			t.Errorf("%s: the events were asked for %d times", name, got)
		}
	}

	t.Run("grouped by cause", func(t *testing.T) {
		output := terraform.Must(0, "plan", "-no-color", "-target=mar_instance.evicted", "-target=mar_instance.evicted_too")
		if strings.Count(output, "Warning: Instance was evicted") != 1 || !strings.Contains(output, "(and one more similar warning elsewhere)") {
			t.Errorf("got\n%s", output)
		}
	})
	t.Run("a refresh stays quiet about what changes no plan", func(t *testing.T) {
		output, code := terraform.Run("plan", "-refresh-only", "-detailed-exitcode", "-target=mar_instance.crash", "-target=mar_instance.node", "-target=mar_instance.far", "-target=mar_instance.homeless", "-target=mar_instance.healthy")
		if code != 0 || strings.Count(output, "Warning: Instance keeps ending") != 1 {
			t.Errorf("it ended with %d:\n%s", code, output)
		}
	})
	t.Run("without rights", func(t *testing.T) {
		block := acctest.WithRights(t, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"pods", "podtemplates"}, Verbs: []string{"get"}})
		// Whichever is planned first would also be told that it lacks the right to write.
		terraform.Configure(with(block, `plan_validation = "off"`) + config.String())
		said := acctest.Hear(t, terraform.Must(0, "plan", "-json"))
		for name, f := range fates() {
			if f.unseen != "" {
				f.summary, f.says = f.unseen, nil
			}
			f.says = slices.DeleteFunc(f.says, func(text string) bool {
				return strings.HasPrefix(text, "last event") || strings.HasPrefix(text, "its node") || text == "NodeStatusUnknown"
			})
			holds(t, said, name, f.action, f.summary, f.says...)
		}
	})
	t.Run("apply", func(t *testing.T) { applyAll(t, terraform, proxied+config.String(), cluster) })
}

// applyAll applies, which says each thing once, and puts the labels back in place.
func applyAll(t *testing.T, terraform *acctest.CLI, config, cluster string) {
	t.Helper()
	client := acctest.Client(t)
	before, err := client.CoreV1().Pods(cluster).Get(t.Context(), "label", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	leaving, err := client.CoreV1().Pods(cluster).Get(t.Context(), "leaving", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := annotate(t.Context(), client, leaving, map[string]string{behavior + "behavior": "running"}); err != nil {
		t.Fatal(err)
	}
	terraform.Configure(config)
	said := acctest.Hear(t, terraform.Must(0, "apply", "-auto-approve", "-json"))
	for name := range fates() {
		if warnings := said.About("warning", "mar_instance."+name); len(warnings) > 1 {
			t.Errorf("%s is spoken of %d times: %v", name, len(warnings), warnings)
		}
	}
	pod, err := client.CoreV1().Pods(cluster).Get(t.Context(), "label", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		equal("UID", pod.UID, before.UID), equal("instance-id", pod.Labels["instance-id"], "label"),
		equal("managed-by", pod.Labels["app.kubernetes.io/managed-by"], "terraform-provider-mar"),
	); err != nil {
		t.Error(err)
	}
	after := acctest.Hear(t, terraform.Must(0, "plan", "-json", "-detailed-exitcode"))
	for _, name := range []string{"crash", "node", "far", "homeless"} {
		holds(t, after, name, "", fates()[name].summary)
	}
	if len(after.Diagnostics) != 4 {
		t.Errorf("got %v", after.Diagnostics)
	}
}

// asked counts the lists of events by the UID that they are about.
type asked struct {
	mu    sync.Mutex
	about map[string]int
}

func (a *asked) note(r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/events") {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.about == nil {
		a.about = map[string]int{}
	}
	a.about[strings.TrimPrefix(r.URL.Query().Get("fieldSelector"), "involvedObject.uid=")]++
}

func (a *asked) since() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	counts := a.about
	a.about = nil
	return counts
}

func holds(t *testing.T, heard acctest.Heard, name, action, summary string, says ...string) {
	t.Helper()
	if got := heard.Actions["mar_instance."+name]; got != action {
		t.Errorf("%s: planned is %q, want %q", name, got, action)
	}
	warnings := heard.About("warning", "mar_instance."+name)
	if summary == "" {
		if len(warnings) > 0 {
			t.Errorf("%s: said %v", name, warnings)
		}
		return
	}
	if len(warnings) != 1 || warnings[0].Summary != summary {
		t.Errorf("%s: said %q, want %q once", name, warnings, summary)
		return
	}
	for _, text := range says {
		if !strings.Contains(warnings[0].Detail, text) {
			t.Errorf("%s: %q isn't in %q", name, text, warnings[0].Detail)
		}
	}
}

func annotate(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod, annotations map[string]string) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}

func eventAbout(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod, reason, message string) error {
	_, err := client.CoreV1().Events(pod.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: pod.Name + ".", Namespace: pod.Namespace},
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
		Type:           corev1.EventTypeNormal, Reason: reason, Message: message,
		FirstTimestamp: metav1.Now(), LastTimestamp: metav1.Now(), Count: 1,
	}, metav1.CreateOptions{})
	return err
}

func ready(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// farNode is a node that nobody plays, so that it is lost as soon as it has been
// heard of once.
const farNode = "mar-acc-far"

func makeFarNode(t *testing.T, client *kubernetes.Clientset, cluster string) {
	t.Helper()
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: farNode}, Spec: corev1.NodeSpec{Unschedulable: true}}
	if _, err := client.CoreV1().Nodes().Create(t.Context(), node, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.CoreV1().Nodes().Delete(context.Background(), farNode, metav1.DeleteOptions{})
		_ = client.CoreV1().Pods(cluster).Delete(context.Background(), "far", *metav1.NewDeleteOptions(0))
	})
}

// losesNode has the Pod run on a node that is heard of once and then no more; the
// rest is the work of the node's controller.
func losesNode(ctx context.Context, client *kubernetes.Clientset, pod *corev1.Pod) error {
	_, podErr := client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType,
		[]byte(`{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"},{"type":"ContainersReady","status":"True"}]}}`), metav1.PatchOptions{}, "status")
	now := metav1.Now().UTC().Format("2006-01-02T15:04:05Z")
	_, nodeErr := client.CoreV1().Nodes().Patch(ctx, farNode, types.StrategicMergePatchType,
		fmt.Appendf(nil, `{"status":{"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","message":"","lastHeartbeatTime":%[1]q,"lastTransitionTime":%[1]q}]}}`, now), metav1.PatchOptions{}, "status")
	return errors.Join(podErr, nodeErr)
}
