package planning

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func isKnown(ctx context.Context, value attr.Value) bool {
	v, err := value.ToTerraformValue(ctx)
	return err == nil && v.IsFullyKnown()
}

// knownEntries leaves out each entry that isn't wholly known, and returns their names.
func knownEntries(ctx context.Context, name string, m types.Map) (types.Map, []string) {
	if m.IsUnknown() {
		return types.MapNull(m.ElementType(ctx)), []string{name}
	}
	kept := m.Elements()
	var leftOut []string
	maps.DeleteFunc(kept, func(key string, value attr.Value) bool {
		if isKnown(ctx, value) {
			return false
		}
		leftOut = append(leftOut, name+"["+key+"]")
		return true
	})
	if len(leftOut) == 0 {
		return m, nil
	}
	return types.MapValueMust(m.ElementType(ctx), kept), leftOut
}

// Whole reports whether every attribute that pod is merged with is known.
func Whole(config model.Instance) bool {
	for _, some := range []types.Map{config.Env, config.EnvValueFrom, config.HealthChecks, config.Ports, config.Volumes} {
		if !model.IsWhollyKnown(some) {
			return false
		}
	}
	return !config.Security.IsUnknown()
}

// Known leaves out unknown values.
func Known(ctx context.Context, m model.Instance) model.Instance {
	for _, some := range []*types.Map{&m.Env, &m.EnvValueFrom, &m.HealthChecks, &m.Limits, &m.Ports, &m.Requests, &m.Volumes} {
		elements := some.Elements()
		maps.DeleteFunc(elements, func(_ string, value attr.Value) bool { return value.IsUnknown() })
		element := some.ElementType(ctx)
		if len(elements) == 0 {
			*some = types.MapNull(element)
		} else {
			*some = types.MapValueMust(element, elements)
		}
	}
	if m.Security.IsUnknown() || m.Security.IsNull() {
		m.Security = model.NewSecurity().Object()
	}
	return m
}
