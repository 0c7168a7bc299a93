package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestPlanValidation_precedence(t *testing.T) {
	for name, c := range map[string]struct {
		argument types.String
		env      map[string]string
		want     string
	}{
		"neither":           {types.StringNull(), nil, "warn"},
		"the argument":      {types.StringValue("strict"), map[string]string{"MAR_PLAN_VALIDATION": "off"}, "strict"},
		"the environment":   {types.StringNull(), map[string]string{"MAR_PLAN_VALIDATION": "off"}, "off"},
		"an empty variable": {types.StringNull(), map[string]string{"MAR_PLAN_VALIDATION": ""}, "warn"},
		"an odd variable":   {types.StringNull(), map[string]string{"MAR_PLAN_VALIDATION": "loud"}, ""},
	} {
		got, err := conductModel{PlanValidation: c.argument}.planValidation(env(c.env))
		if got != c.want || (err == nil) == (c.want == "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
