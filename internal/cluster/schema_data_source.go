package cluster

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// dataSourceAttributes are a resource's, computed, and what changes by itself.
func dataSourceAttributes() map[string]schema.Attribute {
	all := fw.ComputedAttributes(attributes(), "name")
	maps.Copy(all, map[string]schema.Attribute{
		"status": schema.StringAttribute{
			MarkdownDescription: "How the cluster fares at this moment: `ready` (all is well), `scaling` (something starts, changes or goes), `degraded` (something is wrong, the rest works) or `failed` (nothing works, or its deletion is stuck). Null where the credentials may not list Pods.",
			Computed:            true,
		},
		"status_reason": schema.StringAttribute{
			MarkdownDescription: "Why `status` isn't `ready`, in a sentence for people that names the first few instances, such as `1 of 4 instances is in trouble: web (CrashLoopBackOff).` Null when it is `ready`.",
			Computed:            true,
		},
		"usage": schema.MapNestedAttribute{
			MarkdownDescription: "How much of each thing that a quota limits is used, such as `usage[\"memory\"].percent`. The key is the name of the attribute of `quota`, and for anything else Kubernetes' own, such as `count/jobs.batch`. All ResourceQuotas of the Namespace count, whoever made them; where several limit the same, the tightest is shown (the highest percent). Those with scopes, which count some instances only, are left out. Empty without a quota.",
			Computed:            true,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"used": schema.StringAttribute{
					MarkdownDescription: "What is used, as Kubernetes counts it: a number, cores or bytes, such as `3` or `1536Mi`. `0` until it has counted, during which `status` is `scaling`.",
					CustomType:          fwtypes.QuantityType{},
					Computed:            true,
				},
				"hard": schema.StringAttribute{
					MarkdownDescription: "What may be used, such as `10` or `4Gi`.",
					CustomType:          fwtypes.QuantityType{},
					Computed:            true,
				},
				"percent": schema.Float64Attribute{
					MarkdownDescription: "`used` in percent of `hard`, to a tenth. It is 100 when it is used up exactly, and above 100 when more is used than allowed, as after a quota was lowered. Where nothing is allowed it is 0, and 200 if something is used.",
					Computed:            true,
				},
			}},
		},
		"instance_counts": schema.MapAttribute{
			MarkdownDescription: "The number of instances by status, such as `instance_counts[\"Running\"]`: `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown` and `Stopped`, each of them always there. All Pods of the Namespace count, those of Deployments and Jobs too. `Stopped` is null where the credentials may not list PodTemplates, and all is null where they may not list Pods.",
			ElementType:         types.Int64Type,
			Computed:            true,
		},
	})
	return all
}
