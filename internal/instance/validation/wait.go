package validation

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// MinReadySeconds refuses a min_ready_seconds that no wait can reach.
func MinReadySeconds(ctx context.Context, config model.Resource) diag.Diagnostics {
	var diags diag.Diagnostics
	if config.WaitFor.IsUnknown() || config.Timeouts.IsUnknown() {
		return diags
	}
	for _, limit := range []struct {
		name       string
		configured func(context.Context, time.Duration) (time.Duration, diag.Diagnostics)
	}{{"create", config.Timeouts.Create}, {"update", config.Timeouts.Update}} {
		if value, set := config.Timeouts.Attributes()[limit.name]; set && value.IsUnknown() {
			continue
		}
		// One that can't be read is an error of its own.
		if allowed, more := limit.configured(ctx, model.DefaultTimeout); !more.HasError() {
			diags.Append(Hold(config.WaitFor, config.MinReadySeconds, "timeouts."+limit.name, allowed)...)
		}
	}
	return diags
}

// Hold refuses a time to stay ready that isn't shorter than the wait may be.
func Hold(waitFor types.String, hold types.Int64, timeout string, allowed time.Duration) diag.Diagnostics {
	var diags diag.Diagnostics
	ready := waitFor.IsNull() || waitFor.ValueString() == model.WaitReady
	if seconds := hold.ValueInt64(); ready && seconds > 0 && float64(seconds) >= allowed.Seconds() {
		diags.AddAttributeError(path.Root("min_ready_seconds"), "No time left to become ready",
			fmt.Sprintf("The instance has to stay ready for %d seconds, and `%s` ends the wait after %s. Lower `min_ready_seconds`, or raise `%s`.", seconds, timeout, allowed, timeout))
	}
	return diags
}
