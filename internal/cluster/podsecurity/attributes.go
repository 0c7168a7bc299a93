package podsecurity

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func Attribute() schema.Attribute {
	level := func(text string) schema.Attribute {
		return schema.StringAttribute{
			MarkdownDescription: text + " One of `privileged` (anything goes), `baseline` (no known privilege escalations), `restricted` (hardened).",
			Optional:            true,
			Validators:          []validator.String{validate.OneOf(Levels()...)},
		}
	}
	return schema.SingleNestedAttribute{
		MarkdownDescription: "How restricted instances must be: the Pod Security Standards, as labels `pod-security.kubernetes.io/…` of the Namespace. What is left out isn't managed here. Changed in place; existing instances stay, and an apply warns of those that a new level would refuse.",
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"enforce": level("Level that an instance must satisfy, or it is refused."),
			"audit":   level("Level below which an instance is noted in the API server's audit log."),
			"warn":    level("Level below which the creator of an instance gets a warning."),
			"version": schema.StringAttribute{
				MarkdownDescription: "Version of Kubernetes whose standards apply, for all of the levels: `latest`, or a version such as `v1.34`. Left out, the label isn't written, which means `latest`.",
				Optional:            true,
				Validators:          []validator.String{validate.OneOfOr(Version(), "a version such as v1.34", "latest")},
			},
		},
	}
}
