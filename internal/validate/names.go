package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
)

// ClusterName accepts the name of a Namespace that isn't Kubernetes' own.
func ClusterName() validator.String {
	return stringRule{rule{
		what: "a cluster's name",
		says: "lower-case letters, digits and hyphens, at most 63, beginning and ending with a letter or digit; not a namespace of Kubernetes itself",
		faults: func(s string) []string {
			if IsReservedNamespace(s) {
				return []string{"that namespace belongs to Kubernetes itself (default and all that begin with kube-), and MAR leaves it alone"}
			}
			return validation.IsDNS1123Label(s)
		},
	}}
}

// IsReservedNamespace reports whether a namespace is Kubernetes' own.
func IsReservedNamespace(name string) bool {
	return name == "default" || strings.HasPrefix(name, "kube-")
}

// InstanceName accepts a name that is valid for a Pod and as its host name.
func InstanceName() validator.String {
	return stringRule{rule{
		what:   "an instance's name",
		says:   "lower-case letters, digits and hyphens, at most 63, beginning and ending with a letter or digit",
		faults: validation.IsDNS1123Label,
	}}
}

// FieldManager accepts what the API server accepts as the name of a field manager.
func FieldManager() validator.String {
	return stringRule{rule{
		what: "a field manager",
		says: "at most 128 bytes of printable characters",
		faults: func(s string) []string {
			var faults []string
			for _, fault := range metav1validation.ValidateFieldManager(s, nil) {
				faults = append(faults, fault.Detail)
			}
			return faults
		},
	}}
}

// EnvVarNames accepts the names of environment variables. Programs in .NET use colons in them.
func EnvVarNames() validator.Map {
	return keyRule{rule{
		what:   "an environment variable's name",
		says:   "printable ASCII characters, but no equals sign",
		faults: validation.IsRelaxedEnvVarName,
	}}
}

// SecretVariableNames accepts names of variables that are also keys of a Secret.
func SecretVariableNames() validator.Map {
	return keyRule{rule{
		what:   "the name of a variable that is a key of a Secret as well",
		says:   "letters, digits, underscores, hyphens and dots, not beginning with a digit",
		faults: validation.IsEnvVarName,
	}}
}

// PortNames accepts the names of ports (IANA service names).
func PortNames() validator.Map {
	return keyRule{rule{
		what:   "a port's name",
		says:   "at most 15 lower-case letters, digits and hyphens, with at least one letter",
		faults: validation.IsValidPortName,
	}}
}

// ResourceNames accepts the resources that a container can have limits and requests for. Reserved
// maps a refused name to the attribute to use instead.
func ResourceNames(what string, reserved map[string]string) validator.Map {
	return keyRule{rule{
		what:   what,
		says:   "a resource as Kubernetes names it, such as ephemeral-storage or nvidia.com/gpu",
		faults: unreserved(reserved, limitedFaults),
	}}
}

// LimitedResources accepts what a limit range can limit for containers and Pods
// (validateContainerResourceName in pkg/apis/core/validation).
func LimitedResources() validator.Map {
	return keyRule{rule{
		what:   "a key of limits",
		says:   "a resource as Kubernetes names it: cpu, memory, ephemeral-storage, hugepages-<size>, or with its vendor, such as nvidia.com/gpu",
		faults: limitedFaults,
	}}
}

func limitedFaults(s string) []string {
	if faults := validation.IsQualifiedName(s); len(faults) > 0 {
		return faults
	}
	isVendors := strings.Contains(s, "/")
	switch {
	case !isVendors && !slices.Contains([]string{"cpu", "memory", "ephemeral-storage"}, s) && !strings.HasPrefix(s, corev1.ResourceHugePagesPrefix):
		return []string{"a key without a slash must be one of cpu, memory, ephemeral-storage, or hugepages-<size>"}
	case isVendors && !strings.Contains(s, corev1.ResourceDefaultNamespacePrefix) && strings.HasPrefix(s, corev1.DefaultResourceRequestsPrefix):
		return []string{"write the resource itself, " + strings.TrimPrefix(s, corev1.DefaultResourceRequestsPrefix)}
	}
	return nil
}

// isWhole reports whether containers can have only whole numbers of a resource, such as vendors'
// resources (IsIntegerResourceName in pkg/apis/core/helper).
func isWhole(resource string) bool {
	return strings.Contains(resource, "/") && !strings.Contains(resource, corev1.ResourceDefaultNamespacePrefix)
}

// IsShareable reports whether a container's limit of a resource may be above its request: true for
// Kubernetes' own resources except huge pages.
func IsShareable(resource string) bool {
	native := !strings.Contains(resource, "/") || strings.Contains(resource, corev1.ResourceDefaultNamespacePrefix)
	return native && !strings.HasPrefix(resource, corev1.ResourceHugePagesPrefix)
}

func unreserved(reserved map[string]string, faults func(string) []string) func(string) []string {
	return func(s string) []string {
		if instead, ok := reserved[s]; ok {
			return []string{instead}
		}
		return faults(s)
	}
}

// standardResources are the keys that a ResourceQuota counts without a prefix
// (pkg/apis/core/helper.IsStandardQuotaResourceName, which can't be imported).
func standardResources() []string {
	return []string{
		"cpu", "memory", "ephemeral-storage",
		"requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage",
		"limits.cpu", "limits.memory", "limits.ephemeral-storage",
		"pods", "services", "services.nodeports", "services.loadbalancers",
		"resourcequotas", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
	}
}

// isCounted reports whether a ResourceQuota accepts only whole numbers for a key
// (IsIntegerResourceName in pkg/apis/core/helper).
func isCounted(key string) bool {
	if !strings.Contains(key, "/") {
		return slices.Contains([]string{
			"pods", "services", "services.nodeports", "services.loadbalancers",
			"resourcequotas", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
		}, key)
	}
	return !strings.Contains(key, corev1.ResourceDefaultNamespacePrefix) && !strings.HasPrefix(key, corev1.DefaultResourceRequestsPrefix)
}

// QuotaKeys accepts a key of a ResourceQuota's spec.hard. Reserved maps a refused key to the
// attribute to use instead.
func QuotaKeys(reserved map[string]string) validator.Map {
	return keyRule{rule{
		what:   "a quota's key",
		says:   "a key of a ResourceQuota's spec.hard, such as count/jobs.batch, requests.nvidia.com/gpu or gold.storageclass.storage.k8s.io/requests.storage",
		faults: unreserved(reserved, quotaKeyFaults),
	}}
}

func quotaKeyFaults(s string) []string {
	if faults := validation.IsQualifiedName(s); len(faults) > 0 {
		return faults
	}
	hugePages := strings.HasPrefix(s, corev1.ResourceHugePagesPrefix) || strings.HasPrefix(s, corev1.ResourceRequestsHugePagesPrefix)
	if strings.Contains(s, "/") {
		if why := uncounted(s); why != "" {
			return []string{why}
		}
		return nil
	}
	if slices.Contains(standardResources(), s) || hugePages {
		return nil
	}
	return []string{fmt.Sprintf("a key without a slash must be one of %s%s, or hugepages-<size>; others are written as count/<resource>.<group>, requests.<vendor>/<resource> or <class>.storageclass.storage.k8s.io/requests.storage",
		strings.Join(standardResources(), ", "), perhaps(s, standardResources(), ""))}
}
