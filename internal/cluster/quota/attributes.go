package quota

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func QuotaAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "What all instances and objects of the cluster may use together: the ResourceQuota `mar-quota`. What is left out isn't limited. Changed in place; a quota below what is used stops new instances and removes none.",
		Optional:            true,
		Attributes:          quotaKeyAttributes(),
	}
}

func ScopedQuotasAttribute() schema.Attribute {
	keys := quotaKeyAttributes()
	keys["scopes"] = schema.SetAttribute{
		MarkdownDescription: "Which part is counted; several narrow it down together. `Terminating` (instances with a deadline, `active_deadline_seconds`) or `NotTerminating`; `BestEffort` (instances without requests and limits) or `NotBestEffort`; `PriorityClass`; `CrossNamespacePodAffinity`; `VolumeAttributesClass`. Each allows some keys only: `BestEffort` only `instances`; `VolumeAttributesClass` only `volumes` and `storage`; the others only `instances` and CPU and memory. Changed in place.",
		ElementType:         types.StringType,
		Required:            true,
		Validators:          []validator.Set{setvalidator.SizeAtLeast(1), validate.NoNulls(), setvalidator.ValueStringsAre(validate.OneOf(Scopes()...))},
	}
	keys["priority_classes"] = schema.SetAttribute{
		MarkdownDescription: "With the scope `PriorityClass`: the PriorityClasses whose instances are counted, such as `[\"high\"]`. Left out, instances of every PriorityClass are. Changed in place.",
		ElementType:         types.StringType,
		Optional:            true,
		Validators:          []validator.Set{validate.NoNulls(), setvalidator.ValueStringsAre(validate.ObjectName("a PriorityClass's name"))},
	}
	return schema.MapNestedAttribute{
		MarkdownDescription: "Further quotas by a key of your choice, each for a part of the instances or volumes: the ResourceQuotas `mar-quota-<key>`. They hold beside `quota`. Changed in place.",
		Optional:            true,
		Validators:          []validator.Map{validate.ChildKeys(child.ScopedQuotaPrefix), validate.NoNulls()},
		NestedObject:        schema.NestedAttributeObject{Attributes: keys},
	}
}

func quotaKeyAttributes() map[string]schema.Attribute {
	keys := map[string]schema.Attribute{
		"extra": schema.MapAttribute{
			MarkdownDescription: "Any other key of a ResourceQuota, such as `{ \"count/jobs.batch\" = \"10\", \"requests.nvidia.com/gpu\" = \"4\" }`.",
			ElementType:         fwtypes.QuantityType{},
			Optional:            true,
			Validators:          []validator.Map{validate.QuotaKeys(insteadOfExtra()), validate.QuotaAmounts()},
		},
	}
	for _, k := range Keys() {
		if k.Counts {
			keys[k.Attribute] = schema.Int64Attribute{MarkdownDescription: k.Says, Optional: true, Validators: []validator.Int64{validate.AtLeast("a whole number", 0)}}
		} else {
			keys[k.Attribute] = schema.StringAttribute{MarkdownDescription: k.Says, CustomType: fwtypes.QuantityType{}, Optional: true}
		}
	}
	return keys
}

func LimitRangeAttribute() schema.Attribute {
	resources := validate.LimitedResources()
	amounts := func(text string) schema.Attribute {
		return schema.MapAttribute{MarkdownDescription: text, ElementType: fwtypes.QuantityType{}, Optional: true, Validators: []validator.Map{resources, validate.Quantities()}}
	}
	amount := func(text string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: text, CustomType: fwtypes.QuantityType{}, Optional: true}
	}
	return schema.SingleNestedAttribute{
		MarkdownDescription: "What a single container, instance or volume of the cluster gets by default, and may have: the LimitRange `mar-limits`. It applies to what is made from then on. Changed in place.",
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"container": schema.SingleNestedAttribute{
				MarkdownDescription: "Limits for each container. Each is a map by resource: `cpu` in cores, `memory` and `ephemeral-storage` in bytes.",
				Optional:            true,
				Attributes: map[string]schema.Attribute{
					"default":                 amounts("Limits of a container that sets none, such as `{ cpu = \"500m\", memory = \"512Mi\" }`. Left out, `max` is the default."),
					"default_request":         amounts("Requests of a container that sets none. Left out, they are `default`, or else `min`."),
					"min":                     amounts("Smallest request that a container may have, such as `{ cpu = \"100m\" }`."),
					"max":                     amounts("Largest limit that a container may have, such as `{ cpu = \"4\", memory = \"8Gi\" }`."),
					"max_limit_request_ratio": amounts("How many times its request a container's limit may be, such as `{ cpu = \"4\" }`."),
				},
			},
			"instance": schema.SingleNestedAttribute{
				MarkdownDescription: "Limits for each instance, all its containers together.",
				Optional:            true,
				Attributes: map[string]schema.Attribute{
					"min":                     amounts("Smallest sum of requests."),
					"max":                     amounts("Largest sum of limits."),
					"max_limit_request_ratio": amounts("How many times the sum of its requests the sum of an instance's limits may be, such as `{ cpu = \"4\" }`."),
				},
			},
			"volume": schema.SingleNestedAttribute{
				MarkdownDescription: "Limits for the size of each volume (PersistentVolumeClaim).",
				Optional:            true,
				Attributes: map[string]schema.Attribute{
					"min": amount("Smallest size in bytes, such as `1Gi`."),
					"max": amount("Largest size in bytes, such as `100Gi`."),
				},
			},
		},
	}
}
