package provider

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ValidateProviderConfig is asked before the provider is configured.
func (s *server) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	resp, err := s.protocolServer.ValidateProviderConfig(ctx, req)
	if err == nil {
		sayWholeNumbers(resp.Diagnostics)
	}
	return resp, err
}

// sayWholeNumbers words the framework's errors about numbers that aren't whole, or too large.
// It calls them a bug in the provider, because it finds them before any validator is asked.
func sayWholeNumbers(diagnostics []*tfprotov6.Diagnostic) {
	framework := regexp.MustCompile(`Value (?:%!s\(\*big\.Float=)?([-+.e0-9]+)\)? (is not an integer|cannot be represented as)`)
	for _, d := range diagnostics {
		found := framework.FindStringSubmatch(d.Detail)
		if found == nil {
			continue
		}
		what := "a whole number"
		if found[2] != "is not an integer" {
			what = "a smaller number"
		}
		d.Summary, d.Detail = "Not "+what, fmt.Sprintf("The value is %s. It must be %s.", found[1], what)
	}
}
