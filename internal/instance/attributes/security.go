package attributes

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// SecurityAttribute is all defaults when left out, so that plans and the
// policies that read them know the effective values.
func SecurityAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "What the instance may do to the machine that it runs on. By default it runs under the Pod Security level *restricted*, and with a read-only root filesystem; you can turn off each default by itself: `{ run_as_non_root = false }`. Any change replaces the instance.",
		Optional:            true,
		Computed:            true,
		Default:             objectdefault.StaticValue(model.NewSecurity().Object()),
		Attributes: map[string]schema.Attribute{
			"run_as_non_root": switchAttribute(true, "Refuse to run as root (user 0). Default: `true`. An image whose user is root doesn't start then: give it another one with `run_as_user`, or set this to `false`."),
			"read_only_root_filesystem": switchAttribute(true,
				"Let nothing be written to the image's files. Default: `true`. A program that must write there, a log or a cache say, needs `false`."),
			"allow_privilege_escalation": switchAttribute(false,
				"Let a program gain rights that its parent doesn't have, as `sudo` and setuid programs do. Default: `false`."),
			"capabilities_drop": schema.SetAttribute{
				MarkdownDescription: "Rights of root to take away (Linux capabilities, without `CAP_`). Default: `[\"ALL\"]`. `[]` leaves those that container engines give by default.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Default:             setdefault.StaticValue(model.TextSet(model.AllCapabilities)),
				Validators:          capabilityNames(),
			},
			"capabilities_add": schema.SetAttribute{
				MarkdownDescription: "Rights of root to give back: `[\"NET_BIND_SERVICE\"]` to listen on ports below 1024 is the only one that the level *restricted* allows. Default: none.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          capabilityNames(),
			},
			"seccomp_profile": schema.StringAttribute{
				MarkdownDescription: "Which system calls are allowed: `RuntimeDefault` (default), those that the container engine thinks safe; `Localhost/<file>`, those in a profile on the node; `Unconfined`, all. An imported Pod that had no profile is `Unconfined`, and has none again when it is stopped and started.",
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(model.ProfileRuntimeDefault),
				Validators:          []validator.String{profile()},
			},
			"app_armor_profile": schema.StringAttribute{
				MarkdownDescription: "The AppArmor profile, on nodes that have AppArmor: `RuntimeDefault`, `Localhost/<profile>` or `Unconfined`. Left out, the container engine's default where there is one.",
				Optional:            true,
				Validators:          []validator.String{profile()},
			},
			"selinux": schema.MapAttribute{
				MarkdownDescription: "The SELinux label, on nodes that have SELinux, in its parts `user`, `role`, `type` and `level`: `{ level = \"s0:c123,c456\" }`. Left out, the container engine makes one.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators: []validator.Map{
					validate.NoNulls(),
					mapvalidator.KeysAre(validate.OneOf("user", "role", "type", "level")),
					mapvalidator.ValueStringsAre(validate.NotEmpty()),
				},
			},
			"run_as_user":  numberAttribute("The number of the user to run as, such as `1000`. Left out, the image decides."),
			"run_as_group": numberAttribute("The number of the group to run as, such as `1000`. Left out, the image decides, or it is the group 0."),
			"fs_group":     numberAttribute("The number of a group that owns the files of the instance's volumes, and that the program is in, such as `2000`. Left out, the volumes' owners stay as they are."),
		},
	}
}

func switchAttribute(byDefault bool, description string) schema.Attribute {
	return schema.BoolAttribute{
		MarkdownDescription: description,
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(byDefault),
	}
}

func numberAttribute(description string) schema.Attribute {
	const maxID = 1<<31 - 1
	return schema.Int64Attribute{
		MarkdownDescription: description,
		Optional:            true,
		Validators:          []validator.Int64{int64validator.Between(0, maxID)},
	}
}

func capabilityNames() []validator.Set {
	return []validator.Set{
		validate.NoNulls(),
	}
}

func profile() validator.String {
	return validate.OneOfOr(regexp.MustCompile(`^Localhost/.+$`), "Localhost/<file on the node>", model.ProfileRuntimeDefault, model.ProfileUnconfined)
}
