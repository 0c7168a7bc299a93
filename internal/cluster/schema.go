package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

const description = "A MAR cluster: an isolated place for instances with its own quota, limits, network and access. In Kubernetes it is a Namespace of the same name."

// attributes are those of resource and data source alike.
func attributes() map[string]schema.Attribute {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	return map[string]schema.Attribute{
		"name": schema.StringAttribute{
			MarkdownDescription: "Name of the cluster and of its Namespace: lower-case letters, digits and hyphens, at most 63, such as `prod-us-east`. Namespaces of Kubernetes itself (`default`, `kube-…`) are refused. A change replaces the cluster and all that is in it.",
			Required:            true,
			Validators:          []validator.String{validate.ClusterName()},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"region": schema.StringAttribute{
			MarkdownDescription: "Where the cluster is, such as `us-east-1`: a fact for people and filters, kept in the label `topology.kubernetes.io/region`. It schedules nothing. Changed in place.",
			Optional:            true,
			Validators:          []validator.String{validate.LabelValue(), validate.NotEmpty()},
		},
		"labels": schema.MapAttribute{
			MarkdownDescription: "Labels of the Namespace, such as `{ team = \"payments\" }`. Labels that others add are left alone. Changed in place.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Labels(mar.NamespaceLabels),
		},
		"labels_all": schema.MapAttribute{
			MarkdownDescription: "All labels that the configuration declares: `labels` over the provider's `default_labels`.",
			ElementType:         types.StringType,
			Computed:            true,
		},
		"annotations": schema.MapAttribute{
			MarkdownDescription: "Annotations of the Namespace, such as `{ \"example.com/owner\" = \"payments@example.com\" }`. Annotations that others add are left alone. Changed in place.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Annotations(mar.NamespaceAnnotations),
		},
		"annotations_all": schema.MapAttribute{
			MarkdownDescription: "All annotations that the configuration declares: `annotations` over the provider's `default_annotations`.",
			ElementType:         types.StringType,
			Computed:            true,
		},
		"quota":            quota.QuotaAttribute(),
		"scoped_quotas":    quota.ScopedQuotasAttribute(),
		"limit_range":      quota.LimitRangeAttribute(),
		"network":          network.Attribute(),
		"access":           access.Attribute(),
		"service_accounts": access.ServiceAccountsAttribute(),
		"pod_security":     podsecurity.Attribute(),
		"id": schema.StringAttribute{
			MarkdownDescription: "The cluster's name.",
			Computed:            true,
		},
		"uid": schema.StringAttribute{
			MarkdownDescription: "UID of the Namespace, which no other one ever has.",
			Computed:            true,
			PlanModifiers:       keep,
		},
		"created_at": schema.StringAttribute{
			MarkdownDescription: "When the Namespace was made, in UTC (RFC 3339), such as `2026-01-31T12:00:00Z`.",
			Computed:            true,
			PlanModifiers:       keep,
		},
		"phase": schema.StringAttribute{
			MarkdownDescription: "Phase of the Namespace: `Active`, or `Terminating` while it is being deleted. A cluster that is being deleted is planned to be replaced.",
			Computed:            true,
			PlanModifiers:       keep,
		},
	}
}

// resourceAttributes adds what only the resource has.
func resourceAttributes(ctx context.Context) map[string]schema.Attribute {
	all := attributes()
	all["force_destroy"] = schema.BoolAttribute{
		MarkdownDescription: "Whether a destroy may take along what is in the cluster and isn't its own, such as instances that are managed elsewhere, volumes and ConfigMaps. Without it such things stop the destroy. It has to be applied before the destroy. Default: `false`.",
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(false),
	}
	all["deletion_protection"] = schema.BoolAttribute{
		MarkdownDescription: "Whether plans that destroy or replace the cluster are refused, until this is set to `false` and applied. Default: `false`.",
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(false),
	}
	all["timeouts"] = model.TimeoutsAttribute(ctx)
	return all
}
