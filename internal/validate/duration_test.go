package validate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func TestDurationAtLeast(t *testing.T) {
	for text, want := range map[string]string{
		"10m": "", "1h30m": "", "9m59s": "10m or longer", "-1h": "10m or longer", "600": "its unit", "": "empty text", "1 hour": "its unit",
	} {
		var resp validator.StringResponse
		validate.DurationAtLeast("a lifetime", 10*time.Minute).ValidateString(t.Context(), validator.StringRequest{Path: path.Root("lifetime"), ConfigValue: types.StringValue(text)}, &resp)
		if got := details(resp.Diagnostics.Errors()); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for least, want := range map[time.Duration]string{time.Hour: "than 1h", 90 * time.Minute: "than 1h30m", 30 * time.Second: "than 30s"} {
		if says := validate.DurationAtLeast("a lifetime", least).Description(t.Context()); !strings.HasSuffix(says, want) {
			t.Errorf("got %s, want %s", says, want)
		}
	}
}
