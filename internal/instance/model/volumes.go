package model

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Volume is an element of volumes, whose key is the volume's name: a volume
// and where the main container mounts it.
type Volume struct {
	MountPath types.String     `tfsdk:"mount_path"`
	Claim     types.String     `tfsdk:"claim"`
	ConfigMap types.String     `tfsdk:"config_map"`
	Secret    types.String     `tfsdk:"secret"`
	EmptyDir  types.String     `tfsdk:"empty_dir"`
	Size      fwtypes.Quantity `tfsdk:"size"`
	HostPath  types.String     `tfsdk:"host_path"`
	ReadOnly  types.Bool       `tfsdk:"read_only"`
	SubPath   types.String     `tfsdk:"sub_path"`
	Items     types.Map        `tfsdk:"items"`
	Mode      types.String     `tfsdk:"mode"`
	Optional  types.Bool       `tfsdk:"optional"`
}

func NewVolume() Volume {
	return Volume{Items: types.MapNull(types.StringType)}
}

func VolumeType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"mount_path": types.StringType,
		"claim":      types.StringType,
		"config_map": types.StringType,
		"secret":     types.StringType,
		"empty_dir":  types.StringType,
		"size":       fwtypes.QuantityType{},
		"host_path":  types.StringType,
		"read_only":  types.BoolType,
		"sub_path":   types.StringType,
		"items":      types.MapType{ElemType: types.StringType},
		"mode":       types.StringType,
		"optional":   types.BoolType,
	}}
}

func (v Volume) Object() types.Object {
	return types.ObjectValueMust(VolumeType().AttrTypes, map[string]attr.Value{
		"mount_path": v.MountPath,
		"claim":      v.Claim,
		"config_map": v.ConfigMap,
		"secret":     v.Secret,
		"empty_dir":  v.EmptyDir,
		"size":       v.Size,
		"host_path":  v.HostPath,
		"read_only":  v.ReadOnly,
		"sub_path":   v.SubPath,
		"items":      v.Items,
		"mode":       v.Mode,
		"optional":   v.Optional,
	})
}
