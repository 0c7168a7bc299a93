package manifest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func TestSameEntries(t *testing.T) {
	volumes := fixture.Surrounded()["volumes"].Volumes
	for title, c := range map[string]struct {
		edited types.Map
		same   bool
	}{
		"itself":              {volumes, true},
		"an amount respelt":   {fixture.Edited(volumes, model.VolumeType(), "cache", "size", fwtypes.NewQuantity("1Gi")), true},
		"another amount":      {fixture.Edited(volumes, model.VolumeType(), "cache", "size", fwtypes.NewQuantity("1G")), false},
		"a mode respelt":      {fixture.Edited(volumes, model.VolumeType(), "conf", "mode", fixture.Str("0440")), true},
		"another mode":        {fixture.Edited(volumes, model.VolumeType(), "conf", "mode", fixture.Str("0444")), false},
		"a default left out":  {fixture.Edited(volumes, model.VolumeType(), "plain", "mode", types.StringNull()), true},
		"a default written":   {fixture.Edited(volumes, model.VolumeType(), "short", "mode", fixture.Str("644")), true},
		"read only":           {fixture.Edited(volumes, model.VolumeType(), "data", "read_only", types.BoolValue(true)), false},
		"a default of others": {fixture.Edited(volumes, model.VolumeType(), "data", "mode", fixture.Str("0644")), true},
		"not known":           {fixture.Edited(volumes, model.VolumeType(), "data", "claim", types.StringUnknown()), false},
		"one less":            {fixture.Dropped(volumes, model.VolumeType(), "data"), false},
		"unknown":             {types.MapUnknown(model.VolumeType()), false},
	} {
		if got := model.SameEntries(volumes, c.edited); got != c.same {
			t.Errorf("%s: got %t", title, got)
		}
	}
	none, empty := types.MapNull(model.VolumeType()), types.MapValueMust(model.VolumeType(), nil)
	if !model.SameEntries(none, empty) {
		t.Error("no volumes and an empty map of them differ")
	}
}
