package manifest

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubetypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// secretInfix stands between an instance's name and what makes its Secret's unique.
const secretInfix = "-env-"

// SecretRef is a Secret of an instance: that object, and no namesake.
type SecretRef struct {
	Name string        `json:"name"`
	UID  kubetypes.UID `json:"uid"`
}

// NewSecret holds the values of secret_env_wo. Who changed it would change
// what the instance starts with next time, so nobody can.
func NewSecret(k model.Key, version int64, values map[string]string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: k.Cluster,
			Name:      k.Name + secretInfix + mar.RandomSuffix(),
			Labels:    map[string]string{mar.LabelApp: mar.AppValue, mar.LabelInstanceID: k.Name, mar.LabelManagedBy: mar.ManagedBy},
			Annotations: map[string]string{
				mar.AnnotationNonce:         mar.NewNonce(),
				mar.AnnotationSecretVersion: strconv.FormatInt(version, 10),
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
		if c := &spec.Containers[i]; c.Name == ContainerName {
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

// FoundSecret is what can be known of a Secret without reading its values.
type FoundSecret struct {
	SecretRef
	// Ours is set when it was made for the instance, in that Version.
	Ours    bool
	Version int64
	// Hidden is set where it may not be looked at.
	Hidden bool
}

func FoundSecretOf(secret metav1.Object, instance string) FoundSecret {
	version, err := strconv.ParseInt(secret.GetAnnotations()[mar.AnnotationSecretVersion], 10, 64)
	return FoundSecret{
		SecretRef: SecretRef{Name: secret.GetName(), UID: secret.GetUID()},
		Ours:      err == nil && mar.IsInstances(secret, instance),
		Version:   version,
	}
}

// OwnSecret names the Secret that the instance has all its variables from, if it
// looks like one that was made for it.
func OwnSecret(pod *corev1.Pod, m model.Instance) string { return SecretOf(pod, m.Name.ValueString()) }

func SecretOf(pod *corev1.Pod, instance string) string {
	for _, source := range MainContainer(pod).EnvFrom {
		if source.SecretRef != nil && strings.HasPrefix(source.SecretRef.Name, instance+secretInfix) {
			return source.SecretRef.Name
		}
	}
	return ""
}
