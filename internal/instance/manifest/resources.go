package manifest

import (
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// ResizePatch is a strategic merge patch, which changes that one container and
// leaves the rest of the list alone. The UID makes it fail on a namesake.
func ResizePatch(pod *corev1.Pod, want Size) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"uid": pod.UID},
		"spec": map[string]any{"containers": []any{map[string]any{
			"name":      MainContainer(pod).Name,
			"resources": corev1.ResourceRequirements{Limits: orNil(want.Limits), Requests: orNil(want.Requests)},
		}}},
	}
}

// ResizedFields are the fields of a container that a resize changes.
func ResizedFields(container string, had, want Size) []fieldpath.Path {
	var fields []fieldpath.Path
	for _, list := range []struct {
		name      string
		had, want corev1.ResourceList
	}{{"limits", had.Limits, want.Limits}, {"requests", had.Requests, want.Requests}} {
		for _, name := range slices.Sorted(maps.Keys(list.want)) {
			if amount := list.want[name]; amount.Cmp(list.had[name]) != 0 {
				fields = append(fields, fieldpath.MakePathOrDie("spec", "containers", fieldpath.KeyByFields("name", container), "resources", list.name, string(name)))
			}
		}
	}
	return fields
}

const (
	CPU    = string(corev1.ResourceCPU)
	Memory = string(corev1.ResourceMemory)
)

// DesiredResources is what a new instance asks for: every limit is requested in
// full unless the requests say otherwise.
func DesiredResources(m model.Instance) corev1.ResourceRequirements {
	limits := DesiredLimits(m)
	requests := maps.Clone(limits)
	maps.Copy(requests, Amounts(m.Requests))
	return corev1.ResourceRequirements{Limits: orNil(limits), Requests: orNil(requests)}
}

func DesiredLimits(m model.Instance) corev1.ResourceList {
	limits := Amounts(m.Limits)
	for name, quantity := range map[corev1.ResourceName]fwtypes.Quantity{corev1.ResourceCPU: m.CPU, corev1.ResourceMemory: m.Memory} {
		if amount, known := AmountOf(quantity); known {
			limits[name] = amount
		}
	}
	return limits
}

// Size is what the main container has of CPU and memory.
type Size struct {
	Limits   corev1.ResourceList `json:"limits,omitempty"`
	Requests corev1.ResourceList `json:"requests,omitempty"`
}

func SizeOf(r corev1.ResourceRequirements) Size {
	return Size{Limits: CPUAndMemory(r.Limits), Requests: CPUAndMemory(r.Requests)}
}

// SpeltAs keeps the spelling of amounts that are the same, for core takes another
// one in what is remembered for drift.
func (s Size) SpeltAs(prior Size) Size {
	if apiequality.Semantic.DeepEqual(s, prior) {
		return prior
	}
	return s
}

func (s Size) Equal(o Size) bool {
	return EqualAmounts(s.Limits, o.Limits) && EqualAmounts(s.Requests, o.Requests)
}

// Lacks reports whether o is without something that s has.
func (s Size) Lacks(o Size) bool {
	return missing(s.Limits, o.Limits) || missing(s.Requests, o.Requests)
}

func missing(have, want corev1.ResourceList) bool {
	for name := range have {
		if _, kept := want[name]; !kept {
			return true
		}
	}
	return false
}

func Amounts(m types.Map) corev1.ResourceList {
	list := corev1.ResourceList{}
	for name, value := range m.Elements() {
		if amount, known := AmountOf(value); known {
			list[corev1.ResourceName(name)] = amount
		}
	}
	return list
}

func AmountOf(value attr.Value) (resource.Quantity, bool) {
	quantity, ok := value.(fwtypes.Quantity)
	if !ok {
		return resource.Quantity{}, false
	}
	return quantity.Known()
}

func CPUAndMemory(list corev1.ResourceList) corev1.ResourceList {
	return filtered(list, func(name string, _ resource.Quantity) bool { return name == CPU || name == Memory })
}

func Others(list corev1.ResourceList) corev1.ResourceList {
	return filtered(list, func(name string, _ resource.Quantity) bool { return name != CPU && name != Memory })
}

func Positive(list corev1.ResourceList) corev1.ResourceList {
	return filtered(list, func(_ string, amount resource.Quantity) bool { return amount.Sign() > 0 })
}

func filtered(list corev1.ResourceList, keep func(string, resource.Quantity) bool) corev1.ResourceList {
	kept := corev1.ResourceList{}
	for name, amount := range list {
		if keep(string(name), amount) {
			kept[name] = amount
		}
	}
	return kept
}

func EqualAmounts(a, b corev1.ResourceList) bool {
	return maps.EqualFunc(a, b, func(x, y resource.Quantity) bool { return x.Cmp(y) == 0 })
}

func orNil(list corev1.ResourceList) corev1.ResourceList {
	if len(list) == 0 {
		return nil
	}
	return list
}
