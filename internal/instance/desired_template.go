package instance

import (
	"context"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubetypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// parts are what an instance is made of.
type parts struct {
	Pod *corev1.Pod
	// Make is a Secret yet to be made, Keep the one that the instance has. The
	// Pod uses one of them, if any.
	Make *corev1.Secret
	Keep *secretRef
	// Dropped are the keys that the configuration no longer declares.
	Dropped kube.Keys
	// Drop is a Secret that nothing uses any more once the move is over.
	Drop *secretRef
}

// partsOf are the parts that a plan means. Had is the version of the Secret that
// the instance has, null where it has none.
func partsOf(ctx context.Context, plan, config resourceModel, had types.Int64, rec record) (parts, diag.Diagnostics) {
	var p parts
	how := rec.making()
	how.Nonce = kube.NewNonce()
	version := plan.SecretEnvVersion
	switch {
	case rec.Secret != nil && !version.IsNull() && version.Equal(had):
		p.Keep = rec.Secret
	case !version.IsNull():
		p.Make = desiredSecret(plan.key(), version.ValueInt64(), fw.StringMap(config.SecretEnv))
		p.Drop, how.Secret = rec.Secret, p.Make.Name
	default:
		p.Drop, how.Secret = rec.Secret, ""
	}
	var diags diag.Diagnostics
	p.Pod, diags = desired(ctx, declared(plan.model, config.model), how)
	return p, diags
}

// templateOf is what an instance without a Pod is kept as, one that is stopped or
// one that is starting. It is labelled as its Pod, so that who selects instances
// finds the stopped ones among the templates.
func templateOf(pod *corev1.Pod, starting bool) *corev1.PodTemplate {
	annotations := map[string]string{}
	for key, value := range pod.Annotations {
		if key != kube.AnnotationNonce && key != kube.AnnotationSpec {
			annotations[key] = value
		}
	}
	return &corev1.PodTemplate{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: pod.Namespace,
			Name:      pod.Name,
			Labels:    pod.Labels,
			Annotations: map[string]string{
				kube.AnnotationNonce:    pod.Annotations[kube.AnnotationNonce],
				kube.AnnotationStarting: strconv.FormatBool(starting),
				kube.AnnotationSecret:   secretOf(pod, pod.Name),
			},
		},
		Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: pod.Labels, Annotations: annotations},
			Spec:       pod.Spec,
		},
	}
}

// sameMaking reports whether two Pods would be made alike, but for words that mean the same.
func sameMaking(a, b *corev1.Pod) bool {
	one, other := templateOf(a, false).Template, templateOf(b, false).Template
	return equality.Semantic.DeepEqual(one.ObjectMeta, other.ObjectMeta) && podspec.Same(one.Spec, other.Spec)
}

// secretInfix stands between an instance's name and what makes its Secret's unique.
const secretInfix = "-env-"

// secretRef is a Secret of an instance: that object, and no namesake.
type secretRef struct {
	Name string        `json:"name"`
	UID  kubetypes.UID `json:"uid"`
}

// desiredSecret holds the values of secret_env_wo. Who changed it would change
// what the instance starts with next time, so nobody can.
func desiredSecret(k key, version int64, values map[string]string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: k.Cluster,
			Name:      k.Name + secretInfix + kube.RandomSuffix(),
			Labels:    map[string]string{kube.LabelApp: kube.AppValue, kube.LabelInstanceID: k.Name, kube.LabelManagedBy: kube.ManagedBy},
			Annotations: map[string]string{
				kube.AnnotationNonce:         kube.NewNonce(),
				kube.AnnotationSecretVersion: strconv.FormatInt(version, 10),
			},
		},
		Type:       corev1.SecretTypeOpaque,
		Immutable:  ptr.To(true),
		StringData: values,
	}
}

// withSecret makes every key of the Secret a variable of the main container,
// after what else that takes its variables from: the last one counts.
func withSecret(spec corev1.PodSpec, secret string) corev1.PodSpec {
	if secret == "" {
		return spec
	}
	for i := range spec.Containers {
		if c := &spec.Containers[i]; c.Name == containerName {
			c.EnvFrom = append(slices.Clone(c.EnvFrom), corev1.EnvFromSource{
				SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: secret}},
			})
		}
	}
	return spec
}

// withoutSecret undoes withSecret.
func withoutSecret(spec corev1.PodSpec, secret string) corev1.PodSpec {
	without := *spec.DeepCopy()
	for i := range without.Containers {
		c := &without.Containers[i]
		c.EnvFrom = slices.DeleteFunc(c.EnvFrom, func(source corev1.EnvFromSource) bool {
			return source.SecretRef != nil && source.SecretRef.Name == secret && source.Prefix == ""
		})
		if len(c.EnvFrom) == 0 {
			c.EnvFrom = nil
		}
	}
	return without
}
