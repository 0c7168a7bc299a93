package attributes

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// podAttribute has no plan modifiers: whether a change means anything depends on
// the other attributes, and is decided with them.
func podAttribute() schema.Attribute {
	return schema.DynamicAttribute{
		MarkdownDescription: "Every setting of the Pod that has no attribute of its own, in the field names of Kubernetes. The value is a part of a Pod's `spec`: an object such as `{ nodeSelector = { disk = \"ssd\" } }`, or a text of YAML or JSON. An empty text is the same as left out. The provider merges it over the other attributes. It merges lists by the names of their elements; the main container is called `app`. So `{ containers = [{ name = \"app\", lifecycle = { … } }, { name = \"proxy\", image = \"…\" }] }` gives the main container a hook, and adds a second container. A setting that has an attribute of its own can't be set here. The plan refuses unknown fields and wrong types. A change of meaning replaces the instance. An equal amount, a default that is written down, an empty value, or another spelling changes nothing. The guide *Everything else a Pod can be* has examples.",
		Optional:            true,
	}
}
