package validation

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// Size refuses what no API server can keep. It counts texts alone, and so
// finds no more than there is.
func Size(m model.Instance) diag.Diagnostics {
	var diags diag.Diagnostics
	if noted := bytesOf(m.Annotations); noted > manifest.AnnotationsLimit {
		diags.AddAttributeError(path.Root("annotations"), "Annotations too large",
			fmt.Sprintf("The annotations have %d bytes, keys and values together. Kubernetes takes %d in all. Put the rest into a ConfigMap.", noted, manifest.AnnotationsLimit))
	}
	all, most, largest := 0, 0, ""
	for _, part := range []struct {
		attribute string
		value     attr.Value
	}{
		{"env", m.Env},
		{"args", m.Args},
		{"command", m.Command},
		{"pod", m.Pod},
		{"annotations", m.Annotations},
		{"volumes", m.Volumes},
		{"health_checks", m.HealthChecks},
		{"env_value_from", m.EnvValueFrom},
	} {
		size := bytesOf(part.value)
		if all += size; size > most {
			most, largest = size, part.attribute
		}
	}
	if all > manifest.ObjectLimit {
		diags.AddAttributeError(path.Root(largest), "Instance too large",
			fmt.Sprintf("The instance has %d bytes of text; `%s` alone has %d. Kubernetes stores objects of at most %d bytes. Put large texts into a ConfigMap or Secret, and mount it with `volumes`.", all, largest, most, manifest.ObjectLimit))
	}
	return diags
}

// bytesOf counts the texts and keys of a value.
func bytesOf(value attr.Value) int {
	size := 0
	switch v := value.(type) {
	case types.String:
		return len(v.ValueString())
	case types.Dynamic:
		if v.UnderlyingValue() != nil {
			return bytesOf(v.UnderlyingValue())
		}
	case basetypes.MapValue:
		for key, element := range v.Elements() {
			size += len(key) + bytesOf(element)
		}
	case basetypes.ObjectValue:
		for _, element := range v.Attributes() {
			size += bytesOf(element)
		}
	case interface{ Elements() []attr.Value }:
		for _, element := range v.Elements() {
			size += bytesOf(element)
		}
	}
	return size
}
