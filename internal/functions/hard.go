package functions

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// counted maps the attributes of a cluster's quota that instances use to their keys in Kubernetes.
func counted() map[string]corev1.ResourceName {
	return map[string]corev1.ResourceName{
		"cpu":               corev1.ResourceLimitsCPU,
		"memory":            corev1.ResourceLimitsMemory,
		"requests_cpu":      corev1.ResourceRequestsCPU,
		"requests_memory":   corev1.ResourceRequestsMemory,
		"ephemeral_storage": corev1.ResourceLimitsEphemeralStorage,
		"instances":         corev1.ResourcePods,
	}
}

// uncounted are the attributes whose use instances don't show.
func uncounted() []string {
	return []string{"storage", "services", "load_balancers", "node_ports", "volumes", "config_maps", "secrets"}
}

const extra = "extra"

// hard is what a quota limits, by Kubernetes' keys.
type hard struct {
	limits corev1.ResourceList
	// unknown are the keys whose limit isn't known yet; there may be none.
	unknown map[corev1.ResourceName]bool
	// allUnknown is set if not even the keys are known.
	allUnknown bool
}

// attributeOf returns the name of a key in a quota: an attribute, or the key itself.
func attributeOf(key corev1.ResourceName) string {
	for name, k := range counted() {
		if k == key {
			return name
		}
	}
	return string(key)
}

// hardOf reads an object like a mar_cluster's quota. Null limits nothing.
func hardOf(quota attr.Value) (hard, error) {
	h := hard{limits: corev1.ResourceList{}, unknown: map[corev1.ResourceName]bool{}}
	if isNull(quota) {
		return h, nil
	}
	if isUnknown(quota) {
		h.allUnknown = true
		return h, nil
	}
	members, ok := membersOf(quota)
	if !ok {
		return h, fmt.Errorf("it must be an object like the quota of a mar_cluster, such as { cpu = \"16\", instances = 20 }, but is %s", kindOf(quota))
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		key, isCounted := counted()[name]
		switch {
		case isCounted:
			if err := h.add(key, members[name]); err != nil {
				return h, fmt.Errorf("%s: %w", name, err)
			}
		case name == extra:
			if err := h.addExtra(members[name]); err != nil {
				return h, fmt.Errorf("%s%w", extra, err)
			}
		case !slices.Contains(uncounted(), name):
			known := append(slices.Sorted(maps.Keys(counted())), uncounted()...)
			return h, fmt.Errorf("a quota has no attribute %s; it has %s and %s", name, strings.Join(known, ", "), extra)
		}
	}
	return h, nil
}

func (h *hard) addExtra(values attr.Value) error {
	if isNull(values) {
		return nil
	}
	if isUnknown(values) {
		h.allUnknown = true
		return nil
	}
	members, ok := membersOf(values)
	if !ok {
		return fmt.Errorf(": it must be a map of quantities, but is %s", kindOf(values))
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if err := h.add(corev1.ResourceName(key), members[key]); err != nil {
			return fmt.Errorf("[%q]: %w", key, err)
		}
	}
	return nil
}

func (h *hard) add(key corev1.ResourceName, value attr.Value) error {
	switch {
	case isNull(value):
		return nil
	case isUnknown(value):
		h.unknown[key] = true
		return nil
	}
	amount, err := amountOf(value)
	if err != nil {
		return err
	}
	h.limits[key] = amount
	return nil
}

// amountOf reads a limit or a request. An amount that the provider would refuse is an error.
func amountOf(value attr.Value) (resource.Quantity, error) {
	text, err := textOf(value)
	if err != nil {
		return resource.Quantity{}, err
	}
	return fwtypes.ParseQuantity(text)
}
