package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// MoveState takes over a namespace of hashicorp/kubernetes. The Read that follows
// takes it for an import.
func (r *clusterResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		namespace, ok := fw.MovedFrom(req, &resp.Diagnostics, "kubernetes_namespace", "kubernetes_namespace_v1")
		if !ok {
			return
		}
		name, err := parseID(namespace.Name)
		if err != nil {
			resp.Diagnostics.AddError("The namespace can't be a cluster", err.Error()+".")
			return
		}
		resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("name"), name)...)
		resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("id"), name)...)
		resp.Diagnostics.Append(resp.TargetIdentity.Set(ctx, identity{Name: types.StringValue(name)})...)
	}}}
}

// isUnread reports whether nothing is known of a cluster yet but its name, as
// after an import or a move.
func isUnread(m model.Cluster) bool { return m.UID.IsNull() }
