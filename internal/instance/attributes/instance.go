package attributes

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// Instance is what a resource and a data source both have.
func Instance() map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"env_value_from":  envValueFromAttribute(),
		"health_checks":   healthChecksAttribute(),
		"pod":             podAttribute(),
		"security":        SecurityAttribute(),
		"service_account": serviceAccountAttribute(),
		"volumes":         volumesAttribute(),
	}
	for _, some := range []map[string]schema.Attribute{programAttributes(), sizeAttributes(), metadataAttributes(), resultAttributes()} {
		maps.Copy(all, some)
	}
	return all
}

// programAttributes are what the instance runs.
func programAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"cluster": schema.StringAttribute{
			MarkdownDescription: "The name of the MAR cluster that the instance runs in, such as `mar_cluster.dev.name`. A cluster is a Kubernetes Namespace. Another cluster is another instance: a change replaces it.",
			Required:            true,
			Validators:          []validator.String{validate.ClusterName()},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"name": schema.StringAttribute{
			MarkdownDescription: "The instance's name within its cluster: lower-case letters, digits and hyphens, at most 63, such as `web`. It is the instance's ID in MAR and the name of its Pod in Kubernetes. Left out, it is `mar-i-` and random characters, made when the instance is; `lifecycle { create_before_destroy = true }` needs that, because two instances can't have one name. Set a name where a run may be killed before it saves its state: the next apply then fails because the name is taken, and shows the `import` block for what that run has made. With a generated name nothing tells. A change replaces the instance.",
			Optional:            true,
			Computed:            true,
			Validators:          []validator.String{validate.InstanceName()},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()},
		},
		"image": schema.StringAttribute{
			MarkdownDescription: "The container image to run, such as `registry.example.com/team/web:1.4.2`. Changed in place: the container is restarted with the new image, the instance keeps its address and its node. An instance that has finished is replaced instead.",
			Required:            true,
			Validators:          []validator.String{validate.NotEmpty(), validate.ImageReference()},
		},
		"command": schema.ListAttribute{
			MarkdownDescription: "The program to run and its first arguments, instead of the image's entry point: `[\"/bin/server\", \"--verbose\"]`. Left out or empty, the image decides. It is no shell command line; write `[\"sh\", \"-c\", \"…\"]` for one. A change replaces the instance.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.List{validate.NoNulls()},
		},
		"args": schema.ListAttribute{
			MarkdownDescription: "Arguments for `command`, or for the image's entry point where no command is given: `[\"--port\", \"8080\"]`. Left out or empty, the image's own are used. A change replaces the instance.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.List{validate.NoNulls()},
		},
		"env": schema.MapAttribute{
			MarkdownDescription: "Environment variables by name: `{ LOG_LEVEL = \"debug\" }`. A value may use another variable as `$(NAME)`, whichever attribute sets that one; write `$$(NAME)` to mean the characters themselves. A name may have any printable ASCII character but `=`: .NET reads `Logging:LogLevel:Default`. The values are in the state and in the Pod for whoever may read those, so they are no place for secrets: `secret_env_wo` and `env_value_from` are. A change replaces the instance.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.Map{validate.EnvVarNames(), validate.NoNulls()},
		},
		"ports": schema.MapNestedAttribute{
			MarkdownDescription: "The network ports that the instance listens on, by name (at most 15 lower-case letters, digits and hyphens): `{ http = { port = 8080 } }`. They inform people and let services refer to a port by its name; a port that isn't listed can be reached too. A change replaces the instance.",
			Optional:            true,
			Validators:          []validator.Map{validate.PortNames(), validate.NoNulls()},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"port": schema.Int64Attribute{
					MarkdownDescription: "The port's number, 1 to 65535, such as `8080`. As `security` takes root's rights away by default, ports below 1024 may not be had.",
					Required:            true,
					Validators:          []validator.Int64{int64validator.Between(1, 65535)},
				},
				"protocol": schema.StringAttribute{
					MarkdownDescription: "`TCP` (default), `UDP` or `SCTP`.",
					Optional:            true,
					Computed:            true,
					Default:             stringdefault.StaticString("TCP"),
					Validators:          []validator.String{validate.OneOf("TCP", "UDP", "SCTP")},
				},
			}},
		},
		"restart_policy": schema.StringAttribute{
			MarkdownDescription: "What happens when the program ends: `Always` (default) starts it again, for servers; `OnFailure` starts it again only after an error, and `Never` leaves it, for jobs that run to completion. A change replaces the instance.",
			Optional:            true,
			Computed:            true,
			Default:             stringdefault.StaticString("Always"),
			Validators:          []validator.String{validate.OneOf("Always", "OnFailure", "Never")},
		},
	}
}

// sizeAttributes are what it gets to run with.
func sizeAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"cpu": schema.StringAttribute{
			MarkdownDescription: "The most CPU that the instance may use, in cores: `\"2\"`, or `\"500m\"` (thousandths) for half a core. With more work than that it is slowed down. Left out, it is what the cluster's `limit_range` gives by default, or no limit. As much is reserved for it, unless `requests` says less. Changed in place while it runs, where Kubernetes can; taking the limit away, or a change of the quality-of-service class, replaces the instance, as does a change once it has finished.",
			CustomType:          fwtypes.QuantityType{},
			Optional:            true,
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"memory": schema.StringAttribute{
			MarkdownDescription: "The most memory that the instance may use, in bytes: `\"512Mi\"`, `\"4Gi\"` (powers of 1024) or `\"4G\"` (of 1000). What uses more is killed (`OOMKilled`). Left out, it is what the cluster's `limit_range` gives by default, or no limit. As much is reserved for it, unless `requests` says less. A change does what one of `cpu` does.",
			CustomType:          fwtypes.QuantityType{},
			Optional:            true,
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"limits": schema.MapAttribute{
			MarkdownDescription: "The most of anything else that the instance may use, by the resource's name in Kubernetes: `{ \"nvidia.com/gpu\" = \"1\", ephemeral-storage = \"10Gi\" }`. CPU and memory have attributes of their own. A change replaces the instance.",
			ElementType:         fwtypes.QuantityType{},
			Optional:            true,
			Validators: []validator.Map{
				validate.ContainerAmounts(),
				validate.ResourceNames("a key of limits", map[string]string{
					manifest.CPU:    "the limit on CPU is the attribute cpu",
					manifest.Memory: "the limit on memory is the attribute memory",
				}),
			},
		},
		"requests": schema.MapAttribute{
			MarkdownDescription: "What is reserved for the instance, by the resource's name: `{ cpu = \"250m\", memory = \"256Mi\" }`. An instance is put on a node that has this much to spare, and never gets less. Whatever isn't named here is reserved up to its limit. Less than the limit uses the nodes better, and makes the instance one of the first to go when a node runs short. CPU and memory change as `cpu` and `memory` do; a change to anything else replaces the instance.",
			ElementType:         fwtypes.QuantityType{},
			Optional:            true,
			Validators:          []validator.Map{validate.ContainerAmounts(), validate.ResourceNames("a key of requests", nil)},
		},
	}
}

// metadataAttributes are labels and annotations.
func metadataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"labels": schema.MapAttribute{
			MarkdownDescription: "Labels: short facts about the instance by which people and services select it, such as `{ team = \"shop\", tier = \"web\" }`. The provider itself sets `app = \"mar\"` (declare `app` to have another value), `instance-id` and `app.kubernetes.io/managed-by`. Labels that others put on the instance are left alone. Changed in place.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Labels(mar.PodLabels),
		},
		"labels_all": schema.MapAttribute{
			MarkdownDescription: "The provider's `default_labels` with `labels` over them: all labels that Terraform manages on the instance, but for the provider's own.",
			ElementType:         types.StringType,
			Computed:            true,
			PlanModifiers:       []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
		},
		"annotations": schema.MapAttribute{
			MarkdownDescription: "Annotations: notes for people and tools, of any length, which nothing is selected by: `{ \"example.com/owner\" = \"shop@example.com\" }`. Those that others put on the instance are left alone. Changed in place.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Annotations(mar.PodAnnotations),
		},
		"annotations_all": schema.MapAttribute{
			MarkdownDescription: "The provider's `default_annotations` with `annotations` over them: all annotations that Terraform manages on the instance, but for the provider's own.",
			ElementType:         types.StringType,
			Computed:            true,
			PlanModifiers:       []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
		},
	}
}

// resultAttributes are what it came to.
func resultAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{
			MarkdownDescription: "The cluster's and the instance's names: `dev/web`. It imports the instance too.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"uid": schema.StringAttribute{
			MarkdownDescription: "What tells this Pod from every other, earlier ones of the same name included. Kubernetes makes it. Null while the instance is stopped.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "What became of the instance: `Pending` (not yet running), `Running`, `Succeeded` (finished well), `Failed`, `Unknown`, or `Stopped`. In a resource it is what the last apply came to, and follows only what isn't the usual course of things, so that a job that finishes is no drift: the data source has the status of the moment.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"node": schema.StringAttribute{
			MarkdownDescription: "The machine that the instance runs on. In a resource it is null where `wait_for` is `None`: the data source has it as soon as it is known.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"ip": schema.StringAttribute{
			MarkdownDescription: "The instance's address within the Kubernetes cluster. Another instance has another address, one that replaces it too. In a resource it is null where `wait_for` is `None` or `Scheduled`: the data source has it as soon as it is known.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
	}
}

// podAttribute has no plan modifiers: whether a change means anything depends on
// the other attributes, and is decided with them.
func podAttribute() schema.Attribute {
	return schema.DynamicAttribute{
		MarkdownDescription: "Every setting of the Pod that has no attribute of its own, in the field names of Kubernetes. The value is a part of a Pod's `spec`: an object such as `{ nodeSelector = { disk = \"ssd\" } }`, or a text of YAML or JSON. An empty text is the same as left out. The provider merges it over the other attributes. It merges lists by the names of their elements; the main container is called `app`. So `{ containers = [{ name = \"app\", lifecycle = { … } }, { name = \"proxy\", image = \"…\" }] }` gives the main container a hook, and adds a second container. A setting that has an attribute of its own can't be set here. The plan refuses unknown fields and wrong types. A change of meaning replaces the instance. An equal amount, a default that is written down, an empty value, or another spelling changes nothing. The guide *Everything else a Pod can be* has examples.",
		Optional:            true,
	}
}
