package validation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// Security refuses what Kubernetes does. What it takes and no container engine
// can carry out is a warning: a Pod that is imported may have it.
func Security(ctx context.Context, declared types.Object) diag.Diagnostics {
	var diags diag.Diagnostics
	if declared.IsNull() || declared.IsUnknown() {
		return diags
	}
	var s model.Security
	diags.Append(declared.As(ctx, &s, basetypes.ObjectAsOptions{})...)
	at := path.Root("security")
	nonRoot := s.RunAsNonRoot.IsNull() || s.RunAsNonRoot.ValueBool()
	if !s.RunAsNonRoot.IsUnknown() && nonRoot && s.RunAsUser.Equal(types.Int64Value(0)) {
		diags.AddAttributeWarning(at.AtName("run_as_user"), "User 0 is root",
			"`run_as_non_root` is true, its default, and user 0 is root. So the container won't start. Choose another user, or set `run_as_non_root = false`.")
	}
	diags.Append(validateProfiles(at, s)...)
	diags.Append(validateCapabilities(at, s)...)
	return diags
}

// validateProfiles checks the names of profiles on the node (validateSeccompProfileField
// and ValidateAppArmorProfileField in pkg/apis/core/validation).
func validateProfiles(at path.Path, s model.Security) diag.Diagnostics {
	var diags diag.Diagnostics
	file, local := strings.CutPrefix(s.SeccompProfile.ValueString(), model.ProfileLocalhost)
	if local && (strings.HasPrefix(file, "/") || slices.Contains(strings.Split(file, "/"), "..")) {
		diags.AddAttributeError(at.AtName("seccomp_profile"), "Invalid profile",
			fmt.Sprintf("%q has to be a path below the folder of seccomp profiles on the node, without `..`.", file))
	}
	name, local := strings.CutPrefix(s.AppArmorProfile.ValueString(), model.ProfileLocalhost)
	if local && strings.TrimSpace(name) != name {
		diags.AddAttributeError(at.AtName("app_armor_profile"), "Invalid profile", fmt.Sprintf("%q must neither begin nor end with a space.", name))
	}
	return diags
}

func validateCapabilities(at path.Path, s model.Security) diag.Diagnostics {
	var diags diag.Diagnostics
	add, drop := model.Texts(s.CapabilitiesAdd), model.Texts(s.CapabilitiesDrop)
	escalates := s.AllowPrivilegeEscalation.IsUnknown() || s.AllowPrivilegeEscalation.ValueBool()
	if !escalates && slices.Contains(add, "CAP_SYS_ADMIN") {
		diags.AddAttributeError(at.AtName("capabilities_add"), "Contradicts allow_privilege_escalation",
			"Kubernetes refuses CAP_SYS_ADMIN while `allow_privilege_escalation` is false, its default. Leave it out, or set `allow_privilege_escalation = true`.")
	}
	for _, name := range add {
		if name != "" && slices.Contains(drop, name) {
			diags.AddAttributeWarning(at.AtName("capabilities_add"), "Capability both added and dropped",
				fmt.Sprintf("%s is also in `capabilities_drop`, so container engines drop it. Keep it in one of the two.", name))
		}
	}
	for _, set := range []struct {
		name   string
		values []attr.Value
	}{{"capabilities_add", s.CapabilitiesAdd.Elements()}, {"capabilities_drop", s.CapabilitiesDrop.Elements()}} {
		for _, element := range set.values {
			text, _ := element.(types.String)
			if bare, prefixed := strings.CutPrefix(strings.ToUpper(text.ValueString()), "CAP_"); prefixed {
				diags.AddAttributeWarning(at.AtName(set.name), "Unknown capability",
					fmt.Sprintf("Container engines add CAP_ to a capability's name themselves, so they don't know %s. Write %q.", text.ValueString(), bare))
			}
		}
	}
	return diags
}
