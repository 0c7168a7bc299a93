package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// conductModel is what the provider block says of how the provider works, whatever
// it is connected to.
type conductModel struct {
	DefaultLabels types.Map `tfsdk:"default_labels"`
}

func conductAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"default_labels": schema.MapAttribute{
			MarkdownDescription: "Labels for every cluster and instance of this provider, such as `{ team = \"payments\" }`. A label of the same key on a resource wins. What a resource has in all is its `labels_all`.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Labels(),
		},
	}
}

func (m conductModel) values() map[string]attr.Value {
	return map[string]attr.Value{"default_labels": m.DefaultLabels}
}
