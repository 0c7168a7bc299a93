package validate

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func detailOf(t *testing.T, of validator.String, value types.String) string {
	t.Helper()
	var resp validator.StringResponse
	of.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("a"), ConfigValue: value}, &resp)
	var all []string
	for _, d := range resp.Diagnostics {
		all = append(all, d.Detail())
	}
	return strings.Join(all, "\n")
}

// An error about a choice lists the possible values, and suggests the one that was probably meant.
func TestOneOf_namesWhatWasMeant(t *testing.T) {
	kinds := OneOf("liveness", "readiness", "startup")
	for value, want := range map[string]string{
		"liveness": "",
		"rediness": `It is "rediness", and must be one of "liveness", "readiness" or "startup". Did you mean "readiness"?`,
		"READY":    `It is "READY", and must be one of "liveness", "readiness" or "startup".`,
		"Startup":  `It is "Startup", and must be one of "liveness", "readiness" or "startup". Did you mean "startup"?`,
		"health":   `It is "health", and must be one of "liveness", "readiness" or "startup".`,
		"":         `It is "", and must be one of "liveness", "readiness" or "startup".`,
	} {
		if got := detailOf(t, kinds, types.StringValue(value)); got != want {
			t.Errorf("%q: %s", value, got)
		}
	}
	if got := detailOf(t, OneOf("UDP", "TCP"), types.StringValue("tcp")); !strings.HasSuffix(got, `Did you mean "TCP"?`) {
		t.Error(got)
	}
	for _, open := range []types.String{types.StringNull(), types.StringUnknown()} {
		if got := detailOf(t, kinds, open) + detailOf(t, NotEmpty(), open); got != "" {
			t.Errorf("%s: %s", open, got)
		}
	}
}

// A choice may have an open end.
func TestOneOfOr_takesWhatMatches(t *testing.T) {
	profile := OneOfOr(regexp.MustCompile(`^Localhost/.+$`), "Localhost/<file>", "RuntimeDefault", "Unconfined")
	for value, want := range map[string]string{
		"RuntimeDefault":   "",
		"Localhost/a.json": "",
		"runtime-default":  `It is "runtime-default", and must be "RuntimeDefault", "Unconfined" or Localhost/<file>. Did you mean "RuntimeDefault"?`,
		"Localhost/":       `It is "Localhost/", and must be "RuntimeDefault", "Unconfined" or Localhost/<file>.`,
	} {
		if got := detailOf(t, profile, types.StringValue(value)); got != want {
			t.Errorf("%q: %s", value, got)
		}
	}
}

func TestNotEmpty_refusesTheEmptyText(t *testing.T) {
	if detailOf(t, NotEmpty(), types.StringValue("")) == "" || detailOf(t, NotEmpty(), types.StringValue(" ")) != "" {
		t.Error("it takes another text for empty")
	}
}

func TestAtLeast_namesTheLeast(t *testing.T) {
	for value, want := range map[int64]string{-1: "It is -1, and must be a number of seconds, 0 or more.", 0: "", 5: ""} {
		var resp validator.Int64Response
		AtLeast("a number of seconds", 0).ValidateInt64(t.Context(), validator.Int64Request{Path: path.Root("a"), ConfigValue: types.Int64Value(value)}, &resp)
		got := ""
		for _, d := range resp.Diagnostics {
			got = d.Detail()
		}
		if got != want {
			t.Errorf("%d: %s", value, got)
		}
	}
}

func TestImageReference_hasNoSpacesAtItsEnds(t *testing.T) {
	if got := detailOf(t, ImageReference(), types.StringValue("web:1 ")); !strings.Contains(got, `Write "web:1"`) {
		t.Error(got)
	}
	if got := detailOf(t, ImageReference(), types.StringValue("registry.example.com:5000/web@sha256:abc")); got != "" {
		t.Error(got)
	}
}
