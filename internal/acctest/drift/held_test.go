package drift_test

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// uid is where held has whether it is still the same Namespace or Pod.
const uid = "UID"

var (
	uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	// nonce is what a request carried only to be known again.
	nonce = regexp.MustCompile(`("mar.headgym.com/create-nonce":)?"` + uuid.String() + `",?`)
)

// held is what the server has of a row's resource: of a cluster its Namespace and
// children, of an instance its Pod, its template and its Secrets' values.
func (a *actor) held(ctx context.Context) (map[string]string, error) {
	if a.of == cluster {
		all, err := acctest.Snapshot(ctx, a.client, a.cluster)
		if apierrors.IsNotFound(err) {
			return map[string]string{}, nil
		}
		if err != nil {
			return nil, err
		}
		namespace := all["Namespace/"+a.cluster]
		all[uid] = uuid.FindString(namespace)
		all["Namespace/"+a.cluster] = nonce.ReplaceAllString(namespace, "")
		return all, nil
	}
	all := map[string]string{}
	pod, err := a.pod(ctx)
	if err == nil {
		all[uid] = string(pod.UID)
		// The scheduler notes the node's zone.
		maps.DeleteFunc(pod.Labels, func(key, _ string) bool { return strings.HasPrefix(key, "topology.kubernetes.io/") })
		all["Pod"], err = written(pod.Labels, pod.Annotations, specOf(pod.Spec))
	}
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, err
	}
	template, err := a.client.CoreV1().PodTemplates(a.cluster).Get(ctx, a.name, metav1.GetOptions{})
	if err == nil {
		all["PodTemplate"], err = written(template.Labels, template.Annotations, template.Template)
	}
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, err
	}
	return all, nil
}

// specOf is a Pod's spec without what each Pod has of its own: its node, and the
// random name of its token's volume.
func specOf(spec corev1.PodSpec) corev1.PodSpec {
	spec = *spec.DeepCopy()
	spec.NodeName = ""
	isToken := func(name string) bool { return strings.HasPrefix(name, "kube-api-access-") }
	spec.Volumes = slices.DeleteFunc(spec.Volumes, func(v corev1.Volume) bool { return isToken(v.Name) })
	for _, containers := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
		for i := range containers {
			c := &containers[i]
			c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return isToken(m.Name) })
		}
	}
	return spec
}

// written leaves out the annotations by which rows steer Pods, and the nonce.
func written(labels, annotations map[string]string, rest any) (string, error) {
	annotations = maps.Clone(annotations)
	maps.DeleteFunc(annotations, func(key, _ string) bool {
		return strings.HasPrefix(key, behavior) || key == "mar.headgym.com/create-nonce"
	})
	text, err := yaml.Marshal([]any{labels, annotations, rest})
	return string(text), err
}
