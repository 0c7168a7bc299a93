package fw

import (
	"fmt"

	dschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/list"
	lschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// ListArguments returns the configuration schema of a list resource: those attributes of a data
// source of many that are arguments, with their validators. It panics on a type of argument that no
// data source has.
func ListArguments(attributes map[string]dschema.Attribute) map[string]lschema.Attribute {
	arguments := map[string]lschema.Attribute{}
	for name, attribute := range attributes {
		if attribute.IsComputed() {
			continue
		}
		switch a := attribute.(type) {
		case dschema.StringAttribute:
			arguments[name] = lschema.StringAttribute{MarkdownDescription: a.MarkdownDescription, Required: a.Required, Optional: a.Optional, Validators: a.Validators}
		case dschema.BoolAttribute:
			arguments[name] = lschema.BoolAttribute{MarkdownDescription: a.MarkdownDescription, Required: a.Required, Optional: a.Optional, Validators: a.Validators}
		default:
			panic(fmt.Sprintf("no argument of a list resource is known for a %T", attribute))
		}
	}
	return arguments
}

// ListFailure ends a list with an error. Doing is as for AddError.
func ListFailure(doing string, err error) list.ListResult {
	var result list.ListResult
	AddError(&result.Diagnostics, doing, err, path.Empty())
	return result
}
