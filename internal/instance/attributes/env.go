package attributes

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func serviceAccountAttribute() schema.Attribute {
	return schema.StringAttribute{
		MarkdownDescription: "The Kubernetes ServiceAccount of the instance, such as `\"deployer\"`. It must exist in the same cluster. The program acts as this account when it talks to the API server: Kubernetes mounts the account's token where its client libraries look for it. Left out, the instance has the account `default` and no token, so a program that is broken into can't act on the cluster. A change replaces the instance.",
		Optional:            true,
		Validators:          []validator.String{validate.ObjectName("a ServiceAccount's name")},
	}
}

func envValueFromAttribute() schema.Attribute {
	return schema.MapNestedAttribute{
		MarkdownDescription: "Environment variables by name whose values are read when the instance starts: from a key of a ConfigMap or Secret, from the Pod itself, or from the instance's size. Example: `{ DB_PASSWORD = { secret = \"db\", key = \"password\" }, POD_IP = { field = \"status.podIP\" } }`. Each variable has exactly one of `config_map`, `secret`, `field` and `resource`. Neither the plan nor the state has the values. Values in `env` can use the variables as `$(NAME)`. A variable that is `null` is the same as left out. After a change of the ConfigMap or Secret the program has the new value once it restarts. A change of the attribute replaces the instance.",
		Optional:            true,
		Validators:          []validator.Map{validate.EnvVarNames()},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"config_map": schema.StringAttribute{
				MarkdownDescription: "The name of a ConfigMap in the same cluster. The value is its entry `key`.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a ConfigMap's name")},
			},
			"secret": schema.StringAttribute{
				MarkdownDescription: "The name of a Secret in the same cluster. The value is its entry `key`.",
				Optional:            true,
				Validators:          []validator.String{validate.ObjectName("a Secret's name")},
			},
			"key": schema.StringAttribute{
				MarkdownDescription: "The key of the ConfigMap or Secret, such as `password`.",
				Optional:            true,
				Validators:          []validator.String{validate.DataKey()},
			},
			"optional": schema.BoolAttribute{
				MarkdownDescription: "Whether the instance starts without the variable if the ConfigMap, the Secret or its key is missing. Default: `false`: it waits until the key exists.",
				Optional:            true,
			},
			"field": schema.StringAttribute{
				MarkdownDescription: "A field of the instance's Pod: `metadata.name`, `metadata.namespace` (the cluster), `metadata.uid`, `metadata.labels['<key>']`, `metadata.annotations['<key>']`, `spec.nodeName`, `spec.serviceAccountName`, `status.hostIP`, `status.hostIPs`, `status.podIP` or `status.podIPs`.",
				Optional:            true,
				Validators:          []validator.String{validate.EnvField()},
			},
			"resource": schema.StringAttribute{
				MarkdownDescription: "A limit or a request of the instance: `limits.cpu`, `limits.memory`, `limits.ephemeral-storage`, the same with `requests`, or `limits.hugepages-<size>`. If the instance has no such limit, the value is what its node has. The value is rounded up to whole units of `divisor`.",
				Optional:            true,
				Validators:          []validator.String{validate.EnvResource()},
			},
			"divisor": schema.StringAttribute{
				MarkdownDescription: "The unit of `resource`: for CPU `\"1m\"` (thousandths of a core) or `\"1\"` (cores); for the rest `\"1\"` (bytes), `\"1Ki\"`, `\"1Mi\"`, `\"1k\"`, `\"1M\"` and so on. Default: `\"1\"`.",
				CustomType:          fwtypes.QuantityType{},
				Optional:            true,
			},
		}},
	}
}
