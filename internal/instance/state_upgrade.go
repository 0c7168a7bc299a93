package instance

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// MoveState takes over a Pod of hashicorp/kubernetes. The Read that follows takes
// it for an import, as the image isn't known, and the UID tells it which Pod is meant.
func (r *instanceResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		pod, ok := fw.MovedFrom(req, &resp.Diagnostics, "kubernetes_pod", "kubernetes_pod_v1")
		if !ok {
			return
		}
		k, err := model.NewKey(pod.Namespace, pod.Name)
		if err != nil {
			resp.Diagnostics.AddError("The Pod can't be an instance", err.Error()+".")
			return
		}
		for attribute, value := range map[string]string{"id": k.String(), "cluster": k.Cluster, "name": k.Name, "uid": pod.UID} {
			resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root(attribute), value)...)
		}
		output{Identity: resp.TargetIdentity, Diagnostics: &resp.Diagnostics}.identify(ctx, k)
	}}}
}

// schemaVersion is raised by a change that a state doesn't survive by itself: an
// attribute that has another name, type or meaning, or a new one that is planned
// otherwise than null. One that is new reads as null, and one that is gone is left
// out.
const schemaVersion = 1

// UpgradeState makes a state of the present schema of an older one, by its version.
func (r *instanceResource) UpgradeState(ctx context.Context) map[int64]resource.StateUpgrader {
	var present resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &present)
	return map[int64]resource.StateUpgrader{
		0: {PriorSchema: &present.Schema, StateUpgrader: fw.AddAnnotationsAll},
	}
}
