package cluster

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// settledModel is the state after an update that ended in an error: what the server holds
// now, in the words of the prior state where that is still so, in the plan's where it was
// carried out. The settings that only Terraform knows stay as they were, so that the next
// plan shows them again.
func settledModel(ctx context.Context, now objects.Observed, state, plan model.Resource, a child.Adopted) (model.Resource, diag.Diagnostics) {
	asState, diags := objects.ModelOf(ctx, now, state.Cluster, a)
	asPlan, more := objects.ModelOf(ctx, now, plan.Cluster, a)
	diags.Append(more...)
	labels, annotations := now.Namespace.Labels, now.Namespace.Annotations
	m := asState
	m.Labels = settledKeys(state.Labels, plan.Labels, labels)
	m.LabelsAll = settledKeys(state.LabelsAll, plan.LabelsAll, labels)
	m.Annotations = settledKeys(state.Annotations, plan.Annotations, annotations)
	m.AnnotationsAll = settledKeys(state.AnnotationsAll, plan.AnnotationsAll, annotations)
	settle(&m.Quota, asState.Quota, asPlan.Quota, state.Quota, plan.Quota)
	settle(&m.ScopedQuotas, asState.ScopedQuotas, asPlan.ScopedQuotas, state.ScopedQuotas, plan.ScopedQuotas)
	settle(&m.LimitRange, asState.LimitRange, asPlan.LimitRange, state.LimitRange, plan.LimitRange)
	settle(&m.Network, asState.Network, asPlan.Network, state.Network, plan.Network)
	settle(&m.Access, asState.Access, asPlan.Access, state.Access, plan.Access)
	settle(&m.ServiceAccounts, asState.ServiceAccounts, asPlan.ServiceAccounts, state.ServiceAccounts, plan.ServiceAccounts)
	settle(&m.PodSecurity, asState.PodSecurity, asPlan.PodSecurity, state.PodSecurity, plan.PodSecurity)
	settled := state
	settled.Cluster = m
	return settled, diags
}

// settle sets an attribute to what settledValue makes of it, which has the type of all.
func settle[T attr.Value](to *T, asState, asPlan, state, plan T) {
	if value, ok := settledValue(asState, asPlan, state, plan).(T); ok {
		*to = value
	}
}

// settledValue chooses between a value as it was read by the words of the state, and by
// those of the plan: the state's own where nothing has changed, the plan's where that was
// carried out. Of an object or a map it chooses each part by itself.
func settledValue(asState, asPlan, state, plan attr.Value) attr.Value {
	switch {
	case objects.SameMeaning(asState, state):
		return state
	case objects.SameMeaning(asPlan, plan):
		return plan
	}
	switch now := asState.(type) {
	case types.Object:
		if now.IsNull() {
			return now
		}
		parts := settledParts(now.Attributes(), partsOf(asPlan), partsOf(state), partsOf(plan))
		if object, diags := types.ObjectValue(now.AttributeTypes(context.Background()), parts); !diags.HasError() {
			return object
		}
	case types.Map:
		if now.IsNull() {
			return now
		}
		parts := settledParts(now.Elements(), partsOf(asPlan), partsOf(state), partsOf(plan))
		if all, diags := types.MapValue(now.ElementType(context.Background()), parts); !diags.HasError() {
			return all
		}
	}
	return asState
}

func settledParts(asState, asPlan, state, plan map[string]attr.Value) map[string]attr.Value {
	settled := map[string]attr.Value{}
	for key, now := range asState {
		settled[key] = now
		byPlan, read := asPlan[key]
		before, had := state[key]
		after, has := plan[key]
		switch {
		case had && objects.SameMeaning(now, before):
			settled[key] = before
		case read && has && objects.SameMeaning(byPlan, after):
			settled[key] = after
		case read && had && has:
			settled[key] = settledValue(now, byPlan, before, after)
		}
	}
	return settled
}

// partsOf are an object's attributes or a map's elements.
func partsOf(value attr.Value) map[string]attr.Value {
	switch value := value.(type) {
	case types.Object:
		return value.Attributes()
	case types.Map:
		return value.Elements()
	}
	return nil
}

// settledKeys are the declared labels or annotations that an object has, those that the
// plan was to take away among them. What they were to be says with which empty map.
func settledKeys(state, plan types.Map, live map[string]string) types.Map {
	declared := maps.Clone(fw.StringMap(state))
	maps.Copy(declared, fw.StringMap(plan))
	seen := map[string]attr.Value{}
	for key := range declared {
		if value, there := live[key]; there {
			seen[key] = types.StringValue(value)
		}
	}
	for _, known := range []types.Map{state, plan} {
		if !known.IsUnknown() && objects.SameMeaning(types.MapValueMust(types.StringType, seen), known) {
			return known
		}
	}
	return types.MapValueMust(types.StringType, seen)
}
