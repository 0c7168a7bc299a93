package access

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func Attribute() schema.Attribute {
	named := setvalidator.ValueStringsAre(validate.NotEmpty())
	subjects := func(text string, rule validator.Set) schema.Attribute {
		return schema.SetAttribute{MarkdownDescription: text, ElementType: types.StringType, Optional: true, Validators: []validator.Set{validate.NoNulls(), rule}}
	}
	return schema.MapNestedAttribute{
		MarkdownDescription: "Who may do what in the cluster, by a key of your choice: the RoleBindings `mar-<key>`. An entry has `role` or `rules`, and at least one user, group or service account; one that is `null` is the same as left out. It holds in this cluster only.",
		Optional:            true,
		Validators:          []validator.Map{validate.ChildKeys(child.AccessPrefix)},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"role": schema.StringAttribute{
				MarkdownDescription: "A ClusterRole, such as `view` (read all but Secrets), `edit` or `admin`. Exactly one of `role` and `rules` is set. A change creates a new RoleBinding, because Kubernetes doesn't allow a change of its role; access is interrupted for a moment.",
				Optional:            true,
				Validators:          []validator.String{validate.RBACName()},
			},
			"rules": schema.SetNestedAttribute{
				MarkdownDescription: "What is allowed, as rules of its own: the Role `mar-<key>`. You can grant only what your own credentials have. Changed in place.",
				Optional:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: ruleAttributes()},
			},
			"users":            subjects("Users by the name that the API server knows them by, such as `jane@example.com`. Changed in place.", named),
			"groups":           subjects("Groups of users, such as `developers`. Changed in place.", named),
			"service_accounts": subjects("ServiceAccounts as `namespace/name`, such as `prod/deployer`; of this cluster or another. Changed in place.", setvalidator.ValueStringsAre(validate.ServiceAccountRef())),
		}},
	}
}

func ruleAttributes() map[string]schema.Attribute {
	parts := func(text string) schema.Attribute {
		return schema.SetAttribute{
			MarkdownDescription: text, ElementType: types.StringType, Required: true,
			Validators: []validator.Set{setvalidator.SizeAtLeast(1), validate.NoNulls()},
		}
	}
	return map[string]schema.Attribute{
		"api_groups": parts("API groups of the resources: `\"\"` for Pods, Services and the other resources of Kubernetes' core, `apps`, `batch`; `*` for all."),
		"resources":  parts("Resources in the plural, such as `pods`, or `pods/log` for a part of one; `*` for all."),
		"resource_names": schema.SetAttribute{
			MarkdownDescription: "Objects by name, where not all are meant. Left out, all are; an empty set is refused. It has no effect on `list`, `watch`, `create` and `deletecollection`.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.Set{setvalidator.SizeAtLeast(1), validate.NoNulls(), setvalidator.ValueStringsAre(validate.NotEmpty())},
		},
		"verbs": parts("What is allowed: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; `*` for all."),
	}
}

func ServiceAccountsAttribute() schema.Attribute {
	return schema.SetAttribute{
		MarkdownDescription: "ServiceAccounts that programs act as, by name, such as `[\"deployer\"]`. `access` sets what they may do. Instances use them by `service_account`. `default` is Kubernetes' own. One that you remove here is deleted, with its tokens. Changed in place.",
		ElementType:         types.StringType,
		Optional:            true,
		Validators:          []validator.Set{validate.NoNulls(), setvalidator.ValueStringsAre(validate.ServiceAccountName())},
	}
}
