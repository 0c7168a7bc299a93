package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
)

const typeName = "instance"

func identityAttributes() map[string]identityschema.Attribute {
	return map[string]identityschema.Attribute{
		"cluster": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The cluster (Namespace) that the instance runs in.",
		},
		"name": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The instance's name, which is its Pod's.",
		},
	}
}
