package instance

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func volumesAttribute() schema.Attribute {
	return schema.MapNestedAttribute{
		MarkdownDescription: "Folders that the instance sees besides its image's, by a name of your choice (lower-case letters, digits and hyphens, at most 63), each under its `mount_path`: `{ data = { mount_path = \"/var/lib/db\", claim = \"db\" } }`. Each comes from exactly one of `claim`, `config_map`, `secret`, `empty_dir` and `host_path`. As `security.read_only_root_filesystem` is true by default, nothing can be written to the image's own files: where the program has to write, give it an `empty_dir`, such as `{ tmp = { mount_path = \"/tmp\", empty_dir = \"Disk\" } }`. A change replaces the instance.",
		Optional:            true,
		Validators:          []validator.Map{validate.VolumeNames(), validate.NoNulls()},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"mount_path": schema.StringAttribute{
				MarkdownDescription: "Where the instance sees it: an absolute path without a colon, such as `/var/cache`. What the image has there is hidden.",
				Required:            true,
				Validators:          []validator.String{validate.MountPath()},
			},
			"claim": schema.StringAttribute{
				MarkdownDescription: "The name of a PersistentVolumeClaim in the same cluster. What is written there outlives the instance.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a PersistentVolumeClaim's name")},
			},
			"config_map": schema.StringAttribute{
				MarkdownDescription: "The name of a ConfigMap in the same cluster, whose keys become files. They can't be written to, and follow the ConfigMap's changes after a minute or so (not with `sub_path`).",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a ConfigMap's name")},
			},
			"secret": schema.StringAttribute{
				MarkdownDescription: "The name of a Secret in the same cluster, whose keys become files, as a ConfigMap's do. They are kept in memory.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a Secret's name")},
			},
			"empty_dir": schema.StringAttribute{
				MarkdownDescription: "An empty folder that is deleted with the instance, for scratch files and caches: on the node's `Disk`, in `Memory` (it counts as the instance's own), or in `HugePages` or `HugePages-<size>`, such as `HugePages-2Mi`.",
				Optional:            true,
				Validators:          []validator.String{medium()},
			},
			"size": schema.StringAttribute{
				MarkdownDescription: "The most that an `empty_dir` may hold, such as `\"1Gi\"`; an instance that puts more on a disk is evicted. Left out, what the node has, or in memory what the instance may use.",
				CustomType:          fwtypes.QuantityType{},
				Optional:            true,
			},
			"host_path": schema.StringAttribute{
				MarkdownDescription: "A file or folder of the node itself, such as `/var/log`. It ties the instance to what happens to be on its node, and the Pod Security levels *baseline* and *restricted* refuse it.",
				Optional:            true,
				Validators:          []validator.String{validate.AbsolutePath("a path on the node")},
			},
			"read_only": schema.BoolAttribute{
				MarkdownDescription: "Whether the instance can only read it. Default: `false`, it can write where the source lets it.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
			"sub_path": schema.StringAttribute{
				MarkdownDescription: "A path within the volume to mount instead of the whole, such as `uploads`: a relative path without `..`. Left out or `\"\"`, the whole.",
				Optional:            true,
				Validators:          []validator.String{validate.SubPath()},
			},
			"items": schema.MapAttribute{
				MarkdownDescription: "Which keys of a ConfigMap or Secret to mount, and under which path each: `{ \"app.conf\" = \"conf.d/app.conf\" }`. Left out, every key under its own name.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators: []validator.Map{
					validate.NoNulls(),
					validate.DataKeys(),
					mapvalidator.ValueStringsAre(validate.RelativePath("a path within the volume")),
				},
			},
			"mode": schema.StringAttribute{
				MarkdownDescription: "The permissions of a ConfigMap's or Secret's files, in octal, as text: `\"0440\"`. Default: `\"0644\"`. With `security.fs_group` set, that group may read them too.",
				Optional:            true,
				Validators:          []validator.String{validate.FileMode()},
			},
			"optional": schema.BoolAttribute{
				MarkdownDescription: "Whether the instance starts where the ConfigMap or Secret, or one of `items` in it, is missing. Left out or `false`, it doesn't start until they are there.",
				Optional:            true,
			},
		}},
	}
}

func medium() validator.String {
	return validate.OneOfOr(regexp.MustCompile(`^HugePages-[1-9][0-9]*([KMGTPE]i?|k)?$`), "HugePages-<size>, such as HugePages-2Mi", "Disk", "Memory", "HugePages")
}
