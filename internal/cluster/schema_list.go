package cluster

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	lschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// listAttributes are those of mar_clusters.
func listAttributes() map[string]schema.Attribute {
	one := fw.ComputedAttributes(attributes())
	each := map[string]schema.Attribute{}
	for _, name := range []string{"id", "name", "region", "labels", "annotations", "uid", "created_at", "phase"} {
		each[name] = one[name]
	}
	return map[string]schema.Attribute{
		"label_selector": schema.StringAttribute{
			MarkdownDescription: "Only clusters whose labels it takes, in Kubernetes' notation: `team=payments`, `stage in (staging, prod)`, `!legacy`, several joined by commas. Left out, all.",
			Optional:            true,
			Validators:          []validator.String{validate.LabelSelector()},
		},
		"region": schema.StringAttribute{
			MarkdownDescription: "Only clusters in this region, such as `us-east-1`. Left out, all, also those without one.",
			Optional:            true,
			Validators:          []validator.String{validate.LabelValue(), validate.NotEmpty()},
		},
		"clusters": schema.ListNestedAttribute{
			MarkdownDescription: "The clusters, sorted by `id`; empty where there is none. What more there is to know of one is in the data source `mar_cluster`.",
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: each},
		},
	}
}

// queryAttributes are those of the list resource.
func queryAttributes() map[string]lschema.Attribute { return fw.ListArguments(listAttributes()) }
