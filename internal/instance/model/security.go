package model

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type Security struct {
	RunAsNonRoot             types.Bool   `tfsdk:"run_as_non_root"`
	ReadOnlyRootFilesystem   types.Bool   `tfsdk:"read_only_root_filesystem"`
	AllowPrivilegeEscalation types.Bool   `tfsdk:"allow_privilege_escalation"`
	CapabilitiesDrop         types.Set    `tfsdk:"capabilities_drop"`
	CapabilitiesAdd          types.Set    `tfsdk:"capabilities_add"`
	SeccompProfile           types.String `tfsdk:"seccomp_profile"`
	AppArmorProfile          types.String `tfsdk:"app_armor_profile"`
	SELinux                  types.Map    `tfsdk:"selinux"`
	RunAsUser                types.Int64  `tfsdk:"run_as_user"`
	RunAsGroup               types.Int64  `tfsdk:"run_as_group"`
	FSGroup                  types.Int64  `tfsdk:"fs_group"`
}

// NewSecurity returns the secure defaults.
func NewSecurity() Security {
	return Security{
		RunAsNonRoot:             types.BoolValue(true),
		ReadOnlyRootFilesystem:   types.BoolValue(true),
		AllowPrivilegeEscalation: types.BoolValue(false),
		CapabilitiesDrop:         TextSet("ALL"),
		CapabilitiesAdd:          types.SetNull(types.StringType),
		SeccompProfile:           types.StringValue(ProfileRuntimeDefault),
		SELinux:                  types.MapNull(types.StringType),
	}
}

func (s Security) Object() types.Object {
	return types.ObjectValueMust(SecurityTypes(), map[string]attr.Value{
		"run_as_non_root":            s.RunAsNonRoot,
		"read_only_root_filesystem":  s.ReadOnlyRootFilesystem,
		"allow_privilege_escalation": s.AllowPrivilegeEscalation,
		"capabilities_drop":          s.CapabilitiesDrop,
		"capabilities_add":           s.CapabilitiesAdd,
		"seccomp_profile":            s.SeccompProfile,
		"app_armor_profile":          s.AppArmorProfile,
		"selinux":                    s.SELinux,
		"run_as_user":                s.RunAsUser,
		"run_as_group":               s.RunAsGroup,
		"fs_group":                   s.FSGroup,
	})
}

func SecurityTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"run_as_non_root":            types.BoolType,
		"read_only_root_filesystem":  types.BoolType,
		"allow_privilege_escalation": types.BoolType,
		"capabilities_drop":          types.SetType{ElemType: types.StringType},
		"capabilities_add":           types.SetType{ElemType: types.StringType},
		"seccomp_profile":            types.StringType,
		"app_armor_profile":          types.StringType,
		"selinux":                    types.MapType{ElemType: types.StringType},
		"run_as_user":                types.Int64Type,
		"run_as_group":               types.Int64Type,
		"fs_group":                   types.Int64Type,
	}
}
