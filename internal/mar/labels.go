package mar

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
)

// The labels and annotations with a meaning of MAR's or the provider's own.
const (
	LabelManagedBy = "app.kubernetes.io/managed-by"
	ManagedBy      = "terraform-provider-mar"

	LabelApp        = "app"
	AppValue        = "mar"
	LabelInstanceID = "instance-id"

	LabelRegion = "topology.kubernetes.io/region"

	LabelNamespaceName = "kubernetes.io/metadata.name"

	// AnnotationPrefix begins the keys of the provider's own records.
	AnnotationPrefix = "mar.headgym.com/"

	// AnnotationNonce is a random value that a POST carries, by which its
	// sender knows its own object when the response was lost.
	AnnotationNonce = AnnotationPrefix + "create-nonce"

	// AnnotationSpec is a Pod's spec as the provider sent it, in JSON, compressed where
	// that is large, and left out where it doesn't fit. The live
	// one has a node's name, tokens and injected containers in it, and so is no
	// record to make the Pod anew from.
	AnnotationSpec = AnnotationPrefix + "spec"

	// AnnotationMadeFor says for which resource an object was made that has no
	// other field by which the server knows its maker.
	AnnotationMadeFor = AnnotationPrefix + "made-for"

	// AnnotationStarting is "true" on a PodTemplate that was written on the way to a
	// running Pod: by a create with secrets, a start or a restart. A template without
	// it is an instance that is meant to stay stopped.
	AnnotationStarting = AnnotationPrefix + "starting"

	// AnnotationSecret names on a PodTemplate the Secret that the instance has or is about
	// to have. It is written before that Secret is made, so that one which a killed run has
	// left is found.
	AnnotationSecret = AnnotationPrefix + "secret"

	// AnnotationSecretVersion is the version that a Secret was made for.
	AnnotationSecretVersion = AnnotationPrefix + "secret-env-version"
)

// IsOurs reports whether the provider made the object.
func IsOurs(o metav1.Object) bool { return o.GetLabels()[LabelManagedBy] == ManagedBy }

// IsInstances reports whether the provider made the object for the instance of that
// name.
func IsInstances(o metav1.Object, name string) bool {
	return IsOurs(o) && o.GetLabels()[LabelInstanceID] == name
}

// NewNonce returns a value for AnnotationNonce that no other POST has.
func NewNonce() string { return string(uuid.NewUUID()) }

// RandomSuffix returns what makes a generated name unique: 8 characters, about
// 2·10^11 values, with neither vowels nor look-alikes.
func RandomSuffix() string { return rand.String(8) }

// FieldManager owns, on the server, every field that the provider applies.
const FieldManager = "terraform-provider-mar"
