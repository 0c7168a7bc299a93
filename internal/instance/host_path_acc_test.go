package instance_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_hostPathIsWarnedOfOnce holds that a plan which brings files of
// the node in says so in one warning for all of them, and one that changes nothing
// says nothing.
func TestAccInstance_hostPathIsWarnedOfOnce(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	s := serve(t)
	kind, ok := s.kind.AttributeTypes["volumes"].(tftypes.Map)
	if !ok {
		t.Fatal("volumes is no map")
	}
	volume := objectType(t, kind.ElementType)
	onNode := func(path string) tftypes.Value {
		return nulls(volume, map[string]tftypes.Value{"mount_path": text("/node" + path), "host_path": text(path)})
	}
	config := nulls(s.kind, map[string]tftypes.Value{
		"cluster": text(cluster), "name": text("web"), "image": text(image),
		"volumes": tftypes.NewValue(kind, map[string]tftypes.Value{"logs": onNode("/var/log"), "run": onNode("/run")}),
	})
	plan := func(prior tftypes.Value) *tfprotov6.PlanResourceChangeResponse {
		proposed := config
		if !prior.IsNull() {
			proposed = prior
		}
		planned, err := s.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: "mar_instance", PriorState: dynamic(t, s.kind, prior), ProposedNewState: dynamic(t, s.kind, proposed), Config: dynamic(t, s.kind, config),
		})
		if err != nil {
			t.Fatal(err)
		}
		return planned
	}
	planned := plan(tftypes.NewValue(s.kind, nil))
	got := texts(planned.Diagnostics)
	if !strings.HasPrefix(got, "WARNING: Instance mounts files of its node: These volumes have a `host_path`: logs (/var/log), run (/run)") || len(planned.Diagnostics) != 1 {
		t.Errorf("got %s", got)
	}
	made, err := planned.PlannedState.Unmarshal(s.kind)
	if err != nil {
		t.Fatal(err)
	}
	known, err := tftypes.Transform(made, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if !v.IsKnown() {
			return tftypes.NewValue(v.Type(), "1"), nil
		}
		return v, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(plan(known).Diagnostics); got != "" {
		t.Errorf("where nothing changes: %s", got)
	}
}
