package validation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// Variables are environment variables by name, and the attribute that declares
// them.
type Variables struct {
	Attribute string
	ByName    types.Map
}

// RepeatedVariables refuses a name that several attributes declare, in each but
// the first.
func RepeatedVariables(all ...Variables) diag.Diagnostics {
	var diags diag.Diagnostics
	declaredBy := map[string]string{}
	for _, some := range all {
		for _, name := range slices.Sorted(maps.Keys(model.Entries(some.ByName))) {
			if other, repeated := declaredBy[name]; repeated {
				diags.AddAttributeError(path.Root(some.Attribute).AtMapKey(name), "Variable declared twice",
					fmt.Sprintf("%s is also in `%s`, and a variable has one value. Keep one of the two.", name, other))
				continue
			}
			declaredBy[name] = some.Attribute
		}
	}
	return diags
}

func EnvValueFrom(declared types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, e := range entriesOf("env_value_from", declared) {
		diags.Append(e.exactlyOne("source", "config_map", "secret", "field", "resource")...)
		diags.Append(e.needs("config_map", "key", `"log-level"`)...)
		diags.Append(e.needs("secret", "key", `"password"`)...)
		diags.Append(e.onlyWith("key", "config_map", "secret")...)
		diags.Append(e.onlyWith("optional", "config_map", "secret")...)
		diags.Append(e.onlyWith("divisor", "resource")...)
		divisor, _ := e.says["divisor"].(fwtypes.Quantity)
		if !e.has("resource") {
			continue
		}
		if faults := validate.DivisorFaults(divisor, e.text("resource")); len(faults) > 0 {
			diags.AddAttributeError(e.at.AtName("divisor"), "Invalid divisor", strings.Join(faults, "; ")+".")
		}
	}
	return diags
}
