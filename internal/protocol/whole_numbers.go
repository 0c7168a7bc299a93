package protocol

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ValidateProviderConfig is asked before the provider is configured.
func (s *server) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	resp, err := s.Inner.ValidateProviderConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = sayWholeNumbers(resp.Diagnostics)
	}
	return resp, err
}

// sayWholeNumbers words the framework's errors about numbers that aren't whole, or too large.
// It calls them a bug in the provider, because it finds them before any validator is asked, and
// finds some of them twice.
func sayWholeNumbers(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	var all []*tfprotov6.Diagnostic
	framework := regexp.MustCompile(`Value (?:%!s\(\*big\.Float=)?([-+.e0-9]+)\)? (is not an integer|cannot be represented as)`)
	for _, d := range diagnostics {
		if found := framework.FindStringSubmatch(d.Detail); found != nil {
			what := "a whole number"
			if found[2] != "is not an integer" {
				what = "a smaller number"
			}
			d.Summary, d.Detail = "Not "+what, fmt.Sprintf("The value is %s. It must be %s.", found[1], what)
		}
		if !slices.ContainsFunc(all, func(said *tfprotov6.Diagnostic) bool { return reflect.DeepEqual(said, d) }) {
			all = append(all, d)
		}
	}
	return all
}
