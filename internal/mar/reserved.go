package mar

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// KeyPlace is a map that a label or annotation is in.
type KeyPlace int

// The maps that a configuration declares keys of.
const (
	NamespaceLabels KeyPlace = iota
	NamespaceAnnotations
	PodLabels
	PodAnnotations
)

// reservedKey is a key, or all that begin with it where it ends in a slash, which a
// configuration can't declare in these places.
type reservedKey struct {
	Key    string
	Places []KeyPlace
	// Why completes "… can't be a label's key: ".
	Why string
}

func (r reservedKey) is(key string) bool {
	return key == r.Key || strings.HasSuffix(r.Key, "/") && strings.HasPrefix(key, r.Key)
}

// reservedKeys are those that the provider, the API server or kubectl write
// themselves, whatever is declared, or let nobody change. There are no others: a
// key that isn't here is written, read and removed like any other.
func reservedKeys() []reservedKey {
	return []reservedKey{
		{AnnotationPrefix, []KeyPlace{NamespaceLabels, NamespaceAnnotations, PodLabels, PodAnnotations}, "the provider keeps its own records under " + AnnotationPrefix},
		{LabelManagedBy, []KeyPlace{NamespaceLabels, PodLabels}, "the provider sets it, to recognize what it manages"},
		{LabelInstanceID, []KeyPlace{NamespaceLabels, PodLabels}, "the provider sets it to the instance's name"},
		{LabelRegion, []KeyPlace{NamespaceLabels}, "set the attribute `region` of the cluster instead"},
		// PodTopologyLabels in plugin/pkg/admission/podtopologylabels.
		{LabelRegion, []KeyPlace{PodLabels}, "Kubernetes sets it on an instance to the region of its node; a cluster has the attribute `region`"},
		{corev1.LabelTopologyZone, []KeyPlace{PodLabels}, "Kubernetes sets it on an instance to the zone of its node; to choose a zone, set `nodeSelector` or `affinity` in `pod`"},
		{LabelNamespaceName, []KeyPlace{NamespaceLabels, PodLabels}, "Kubernetes sets it to the namespace's name"},
		{corev1.LastAppliedConfigAnnotation, []KeyPlace{NamespaceAnnotations, PodAnnotations}, "kubectl records here what it has applied"},
		{"kubernetes.io/limit-ranger", []KeyPlace{PodAnnotations}, "Kubernetes records here what a LimitRange has filled in"},
		// ValidatePodSpecificAnnotationUpdates in pkg/apis/core/validation.
		{corev1.MirrorPodAnnotationKey, []KeyPlace{PodAnnotations}, "Kubernetes sets it on Pods that a node runs on its own, and nobody can change it"},
		{"container.apparmor.security.beta.kubernetes.io/", []KeyPlace{PodAnnotations}, "Kubernetes doesn't allow a change of it; set `apparmor_profile` in `security` instead"},
		// ValidateSeccompPodAnnotations there.
		{"seccomp.security.alpha.kubernetes.io/pod", []KeyPlace{PodAnnotations}, "Kubernetes no longer reads it; set `seccomp_profile` in `security` instead"},
		{"container.seccomp.security.alpha.kubernetes.io/", []KeyPlace{PodAnnotations}, "Kubernetes no longer reads it; set `seccomp_profile` in `security` instead"},
	}
}

// Reserved returns why a key can't be declared in one of the places, nothing where
// it can.
func Reserved(key string, places ...KeyPlace) string {
	for _, reserved := range reservedKeys() {
		if reserved.is(key) && slices.ContainsFunc(places, func(p KeyPlace) bool { return slices.Contains(reserved.Places, p) }) {
			return reserved.Why
		}
	}
	return ""
}

// IsSystemKey reports whether a key in that place was hardly declared by anybody,
// and so is left out where a configuration isn't known: an import or a data source.
// One that is declared is like any other.
func IsSystemKey(place KeyPlace, key string) bool {
	switch {
	case Reserved(key, place) != "":
		return true
	case place == PodLabels:
		return strings.HasPrefix(key, topologyPrefix)
	case place == NamespaceLabels:
		return false
	}
	return key == annotationRestartedAt
}

const (
	// topologyPrefix begins the labels of a node that a server may copy to its Pods.
	topologyPrefix = "topology.kubernetes.io/"
	// annotationRestartedAt is written by kubectl rollout restart.
	annotationRestartedAt = "kubectl.kubernetes.io/restartedAt"
)
