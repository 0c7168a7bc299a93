package drift_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// addsToleration adds to the list, for others may not take anything from it.
func addsToleration(ctx context.Context, o outside) error {
	pod, err := o.pod(ctx)
	if err != nil {
		return err
	}
	pod.Spec.Tolerations = append(pod.Spec.Tolerations, corev1.Toleration{Key: "example.com/theirs", Operator: corev1.TolerationOpExists})
	_, err = o.client.CoreV1().Pods(o.cluster).Update(ctx, pod, metav1.UpdateOptions{})
	return err
}

// mutates has the API server itself change every Pod of the cluster on its way
// in, as the webhooks of meshes and registries do, by JSON patches or by objects
// that are merged. It waits until that is at work.
func mutates(expressions ...string) change {
	mutations := []map[string]any{}
	for _, e := range append(expressions, `JSONPatch{op: "add", path: "/metadata/labels/injected", value: "yes"}`) {
		if strings.HasPrefix(e, "JSONPatch") {
			mutations = append(mutations, map[string]any{"patchType": "JSONPatch", "jsonPatch": map[string]any{"expression": "[" + e + "]"}})
		} else {
			mutations = append(mutations, map[string]any{"patchType": "ApplyConfiguration", "applyConfiguration": map[string]any{"expression": e}})
		}
	}
	policy, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"name": "{cluster}"},
		"spec": map[string]any{
			"matchConstraints": map[string]any{"resourceRules": []map[string]any{{
				"operations": []string{"CREATE"}, "apiGroups": []string{""}, "apiVersions": []string{"v1"}, "resources": []string{"pods"},
			}}},
			"failurePolicy": "Fail", "reinvocationPolicy": "Never", "mutations": mutations,
		},
	})
	if err != nil {
		panic(err)
	}
	return then(
		makes("mutatingadmissionpolicies", string(policy)),
		makes("mutatingadmissionpolicybindings", `
metadata: {name: "{cluster}"}
spec: {policyName: "{cluster}", matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "{cluster}"}}}}
`),
		func(ctx context.Context, o outside) error {
			var said error
			if err := o.until(ctx, "the admission policy to be at work", func(ctx context.Context) (bool, error) {
				made, err := o.client.CoreV1().Pods(o.cluster).Create(ctx, &corev1.Pod{
					ObjectMeta: metav1.ObjectMeta{Name: "probe", Labels: map[string]string{"a": "b"}, Annotations: map[string]string{"a": "b"}},
					Spec: corev1.PodSpec{Containers: []corev1.Container{{
						Name: "app", Image: image, Env: []corev1.EnvVar{{Name: "A"}}, VolumeMounts: []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
					}}, Volumes: []corev1.Volume{{Name: "tmp"}}},
				}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
				said = err
				return err == nil && made.Labels["injected"] == "yes", nil
			}); err != nil {
				return errors.Join(err, said)
			}
			return nil
		},
	)
}

// finds looks at the Pod once it is made: a policy that does nothing would show
// nothing.
func finds(what string, look func(*corev1.Pod) bool) change {
	return func(ctx context.Context, o outside) error {
		pod, err := o.pod(ctx)
		if err != nil {
			return err
		}
		return errors.Join(equal(what, look(pod), true), equal("the label", pod.Labels["injected"], "yes"))
	}
}

func silentAdmission() table {
	const declares = `env = { A = "1" }
  annotations = { a = "1" }
  volumes = { tmp = { mount_path = "/tmp", empty_dir = "Disk" } }`
	return table{
		title: "No drift: what admission policies and webhooks do to instances", of: instance,
		intro: "What a policy of the cluster adds to Pods is its own. What it makes of something declared counts as declared: the apply that made the instance warned of it.",
		rows: []row{
			{
				happens: "a policy adds a label and a sidecar", config: declares, plan: silent(),
				given:  mutates(`JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{name: "sidecar", image: "registry.k8s.io/pause:3.10"}}`),
				change: finds("the sidecar", func(pod *corev1.Pod) bool { return len(pod.Spec.Containers) == 2 }),
			},
			{
				happens: "a policy adds an init container", config: declares, plan: silent(),
				given:  mutates(`Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: "setup", image: "registry.k8s.io/pause:3.10"}]}}`),
				change: finds("the init container", func(pod *corev1.Pod) bool { return len(pod.Spec.InitContainers) == 1 }),
			},
			{
				happens: "a policy adds a volume, and mounts it", config: declares, plan: silent(),
				given: mutates(
					`JSONPatch{op: "add", path: "/spec/volumes/-", value: Object.spec.volumes{name: "mesh", emptyDir: Object.spec.volumes.emptyDir{}}}`,
					`JSONPatch{op: "add", path: "/spec/containers/0/volumeMounts/-", value: Object.spec.containers.volumeMounts{name: "mesh", mountPath: "/mesh"}}`,
				),
				change: finds("the mount", func(pod *corev1.Pod) bool { return len(app(pod).VolumeMounts) == 2 }),
			},
			{
				happens: "a policy adds variables", config: declares, plan: silent(),
				given: mutates(
					`JSONPatch{op: "add", path: "/spec/containers/0/env/-", value: Object.spec.containers.env{name: "INJECTED", value: "yes"}}`,
					`JSONPatch{op: "add", path: "/spec/containers/0/env/0", value: Object.spec.containers.env{name: "FIRST", value: "yes"}}`,
				),
				change: finds("the variables", func(pod *corev1.Pod) bool { return len(app(pod).Env) == 3 }),
			},
			{
				happens: "a policy adds a toleration", config: declares, plan: silent(),
				given: mutates(
					`JSONPatch{op: "add", path: "/spec/tolerations/0", value: Object.spec.tolerations{key: "dedicated", operator: "Exists"}}`,
				),
				change: finds("the toleration", func(pod *corev1.Pod) bool {
					return pod.Spec.Tolerations[0].Key == "dedicated"
				}),
			},
			{
				happens: "a policy adds an annotation", config: declares, plan: silent(),
				given:  mutates(`JSONPatch{op: "add", path: "/metadata/annotations/mesh.example.com~1status", value: "injected"}`),
				change: finds("the annotation", func(pod *corev1.Pod) bool { return pod.Annotations["mesh.example.com/status"] == "injected" }),
			},
			{
				happens: "a policy takes the image from another registry", config: declares, plan: silent(),
				given:  mutates(`JSONPatch{op: "replace", path: "/spec/containers/0/image", value: "mirror.example.com/pause:3.10"}`),
				change: finds("the image", func(pod *corev1.Pod) bool { return app(pod).Image == "mirror.example.com/pause:3.10" }),
			},
			{
				happens: "a policy rewrites health checks, as meshes do", config: declares + "\n  " + `health_checks = { liveness = { http_path = "/healthz", http_port = 8080 } }`, plan: silent(),
				given:  mutates(`JSONPatch{op: "add", path: "/spec/containers/0/livenessProbe", value: Object.spec.containers.livenessProbe{httpGet: Object.spec.containers.livenessProbe.httpGet{path: "/app-health/app/livez", port: 15020}}}`),
				change: finds("the health check", func(pod *corev1.Pod) bool { return app(pod).LivenessProbe.HTTPGet.Path == "/app-health/app/livez" }),
			},
		},
	}
}
