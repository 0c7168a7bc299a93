package validate_test

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

func details(diags diag.Diagnostics) string {
	var all []string
	for _, d := range diags {
		all = append(all, d.Detail())
	}
	return strings.Join(all, "\n")
}
