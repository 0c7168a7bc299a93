package attributes

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
		MarkdownDescription: "Folders that the instance has besides those of its image. The keys are names of your choice (lower-case letters, digits and hyphens, at most 63). Example: `{ data = { mount_path = \"/var/lib/db\", claim = \"db\" } }`. Each volume has exactly one source: `claim`, `config_map`, `secret`, `empty_dir` or `host_path`. By default `security.read_only_root_filesystem` is true, so the program can't write to the files of its image. Where it must write, give it an `empty_dir`: `{ tmp = { mount_path = \"/tmp\", empty_dir = \"Disk\" } }`. A change replaces the instance.",
		Optional:            true,
		Validators:          []validator.Map{validate.VolumeNames(), validate.NoNulls()},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"mount_path": schema.StringAttribute{
				MarkdownDescription: "Where the volume is in the instance: an absolute path without a colon, such as `/var/cache`. It hides what the image has there.",
				Required:            true,
				Validators:          []validator.String{validate.MountPath()},
			},
			"claim": schema.StringAttribute{
				MarkdownDescription: "The name of a PersistentVolumeClaim in the same cluster, such as `db`. Its data outlives the instance.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a PersistentVolumeClaim's name")},
			},
			"config_map": schema.StringAttribute{
				MarkdownDescription: "The name of a ConfigMap in the same cluster. Each of its keys becomes a read-only file. The files follow changes of the ConfigMap after about a minute, except with `sub_path`.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a ConfigMap's name")},
			},
			"secret": schema.StringAttribute{
				MarkdownDescription: "The name of a Secret in the same cluster. Each of its keys becomes a read-only file, which the node keeps in memory. The files follow changes as those of a ConfigMap do.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a Secret's name")},
			},
			"empty_dir": schema.StringAttribute{
				MarkdownDescription: "An empty folder for scratch files and caches. It is deleted with the instance. The value says where it is: on the node's `Disk`; in `Memory`, where its content counts as memory of the instance; or in `HugePages` or `HugePages-<size>`, such as `HugePages-2Mi`.",
				Optional:            true,
				Validators:          []validator.String{medium()},
			},
			"size": schema.StringAttribute{
				MarkdownDescription: "The most that an `empty_dir` may hold, such as `\"1Gi\"`. Kubernetes evicts an instance that stores more on a disk. Left out, the limit is what the node has, or for `Memory` what the instance may use.",
				CustomType:          fwtypes.QuantityType{},
				Optional:            true,
			},
			"host_path": schema.StringAttribute{
				MarkdownDescription: "A file or folder of the node itself, such as `/var/log`. The instance then depends on what its node happens to have. The Pod Security levels *baseline* and *restricted* refuse it.",
				Optional:            true,
				Validators:          []validator.String{validate.AbsolutePath("a path on the node")},
			},
			"read_only": schema.BoolAttribute{
				MarkdownDescription: "Whether the instance can only read the volume. Default: `false`: it can write if the source allows that.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
			"sub_path": schema.StringAttribute{
				MarkdownDescription: "A path within the volume that is mounted instead of the whole volume, such as `uploads`. It is relative and has no `..`. Left out or `\"\"`, the whole volume is mounted.",
				Optional:            true,
				Validators:          []validator.String{validate.SubPath()},
			},
			"items": schema.MapAttribute{
				MarkdownDescription: "The keys of the ConfigMap or Secret to mount, each with its path: `{ \"app.conf\" = \"conf.d/app.conf\" }`. Left out, each key is a file of its own name.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators: []validator.Map{
					validate.NoNulls(),
					validate.DataKeys(),
					mapvalidator.ValueStringsAre(validate.RelativePath("a path within the volume")),
				},
			},
			"mode": schema.StringAttribute{
				MarkdownDescription: "The permissions of the ConfigMap's or Secret's files, as octal text: `\"0440\"`. Default: `\"0644\"`. If `security.fs_group` is set, that group can read the files too.",
				Optional:            true,
				Validators:          []validator.String{validate.FileMode()},
			},
			"optional": schema.BoolAttribute{
				MarkdownDescription: "Whether the instance starts if the ConfigMap or Secret, or a key of `items`, is missing. Default: `false`: it waits until they exist.",
				Optional:            true,
			},
		}},
	}
}

func medium() validator.String {
	return validate.OneOfOr(regexp.MustCompile(`^HugePages-[1-9][0-9]*([KMGTPE]i?|k)?$`), "HugePages-<size>, such as HugePages-2Mi", "Disk", "Memory", "HugePages")
}
