package network

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"
	networkingv1 "k8s.io/api/networking/v1"
)

// Attribute has no validators of its own: Validate is the one home
// of its rules, for most of them look at several attributes.
func Attribute() schema.Attribute {
	ingress := directionAttributes("come from")
	egress := directionAttributes("go to")
	egress["dns"] = schema.BoolAttribute{
		MarkdownDescription: "Whether instances may look up names where the default is `deny`: port 53, UDP and TCP, of everyone (the NetworkPolicy `mar-egress-dns`). Under `allow` they may anyway, and `false` is refused. Changed in place. Default: `true`.",
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
	}
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Who may open connections to the cluster's instances, and to whom they may: NetworkPolicies named `mar-…`. Left out, nothing is limited here. A network plugin has to enforce it: without one Kubernetes stores the policies, and they do nothing. Changed in place, and no instance restarts.",
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"ingress": schema.SingleNestedAttribute{
				MarkdownDescription: "Connections to the cluster's instances: the NetworkPolicies `mar-ingress` and `mar-ingress-…`. Left out, they aren't limited here. Changed in place.",
				Optional:            true,
				Attributes:          ingress,
			},
			"egress": schema.SingleNestedAttribute{
				MarkdownDescription: "Connections that the cluster's instances open: the NetworkPolicies `mar-egress` and `mar-egress-…`. Left out, they aren't limited here. Changed in place.",
				Optional:            true,
				Attributes:          egress,
			},
			"instance_to_instance": schema.BoolAttribute{
				MarkdownDescription: "Whether the cluster's own instances may talk to each other, on all ports, where a default is `deny` (the NetworkPolicy `mar-instance-to-instance`). `false` forbids nothing that a default or a rule allows. Changed in place. Default: `false`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
		},
	}
}

// directionAttributes are those that ingress and egress have in common; way is
// how a connection stands to its peer.
func directionAttributes(way string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"default": schema.StringAttribute{
			MarkdownDescription: "`deny`: only what a rule names is let through. `allow`: everything is, even where a NetworkPolicy of another tool would limit it, because policies only add. Reads as `edited` where the policies were changed outside of Terraform into something that can't be written here. Changed in place.",
			Required:            true,
		},
		"rules": schema.SetNestedAttribute{
			MarkdownDescription: "What is let through under `deny`, such as `[{ clusters = [\"frontend\"], ports = [\"8080\"] }]`. Rules add up, and their order means nothing. Each names its peers in exactly one way: by `clusters`, `cluster_labels` or `instance_labels`, by `cidr`, or by `anywhere`; a rule that names nobody is refused. None, or an empty set, lets nobody through. Changed in place.",
			Optional:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: networkRuleAttributes(way)},
		},
	}
}

func networkRuleAttributes(way string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"clusters": schema.SetAttribute{
			MarkdownDescription: "Names of the clusters whose instances connections may " + way + ", such as `[\"frontend\", \"ingress-nginx\"]`. Any Namespace can be named, whether MAR made it or not. An empty set is refused.",
			ElementType:         types.StringType,
			Optional:            true,
		},
		"cluster_labels": schema.MapAttribute{
			MarkdownDescription: "Labels of the clusters whose instances connections may " + way + ", such as `{ team = \"payments\" }`: clusters that have all of them. Instead of `clusters`. An empty map is refused, because in Kubernetes it means all clusters.",
			ElementType:         types.StringType,
			Optional:            true,
		},
		"instance_labels": schema.MapAttribute{
			MarkdownDescription: "Labels of the instances that connections may " + way + ", such as `{ role = \"web\" }`: those that have all of them. With `clusters` or `cluster_labels`, instances of these clusters; alone, instances of this very cluster. An empty map is refused, because in Kubernetes it means all instances.",
			ElementType:         types.StringType,
			Optional:            true,
		},
		"cidr": schema.StringAttribute{
			MarkdownDescription: "Addresses that connections may " + way + ", as an IPv4 or IPv6 range such as `10.0.0.0/8` or `2001:db8::/32`; a single one is `192.0.2.7/32`.",
			Optional:            true,
		},
		"except": schema.SetAttribute{
			MarkdownDescription: "Ranges within `cidr` that the rule doesn't let through, such as `[\"10.9.0.0/16\"]`. Another rule may.",
			ElementType:         types.StringType,
			Optional:            true,
		},
		"anywhere": schema.BoolAttribute{
			MarkdownDescription: "`true`: connections may " + way + " everyone, inside and outside of Kubernetes. `false` is the same as leaving it out.",
			Optional:            true,
		},
		"ports": schema.SetAttribute{
			MarkdownDescription: "Ports of the side that is connected to: a number, a range or a port's name, each with an optional `/TCP`, `/UDP` or `/SCTP` (TCP if left out), such as `[\"80\", \"8000-8100\", \"53/UDP\", \"http\"]`. Left out, all ports and protocols; an empty set is refused.",
			ElementType:         types.StringType,
			Optional:            true,
		},
		"applies_to": schema.MapAttribute{
			MarkdownDescription: "Labels of the cluster's own instances that the rule is for, such as `{ role = \"web\" }`: those that have all of them. Left out, all instances; an empty map is refused.",
			ElementType:         types.StringType,
			Optional:            true,
		},
	}
}

func Types() map[string]attr.Type {
	return map[string]attr.Type{
		"ingress":              types.ObjectType{AttrTypes: IngressTypes()},
		"egress":               types.ObjectType{AttrTypes: EgressTypes()},
		"instance_to_instance": types.BoolType,
	}
}

func IngressTypes() map[string]attr.Type {
	return map[string]attr.Type{"default": types.StringType, "rules": RulesType()}
}

func EgressTypes() map[string]attr.Type {
	return map[string]attr.Type{"default": types.StringType, "rules": RulesType(), "dns": types.BoolType}
}

func RulesType() types.SetType {
	return types.SetType{ElemType: types.ObjectType{AttrTypes: RuleTypes()}}
}

func RuleTypes() map[string]attr.Type {
	texts := types.SetType{ElemType: types.StringType}
	labels := types.MapType{ElemType: types.StringType}
	return map[string]attr.Type{
		"clusters": texts, "cluster_labels": labels, "instance_labels": labels,
		"cidr": types.StringType, "except": texts, "anywhere": types.BoolType,
		"ports": texts, "applies_to": labels,
	}
}

// directionAttribute names the attribute that holds a direction.
func directionAttribute(direction networkingv1.PolicyType) string {
	return strings.ToLower(string(direction))
}

func directionTypes(direction networkingv1.PolicyType) map[string]attr.Type {
	if direction == networkingv1.PolicyTypeEgress {
		return EgressTypes()
	}
	return IngressTypes()
}
