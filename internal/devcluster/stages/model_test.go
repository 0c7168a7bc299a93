package stages

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/itchyny/gojq"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/utils/gotpl"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

// machine plays the stages without a cluster.
type machine struct {
	t        *testing.T
	stages   []*internalversion.Stage
	renderer gotpl.Renderer
	queries  map[string]*gojq.Code
}

func newMachine(t *testing.T) machine {
	t.Helper()
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	functions := Functions()
	functions["NodeIPWith"] = func(string) string { return "127.0.0.1" }
	functions["PodIPWith"] = func(string, bool, string, string, string) string { return "10.244.0.1" }
	return machine{
		t:        t,
		stages:   slices.DeleteFunc(all, func(s *internalversion.Stage) bool { return s.Spec.ResourceRef.Kind != "Pod" }),
		renderer: gotpl.NewRenderer(functions),
		queries:  map[string]*gojq.Code{},
	}
}

// eval runs an expression and fails on an error, which KWOK would take for "doesn't match".
func (m machine) eval(expression string, object any) any {
	m.t.Helper()
	code, ok := m.queries[expression]
	if !ok {
		query, err := gojq.Parse(expression)
		if err != nil {
			m.t.Fatalf("%v in %s", err, strings.TrimPrefix(expression, prelude))
		}
		if code, err = gojq.Compile(query); err != nil {
			m.t.Fatalf("%v in %s", err, strings.TrimPrefix(expression, prelude))
		}
		m.queries[expression] = code
	}
	results := code.Run(object)
	value, ok := results.Next()
	if err, isError := value.(error); !ok || isError {
		m.t.Fatalf("%v in %s, of %v", err, strings.TrimPrefix(expression, prelude), object)
	}
	if second, more := results.Next(); more {
		m.t.Fatalf("a second result, %v, of %s", second, strings.TrimPrefix(expression, prelude))
	}
	return value
}

// plain is the Pod as expressions see it.
func (m machine) plain(pod *corev1.Pod) any {
	m.t.Helper()
	data, err := json.Marshal(pod)
	if err != nil {
		m.t.Fatal(err)
	}
	var object any
	if err := json.Unmarshal(data, &object); err != nil {
		m.t.Fatal(err)
	}
	return object
}

// next returns the only stage, besides pod-idle, that wants the Pod, or nil.
func (m machine) next(pod *corev1.Pod) *internalversion.Stage {
	m.t.Helper()
	object := m.plain(pod)
	var wanting []*internalversion.Stage
	for _, stage := range m.stages {
		if stage.Spec.Weight == 0 {
			continue
		}
		value, isBool := m.eval(stage.Spec.Selector.MatchExpressions[0].JQ.Key, object).(bool)
		if !isBool {
			m.t.Fatalf("the selector of %s isn't true or false", stage.Name)
		}
		if value {
			wanting = append(wanting, stage)
		}
	}
	if len(wanting) > 1 {
		var names []string
		for _, stage := range wanting {
			names = append(names, stage.Name)
		}
		status, _ := json.Marshal(pod.Status)
		m.t.Fatalf("%q all want a Pod with %v and the status %s", names, pod.Annotations, status)
	}
	if len(wanting) == 0 {
		return nil
	}
	return wanting[0]
}

// play does what the stage does, and tells whether that changed the Pod.
func (m machine) play(stage *internalversion.Stage, pod *corev1.Pod) (after *corev1.Pod, changed bool) {
	m.t.Helper()
	if delay := stage.Spec.Delay; delay != nil {
		if value, isText := m.eval(delay.DurationFrom.JQ.Expression, m.plain(pod)).(string); !isText {
			m.t.Fatalf("the delay of %s is %v", stage.Name, value)
		}
	}
	after = pod.DeepCopy()
	for _, step := range stage.Spec.Steps {
		switch {
		case step.Patch != nil:
			data, err := m.renderer.ToJSON(step.Patch.Template, pod)
			if err != nil {
				m.t.Fatalf("the template of %s: %v", stage.Name, err)
			}
			after.Status = corev1.PodStatus{}
			if err := json.Unmarshal(data, &after.Status); err != nil {
				m.t.Fatalf("the template of %s gives %s: %v", stage.Name, data, err)
			}
		case step.Apply != nil:
			data, err := m.renderer.ToJSON(step.Apply.Template, pod)
			if err != nil {
				m.t.Fatalf("the template of %s: %v", stage.Name, err)
			}
			var event corev1.Event
			if err := json.Unmarshal(data, &event); err != nil {
				m.t.Fatalf("the template of %s gives %s: %v", stage.Name, data, err)
			}
			if event.Message == "" || event.InvolvedObject.UID != pod.UID {
				m.t.Fatalf("%s tells %+v", stage.Name, event)
			}
		}
	}
	before, _ := json.Marshal(pod.Status)
	now, _ := json.Marshal(after.Status)
	return after, string(before) != string(now)
}

// settle plays stages until nothing changes any more, but no further than a third restart.
func (m machine) settle(pod *corev1.Pod) (*corev1.Pod, []string) {
	m.t.Helper()
	var played []string
	for range 20 {
		stage := m.next(pod)
		if stage == nil || stage.Name == "pod-delete" {
			return pod, played
		}
		played = append(played, stage.Name)
		after, changed := m.play(stage, pod)
		pod = after
		if !changed || (slices.Contains([]string{"pod-crash-loop", "pod-liveness-failed"}, stage.Name) && maxRestarts(pod) >= 3) {
			return pod, played
		}
	}
	m.t.Fatalf("a Pod with %v never comes to rest: %q", pod.Annotations, played)
	return nil, nil
}

func maxRestarts(pod *corev1.Pod) (most int32) {
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		most = max(most, status.RestartCount)
	}
	return most
}

func newPod(policy corev1.RestartPolicy, annotations map[string]string) *corev1.Pod {
	always := corev1.ContainerRestartPolicyAlways
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "n", UID: "u", Generation: 1, Annotations: annotations},
		Spec: corev1.PodSpec{
			NodeName:       "node",
			RestartPolicy:  policy,
			InitContainers: []corev1.Container{{Name: "setup", Image: "setup:1"}, {Name: "sidecar", Image: "sidecar:1", RestartPolicy: &always}},
			Containers:     []corev1.Container{{Name: "app", Image: "app:1", Resources: amounts("1")}, {Name: "other", Image: "other:1"}},
		},
		Status: corev1.PodStatus{
			Phase:      corev1.PodPending,
			Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}},
		},
	}
}

func amounts(cpu string) corev1.ResourceRequirements {
	list := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu)}
	return corev1.ResourceRequirements{Limits: list, Requests: list}
}

func behaviors() []string {
	return []string{
		"", "running", "not-ready", "failed", "succeeded", "crash-loop", "oom-killed", "liveness-failed", "evicted", "image-pull", "config-error", "lost", "nonsense",
	}
}

// Whatever becomes of a Pod, and whatever it is told to become next, no two stages want it, every expression and
// template works, and it comes to rest.
func TestPods_neverTwoStages(t *testing.T) {
	changes := map[string]func(*corev1.Pod){
		"nothing":    func(*corev1.Pod) {},
		"image":      func(p *corev1.Pod) { p.Generation++; p.Spec.Containers[0].Image = "app:2" },
		"bad image":  func(p *corev1.Pod) { p.Generation++; p.Spec.Containers[0].Image = "registry.invalid/app:2" },
		"no image":   func(p *corev1.Pod) { p.Generation++; p.Spec.Containers[0].Image = "App" },
		"resize":     func(p *corev1.Pod) { p.Generation++; p.Spec.Containers[0].Resources = amounts("2") },
		"toleration": func(p *corev1.Pod) { p.Generation++ },
		"deletion": func(p *corev1.Pod) {
			p.DeletionTimestamp, p.DeletionGracePeriodSeconds = new(metav1.Now()), new(int64(30))
		},
	}
	m := newMachine(t)
	for _, tc := range []struct {
		policy  corev1.RestartPolicy
		options map[string]string
		// then is whether the Pod is told to become something else afterwards.
		then bool
	}{
		{corev1.RestartPolicyAlways, nil, true},
		{corev1.RestartPolicyNever, nil, false},
		{corev1.RestartPolicyAlways, map[string]string{"start-delay": "1s"}, false},
		{corev1.RestartPolicyAlways, map[string]string{"start-delay": "1s", "delay": "1s"}, true},
		{corev1.RestartPolicyAlways, map[string]string{"resize": "deferred"}, false},
		{corev1.RestartPolicyAlways, map[string]string{"resize": "infeasible"}, false},
		{corev1.RestartPolicyAlways, map[string]string{"container": "setup"}, false},
		{corev1.RestartPolicyAlways, map[string]string{"container": "sidecar"}, false},
		{corev1.RestartPolicyAlways, map[string]string{"exit-code": "7", "reason": "Custom", "message": "because"}, false},
	} {
		for _, first := range behaviors() {
			fresh, _ := m.settle(newPod(tc.policy, annotated(tc.options, first)))
			for name, change := range changes {
				changed := fresh.DeepCopy()
				change(changed)
				settled, _ := m.settle(changed)
				if name == "deletion" && first != "lost" && settled.Status.Phase != corev1.PodSucceeded && settled.Status.Phase != corev1.PodFailed {
					t.Errorf("a deleted Pod with %v is %s", settled.Annotations, settled.Status.Phase)
				}
				if !tc.then {
					continue
				}
				for _, second := range behaviors() {
					again := settled.DeepCopy()
					again.Annotations = annotated(tc.options, second)
					m.settle(again)
				}
			}
		}
	}
}

func annotated(options map[string]string, behavior string) map[string]string {
	annotations := map[string]string{}
	for key, value := range options {
		annotations[vocabulary.Prefix+key] = value
	}
	if behavior != "" {
		annotations[vocabulary.Behavior] = behavior
	}
	return annotations
}

func TestPods_paths(t *testing.T) {
	m := newMachine(t)
	for name, tc := range map[string]struct {
		policy      corev1.RestartPolicy
		annotations map[string]string
		change      func(*corev1.Pod)
		want        string
	}{
		"healthy":      {want: "pod-start"},
		"slow":         {annotations: map[string]string{"start-delay": "1s"}, want: "pod-create pod-start"},
		"fails":        {annotations: map[string]string{"behavior": "failed"}, want: "pod-failed"},
		"fails later":  {annotations: map[string]string{"behavior": "failed", "delay": "1s"}, want: "pod-start pod-failed"},
		"slow to fail": {annotations: map[string]string{"behavior": "failed", "start-delay": "1s"}, want: "pod-create pod-start pod-failed"},
		"crashes":      {annotations: map[string]string{"behavior": "crash-loop"}, want: "pod-crash-loop pod-crash-loop pod-crash-loop"},
		"is killed": {
			annotations: map[string]string{"behavior": "liveness-failed"},
			want:        "pod-start pod-liveness-failed pod-liveness-failed pod-liveness-failed",
		},
		"is killed once": {policy: corev1.RestartPolicyNever, annotations: map[string]string{"behavior": "liveness-failed"}, want: "pod-start pod-failed"},
		"crashes once":   {policy: corev1.RestartPolicyNever, annotations: map[string]string{"behavior": "oom-killed"}, want: "pod-failed"},
		"not pulled":     {annotations: map[string]string{"behavior": "image-pull"}, want: "pod-image-pull pod-image-back-off"},
		"not ready":      {annotations: map[string]string{"behavior": "not-ready"}, want: "pod-not-ready"},
		"misconfigured":  {annotations: map[string]string{"behavior": "config-error"}, want: "pod-config-error"},
		"bad registry": {
			change: func(p *corev1.Pod) { p.Spec.Containers[0].Image = "registry.invalid/a" },
			want:   "pod-start pod-image-back-off pod-start",
		},
		"bad name": {
			change: func(p *corev1.Pod) { p.Spec.Containers[0].Image = "A" },
			want:   "pod-start pod-invalid-image",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m.t = t
			pod := newPod(tc.policy, map[string]string{})
			for key, value := range tc.annotations {
				pod.Annotations[vocabulary.Prefix+key] = value
			}
			if tc.change != nil {
				tc.change(pod)
			}
			if _, played := m.settle(pod); strings.Join(played, " ") != tc.want {
				t.Errorf("played %q, want %q", strings.Join(played, " "), tc.want)
			}
		})
	}
}

func TestDelays(t *testing.T) {
	m := newMachine(t)
	crashed := newPod(corev1.RestartPolicyAlways, annotated(nil, "crash-loop"))
	var delays []string
	for range 6 {
		stage := m.next(crashed)
		delays = append(delays, fmt.Sprint(m.eval(stage.Spec.Delay.DurationFrom.JQ.Expression, m.plain(crashed))))
		crashed, _ = m.play(stage, crashed)
	}
	if got, want := strings.Join(delays, " "), "0s 250ms 500ms 1000ms 2000ms 4000ms"; got != want {
		t.Errorf("a crash loop waits %s, want %s", got, want)
	}

	for text, want := range map[string]string{"": "0ms", "500ms": "500ms", "1.5s": "1500ms", "soon": "0ms"} {
		pod := newPod(corev1.RestartPolicyAlways, annotated(map[string]string{"stop-delay": text}, ""))
		pod.DeletionTimestamp = new(metav1.NewTime(metav1.Now().Add(1e11)))
		if got := m.eval(prelude+"stop_delay", m.plain(pod)); got != want {
			t.Errorf("stop-delay %q takes %v, want %s", text, got, want)
		}
	}
	pod := newPod(corev1.RestartPolicyAlways, annotated(map[string]string{"stop-delay": "1h"}, ""))
	pod.DeletionTimestamp = new(metav1.NewTime(metav1.Now().Add(-1e11)))
	if got := m.eval(prelude+"stop_delay", m.plain(pod)); got != "0ms" {
		t.Errorf("past the grace period, stop-delay takes %v", got)
	}
}
