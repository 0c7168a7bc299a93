package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func serviceAccountAttribute() schema.Attribute {
	return schema.StringAttribute{
		MarkdownDescription: "The Kubernetes ServiceAccount that the program acts as when it talks to the API server, such as `\"deployer\"`; it has to be in the same cluster. Its token is mounted into the instance, where Kubernetes' client libraries find it. Left out, the instance is the account `default` and gets no token, so that a program which is broken into can't act on the cluster. A change replaces the instance.",
		Optional:            true,
		Validators:          []validator.String{validate.ObjectName("a ServiceAccount's name")},
	}
}

func envValueFromAttribute() schema.Attribute {
	return schema.MapNestedAttribute{
		MarkdownDescription: "Environment variables, by name, whose values come from elsewhere when the instance starts: from a key of a ConfigMap or Secret, from the Pod itself, or from what the instance may use: `{ DB_PASSWORD = { secret = \"db\", key = \"password\" }, POD_IP = { field = \"status.podIP\" } }`. Each has exactly one of `config_map`, `secret`, `field` and `resource`. The values are neither in the plan nor in the state. Values in `env` may use them as `$(NAME)`. One that is `null` is the same as left out. When a ConfigMap or Secret changes, the program sees it after its next restart. A change replaces the instance.",
		Optional:            true,
		Validators:          []validator.Map{validate.EnvVarNames()},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"config_map": schema.StringAttribute{
				MarkdownDescription: "The name of the ConfigMap in the same cluster that has the value, under `key`.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a ConfigMap's name")},
			},
			"secret": schema.StringAttribute{
				MarkdownDescription: "The name of the Secret in the same cluster that has the value, under `key`.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a Secret's name")},
			},
			"key": schema.StringAttribute{
				MarkdownDescription: "The key of the ConfigMap or Secret, such as `password`.",
				Optional:            true,
				Validators:          []validator.String{validate.DataKey()},
			},
			"optional": schema.BoolAttribute{
				MarkdownDescription: "Whether the instance starts, without the variable, where the ConfigMap or Secret or its key is missing. Left out or `false`, it doesn't start until the key is there.",
				Optional:            true,
			},
			"field": schema.StringAttribute{
				MarkdownDescription: "A fact of the instance's Pod: `metadata.name`, `metadata.namespace` (the cluster), `metadata.uid`, `metadata.labels['<key>']`, `metadata.annotations['<key>']`, `spec.nodeName`, `spec.serviceAccountName`, `status.hostIP`, `status.hostIPs`, `status.podIP` or `status.podIPs`.",
				Optional:            true,
				Validators:          []validator.String{validate.EnvField()},
			},
			"resource": schema.StringAttribute{
				MarkdownDescription: "How much the instance may use, or has reserved: `limits.cpu`, `limits.memory`, `limits.ephemeral-storage`, the same of `requests`, or `limits.hugepages-<size>`. Without such a limit it is what the node has. It is rounded up to whole units of `divisor`.",
				Optional:            true,
				Validators:          []validator.String{validate.EnvResource()},
			},
			"divisor": schema.StringAttribute{
				MarkdownDescription: "The unit that `resource` is counted in: `\"1m\"` (thousandths of a core) or `\"1\"` for CPU; `\"1\"` (bytes), `\"1Ki\"`, `\"1Mi\"`, `\"1k\"`, `\"1M\"` and so on for the rest. Default: `\"1\"`.",
				CustomType:          fwtypes.QuantityType{},
				Optional:            true,
			},
		}},
	}
}
