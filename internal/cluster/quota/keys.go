package quota

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Key joins a key of a ResourceQuota's spec.hard to the attribute of quota
// that holds it.
type Key struct {
	Key       corev1.ResourceName
	Attribute string
	// Counts is set for numbers of objects; the others are amounts.
	Counts bool
	// Says describes the attribute in the documentation.
	Says string
}

// Keys are the keys with an attribute of their own; others go into extra. A
// plain cpu or memory means requests to Kubernetes, so keys are written in full.
func Keys() []Key {
	return []Key{
		{Key: corev1.ResourceLimitsCPU, Attribute: "cpu", Says: "Sum of all CPU limits in cores, such as `16` or `500m` (`limits.cpu`)."},
		{Key: corev1.ResourceLimitsMemory, Attribute: "memory", Says: "Sum of all memory limits in bytes, such as `64Gi` (`limits.memory`)."},
		{Key: corev1.ResourceRequestsCPU, Attribute: "requests_cpu", Says: "Sum of all CPU requests in cores, such as `8` (`requests.cpu`)."},
		{Key: corev1.ResourceRequestsMemory, Attribute: "requests_memory", Says: "Sum of all memory requests in bytes, such as `32Gi` (`requests.memory`)."},
		{Key: corev1.ResourceLimitsEphemeralStorage, Attribute: "ephemeral_storage", Says: "Sum of all limits of node-local scratch space in bytes, such as `100Gi` (`limits.ephemeral-storage`)."},
		{Key: corev1.ResourceRequestsStorage, Attribute: "storage", Says: "Sum of the sizes of all volumes (PersistentVolumeClaims) in bytes, such as `1Ti` (`requests.storage`)."},
		{Key: corev1.ResourcePods, Attribute: "instances", Counts: true, Says: "Number of instances (Pods) that haven't finished."},
		{Key: corev1.ResourceServices, Attribute: "services", Counts: true, Says: "Number of Services."},
		{Key: corev1.ResourceServicesLoadBalancers, Attribute: "load_balancers", Counts: true, Says: "Number of Services of type LoadBalancer."},
		{Key: corev1.ResourceServicesNodePorts, Attribute: "node_ports", Counts: true, Says: "Number of node ports of Services."},
		{Key: corev1.ResourcePersistentVolumeClaims, Attribute: "volumes", Counts: true, Says: "Number of volumes (PersistentVolumeClaims)."},
		{Key: corev1.ResourceConfigMaps, Attribute: "config_maps", Counts: true, Says: "Number of ConfigMaps. Kubernetes itself puts one into each cluster."},
		{Key: corev1.ResourceSecrets, Attribute: "secrets", Counts: true, Says: "Number of Secrets."},
	}
}

func Types() map[string]attr.Type {
	all := map[string]attr.Type{"extra": child.AmountsType()}
	for _, k := range Keys() {
		if k.Counts {
			all[k.Attribute] = types.Int64Type
		} else {
			all[k.Attribute] = fwtypes.QuantityType{}
		}
	}
	return all
}

// insteadOfExtra says for each key that extra must not have what to use instead.
func insteadOfExtra() map[string]string {
	instead := map[string]string{}
	for _, k := range Keys() {
		instead[string(k.Key)] = "use the attribute `" + k.Attribute + "`"
	}
	return instead
}

// shortKeys are the keys that mean requests to Kubernetes, by the attributes for
// these.
func shortKeys() map[string]string {
	return map[string]string{"cpu": "requests_cpu", "memory": "requests_memory"}
}

// InFull spells out a plain cpu or memory, which mean requests, unless the quota
// has the full key too.
func InFull(key corev1.ResourceName, hard corev1.ResourceList) corev1.ResourceName {
	full := map[corev1.ResourceName]corev1.ResourceName{
		corev1.ResourceCPU:    corev1.ResourceRequestsCPU,
		corev1.ResourceMemory: corev1.ResourceRequestsMemory,
	}[key]
	if _, both := hard[full]; full == "" || both {
		return key
	}
	return full
}
