package drift_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// behavior begins the annotations that choose what becomes of a Pod on the
// embedded cluster.
const behavior = "devcluster.mar.headgym.com/"

func (o outside) pod(ctx context.Context) (*corev1.Pod, error) {
	return o.client.CoreV1().Pods(o.cluster).Get(ctx, o.name, metav1.GetOptions{})
}

// awaits waits until the Pod is so.
func awaits(what string, is func(*corev1.Pod) bool) change {
	return func(ctx context.Context, o outside) error {
		return o.until(ctx, "Pod {name} to be "+what, func(ctx context.Context) (bool, error) {
			pod, err := o.pod(ctx)
			return err == nil && is(pod), err
		})
	}
}

func phase(is corev1.PodPhase) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool { return pod.Status.Phase == is }
}

// plays has the Pod behave so: pairs of the annotations' names and values.
func plays(pairs ...string) change {
	annotations := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		annotations[behavior+pairs[i]] = pairs[i+1]
	}
	text, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	if err != nil {
		panic(err)
	}
	return patch("pods/{name}", string(text))
}

// ends has the Pod end so.
func ends(pairs ...string) change {
	return then(plays(pairs...), awaits("ended", phase(corev1.PodFailed)))
}

// annotated declares what a Pod does, from its creation on.
func annotated(pairs ...string) string {
	var list []string
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, fmt.Sprintf("%q = %q", behavior+pairs[i], pairs[i+1]))
	}
	return "annotations = { " + strings.Join(list, ", ") + " }"
}

// remakes replaces the Pod by hand with an edited copy of it, which has all its
// labels and annotations, on the same node, and waits until that runs.
func remakes(edit func(*corev1.Pod)) change {
	return func(ctx context.Context, o outside) error {
		pod, err := o.pod(ctx)
		if err != nil {
			return err
		}
		if err := deletes("pods/{name}")(ctx, o); err != nil {
			return err
		}
		pod.ObjectMeta = metav1.ObjectMeta{Name: o.name, Labels: pod.Labels, Annotations: pod.Annotations}
		pod.Status = corev1.PodStatus{}
		edit(pod)
		if _, err := o.client.CoreV1().Pods(o.cluster).Create(ctx, pod, metav1.CreateOptions{FieldManager: "kubectl-create"}); err != nil {
			return err
		}
		return awaits("running", phase(corev1.PodRunning))(ctx, o)
	}
}

func app(pod *corev1.Pod) *corev1.Container { return &pod.Spec.Containers[0] }

// template is as what an instance is kept while it is stopped: with the spec that
// it carries as it was sent.
func (o outside) template(ctx context.Context) (*corev1.PodTemplate, error) {
	pod, err := o.pod(ctx)
	if err != nil {
		return nil, err
	}
	template := &corev1.PodTemplate{ObjectMeta: metav1.ObjectMeta{Name: o.name, Labels: pod.Labels}}
	template.Template.Labels = pod.Labels
	return template, json.Unmarshal([]byte(pod.Annotations["mar.headgym.com/spec"]), &template.Template.Spec)
}

// leavesTemplate is what a start that breaks off leaves.
func leavesTemplate(ctx context.Context, o outside) error {
	template, err := o.template(ctx)
	if err != nil {
		return err
	}
	_, err = o.client.CoreV1().PodTemplates(o.cluster).Create(ctx, template, metav1.CreateOptions{})
	return err
}

// stops stops the instance past Terraform, as an action does.
func stops(ctx context.Context, o outside) error {
	return then(leavesTemplate, deletes("pods/{name}"))(ctx, o)
}

// starts starts it, as an action does.
func starts(ctx context.Context, o outside) error {
	template, err := o.client.CoreV1().PodTemplates(o.cluster).Get(ctx, o.name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	pod := &corev1.Pod{ObjectMeta: *template.Template.ObjectMeta.DeepCopy(), Spec: template.Template.Spec}
	pod.Name = o.name
	if _, err := o.client.CoreV1().Pods(o.cluster).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		return err
	}
	return then(deletes("podtemplates/{name}"), awaits("running", phase(corev1.PodRunning)))(ctx, o)
}
