package instance

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func TestSameEntries(t *testing.T) {
	volumes := surrounded()["volumes"].Volumes
	for title, c := range map[string]struct {
		edited types.Map
		same   bool
	}{
		"itself":              {volumes, true},
		"an amount respelt":   {edited(volumes, volumeType(), "cache", "size", fwtypes.NewQuantity("1Gi")), true},
		"another amount":      {edited(volumes, volumeType(), "cache", "size", fwtypes.NewQuantity("1G")), false},
		"a mode respelt":      {edited(volumes, volumeType(), "conf", "mode", str("0440")), true},
		"another mode":        {edited(volumes, volumeType(), "conf", "mode", str("0444")), false},
		"a default left out":  {edited(volumes, volumeType(), "plain", "mode", types.StringNull()), true},
		"a default written":   {edited(volumes, volumeType(), "short", "mode", str("644")), true},
		"read only":           {edited(volumes, volumeType(), "data", "read_only", types.BoolValue(true)), false},
		"a default of others": {edited(volumes, volumeType(), "data", "mode", str("0644")), true},
		"not known":           {edited(volumes, volumeType(), "data", "claim", types.StringUnknown()), false},
		"one less":            {dropped(volumes, volumeType(), "data"), false},
		"unknown":             {types.MapUnknown(volumeType()), false},
	} {
		if got := sameEntries(volumes, c.edited); got != c.same {
			t.Errorf("%s: got %t", title, got)
		}
	}
	none, empty := types.MapNull(volumeType()), types.MapValueMust(volumeType(), nil)
	if !sameEntries(none, empty) {
		t.Error("no volumes and an empty map of them differ")
	}
}
