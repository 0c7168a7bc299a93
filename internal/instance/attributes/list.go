package attributes

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	lschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// listedStatuses are what mar_instances can select by.
func listedStatuses() []string {
	return []string{model.StatusPending, model.StatusRunning, model.StatusSucceeded, model.StatusFailed, model.StatusUnknown, model.StatusStopped}
}

// List are those of mar_instances. An element has attributes of
// mar_instance, and their descriptions.
func List() map[string]schema.Attribute {
	same, now := fw.ComputedAttributes(Instance()), DataSource()
	each := map[string]schema.Attribute{}
	for _, name := range []string{"id", "cluster", "name", "image", "status", "node", "ip", "cpu", "memory", "labels", "uid"} {
		each[name] = same[name]
	}
	for _, name := range []string{"ready", "reason", "problem", "restarts", "started_at"} {
		each[name] = now[name]
	}
	return map[string]schema.Attribute{
		"cluster": schema.StringAttribute{
			MarkdownDescription: "The name of the cluster whose instances to list, such as `mar_cluster.dev.name`. One that isn't there is an error.",
			Required:            true,
			Validators:          []validator.String{validate.ClusterName()},
		},
		"label_selector": schema.StringAttribute{
			MarkdownDescription: "Only instances whose labels it takes, in Kubernetes' notation: `team=shop`, `stage in (staging, prod)`, `!legacy`, several joined by commas. Left out, all.",
			Optional:            true,
			Validators:          []validator.String{validate.LabelSelector()},
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "Only instances of this status: `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown` or `Stopped`. Left out, all.",
			Optional:            true,
			Validators:          []validator.String{validate.OneOf(listedStatuses()...)},
		},
		"include_controlled": schema.BoolAttribute{
			MarkdownDescription: "Whether to list also what a controller makes and replaces: the Pods of Deployments, StatefulSets, Jobs and the like. Default: `false`.",
			Optional:            true,
		},
		"instances": schema.ListNestedAttribute{
			MarkdownDescription: "The instances, sorted by `id`; empty where there is none. What more there is to know of one is in the data source `mar_instance`.",
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: each},
		},
	}
}

// Query are those of the list resource, which also looks in all clusters
// at once.
func Query() map[string]lschema.Attribute {
	arguments := fw.ListArguments(List())
	arguments["cluster"] = lschema.StringAttribute{
		MarkdownDescription: "Only instances of this cluster, such as `dev`. One that doesn't exist is an error. Left out, those of all clusters; the credentials must then be allowed to list Pods everywhere; Kubernetes' own Namespaces (`default`, `kube-…`) are no clusters.",
		Optional:            true,
		Validators:          []validator.String{validate.ClusterName()},
	}
	return arguments
}
