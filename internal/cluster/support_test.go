package cluster

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

func pathOf(t *testing.T, d diag.Diagnostic) string {
	t.Helper()
	at, ok := d.(diag.DiagnosticWithPath)
	if !ok {
		t.Fatalf("no path: %v", d)
	}
	return at.Path().String()
}
