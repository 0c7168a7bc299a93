package instance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// explain warns about what happened to the instance, with what the API server knows about the
// reason. Reads call it, plans don't: a run refreshes once, but plans again within the apply. The
// warnings aren't part of the state.
func (r *instanceResource) explain(ctx context.Context, prior model.Resource, have power.Existing, seen power.State, diags *diag.Diagnostics) {
	have.Pod = r.store.Quotable(have.Pod)
	now := time.Now()
	for _, p := range causes.Problems(prior, have, seen, r.store.Manager(), now) {
		warnings := p.Warnings(prior, r.store.Details(ctx, prior.Key(), p), now)
		addWarnings(diags, warnings)
		if slices.ContainsFunc(warnings, func(n causes.Warning) bool { return n.Attribute == "status" }) {
			r.warned.Add(prior.Key().String())
		}
	}
}

// removalTimeout bounds a look at who sets a key, which a plan can do without.
const removalTimeout = 10 * time.Second

// warnOfKeys warns about others who also set the labels or annotations that a plan removes. It is
// silent if that can't be read.
func (r *instanceResource) warnOfKeys(ctx context.Context, p planning.PlannedChange, diags *diag.Diagnostics) {
	if p.Creates() || p.Decision.Step != power.StepNone && p.Decision.Step != power.StepCleanUp {
		return
	}
	keys := manifest.PlannedRemoval(p.Prior.Instance, p.Plan.Instance, r.defaults)
	if keys.None() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, removalTimeout)
	defer cancel()
	k, stopped := p.Prior.Key(), p.PrivateState.LastSeen.State.Stopped()
	removal, err := r.store.WithManager(p.PrivateState.Manager).Removal(ctx, k, p.Prior.UID.ValueString(), stopped, keys)
	if err == nil {
		fw.RemovedKeys{Object: k.Ref(), Removal: removal, Attribute: fw.MapOfKey}.Warn(diags)
	}
}

func addWarnings(diags *diag.Diagnostics, warnings []causes.Warning) {
	for _, n := range warnings {
		if n.Attribute == "" {
			diags.AddWarning(n.Summary, n.Detail)
			continue
		}
		diags.AddAttributeWarning(path.Root(n.Attribute), n.Summary, n.Detail)
	}
}

// warnOfUnknownFields warns about fields of an imported Pod that the provider doesn't know, so a
// recreated Pod would lack them.
func (r *instanceResource) warnOfUnknownFields(ctx context.Context, k model.Key, diags *diag.Diagnostics) {
	fields := r.store.UnknownFields(ctx, k)
	if len(fields) == 0 {
		return
	}
	diags.AddWarning("The imported Pod has fields that this version of the provider doesn't know",
		fmt.Sprintf("%s has `%s`. It keeps them as long as it runs: no change in place touches them. The provider can't write them, so a Pod that is created in its place, by a stop and start, a restart or a replacement, doesn't have them. A newer version of the provider may know them.", k.Ref(), strings.Join(fields, "`, `")))
}

// hostPathWarning warns about volumes from the node. It is silent if the volumes don't change.
func hostPathWarning(ctx context.Context, state tfsdk.State, plan types.Map) diag.Diagnostics {
	prior := types.MapNull(model.VolumeType())
	var diags diag.Diagnostics
	if !state.Raw.IsNull() {
		diags.Append(state.GetAttribute(ctx, path.Root("volumes"), &prior)...)
	}
	if plan.Equal(prior) {
		return diags
	}
	var paths []string
	volumes := plan.Elements()
	for _, name := range slices.Sorted(maps.Keys(volumes)) {
		volume, _ := model.AttributesOf(volumes[name])
		if onNode, ok := volume["host_path"].(types.String); ok && !onNode.IsNull() && !onNode.IsUnknown() {
			paths = append(paths, fmt.Sprintf("%s (%s)", name, onNode.ValueString()))
		}
	}
	if len(paths) > 0 {
		diags.AddAttributeWarning(path.Root("volumes"), "Instance mounts files of its node",
			fmt.Sprintf("These volumes have a `host_path`: %s. What the instance reads there depends on the node that it runs on. What it writes there stays on that node, where others can read it. Clusters with the Pod Security level baseline or restricted refuse it. For files that outlive the instance use a `claim`, for scratch files an `empty_dir`.", strings.Join(paths, ", ")))
	}
	return diags
}
