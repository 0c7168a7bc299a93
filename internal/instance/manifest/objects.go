package manifest

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Objects are what an instance is made of.
type Objects struct {
	Pod *corev1.Pod
	// Make is a Secret yet to be made, Keep the one that the instance has. The
	// Pod uses one of them, if any.
	Make *corev1.Secret
	Keep *SecretRef
	// Dropped are the keys that the configuration no longer declares.
	Dropped kube.Keys
	// Drop is a Secret that nothing uses any more once the move is over.
	Drop *SecretRef
}
