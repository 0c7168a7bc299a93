package provider

import (
	"context"
	"maps"

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
	return named(unknown)
}

// anyUnknown reports whether an element of a collection isn't known.
func anyUnknown(value attr.Value) bool {
	switch v := value.(type) {
	case interface{ Elements() []attr.Value }:
		for _, element := range v.Elements() {
			if element.IsUnknown() {
				return true
			}
		}
	case interface{ Elements() map[string]attr.Value }:
		for _, element := range v.Elements() {
			if element.IsUnknown() {
				return true
			}
		}
	}
	return false
}
