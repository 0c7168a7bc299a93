package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
)

// model is the provider block.
type model struct {
	connectionModel
	conductModel
}

func (p *marProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	attributes := connectionAttributes()
	maps.Copy(attributes, conductAttributes())
	resp.Schema = schema.Schema{
		MarkdownDescription: "MAR is a managed platform on Kubernetes. Its clusters are Namespaces with a quota and limits, its instances are Pods. This provider manages both on any Kubernetes API server.",
		Attributes:          attributes,
		Blocks:              connectionBlocks(),
	}
}

// unknown names the arguments whose values this plan doesn't know yet.
func (m model) unknown() []string {
	values := m.connectionModel.values()
	maps.Copy(values, m.conductModel.values())
	unknown := map[string]bool{}
	for name, value := range values {
		unknown[name] = value.IsUnknown() || anyUnknown(value)
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(unknown)), func(name string) bool { return !unknown[name] })
}

// anyUnknown reports whether anything in a collection isn't known.
func anyUnknown(value attr.Value) bool {
	var inside []attr.Value
	switch v := value.(type) {
	case interface{ Elements() []attr.Value }:
		inside = v.Elements()
	case interface{ Elements() map[string]attr.Value }:
		inside = slices.Collect(maps.Values(v.Elements()))
	case interface{ Attributes() map[string]attr.Value }:
		inside = slices.Collect(maps.Values(v.Attributes()))
	}
	return slices.ContainsFunc(inside, func(v attr.Value) bool { return v.IsUnknown() || anyUnknown(v) })
}
