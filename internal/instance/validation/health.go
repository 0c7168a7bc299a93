package validation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func HealthChecks(declared, ports types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, e := range entriesOf("health_checks", declared) {
		if fw.IsNothing(declared.Elements()[e.name]) {
			continue
		}
		diags.Append(e.needs("http_path", "http_port", "8080")...)
		diags.Append(e.needs("http_port", "http_path", `"/"`)...)
		diags.Append(e.exactlyOneWay()...)
		diags.Append(e.onlyWith("https", "http_path", "http_port")...)
		diags.Append(e.onlyWith("grpc_service", "grpc_port")...)
		for _, name := range []string{"http_port", "tcp_port"} {
			diags.Append(e.unnamedPort(name, ports)...)
		}
		if passes, ok := e.says["success_threshold"].(types.Int64); ok && e.name != model.CheckReadiness && e.has("success_threshold") && passes.ValueInt64() != 1 {
			diags.AddAttributeError(e.at.AtName("success_threshold"), "Invalid success_threshold",
				fmt.Sprintf("For %s it must be 1. Leave it out.", e.name))
		}
	}
	return diags
}

// exactlyOneWay takes http_path and http_port for one way: either of them says
// that HTTP is meant.
func (e entry) exactlyOneWay() diag.Diagnostics {
	http := "http_path"
	if !e.has(http) && e.mayHave("http_port") {
		http = "http_port"
	}
	return e.exactlyOne("way to check", http, "tcp_port", "grpc_port", "command")
}

// unnamedPort refuses the name of a port that isn't among ports, where these are
// known.
func (e entry) unnamedPort(name string, ports types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	if !e.has(name) || ports.IsUnknown() || intstr.Parse(e.text(name)).Type == intstr.Int {
		return diags
	}
	named := model.Entries(ports)
	if named[e.text(name)] == nil {
		known := "there are none"
		if names := slices.Sorted(maps.Keys(named)); len(names) > 0 {
			known = "these are " + strings.Join(names, ", ")
		}
		diags.AddAttributeError(e.at.AtName(name), "No such port",
			fmt.Sprintf("%q isn't the name of one of `ports`: %s. Name one of them, or give the port's number.", e.text(name), known))
	}
	return diags
}
