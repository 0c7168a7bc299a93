package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// podAttribute has no plan modifiers: whether a change means anything depends on
// the other attributes, and is decided with them.
func podAttribute() schema.Attribute {
	return schema.DynamicAttribute{
		MarkdownDescription: "Everything else that a Pod can be, in Kubernetes' own field names: any part of a Pod's `spec`, as an object such as `{ nodeSelector = { disk = \"ssd\" } }`, or as a text of YAML or JSON, of which an empty one is the same as left out. It is merged over what the other attributes mean; lists whose elements have names, such as `containers`, are merged by these, and the main container is `app`. So `{ containers = [{ name = \"app\", lifecycle = { … } }, { name = \"proxy\", image = \"…\" }] }` gives that a hook, and the instance another container. What has an attribute of its own is said there. A field that doesn't exist, or has the wrong type, is refused by the plan. A change of what it means replaces the instance; an equal amount, a default that is written down, an empty value or another spelling changes nothing. The guide *Everything else a Pod can be* has examples.",
		Optional:            true,
	}
}
