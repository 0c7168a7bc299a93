package objects

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// PlannedName ends the name under which a child is asked about that is to be made
// anew, for a field that can't be changed: its predecessor has the name still.
const PlannedName = "-planned"

// Differing names the children that the plan declares otherwise than the state,
// and so are written, sorted.
func Differing[C any](before, after map[string]C) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if was, there := before[name]; !there || !SameText(was, after[name]) {
			names = append(names, name)
		}
	}
	return names
}

func SameText(a, b any) bool {
	before, err := json.Marshal(a)
	if err != nil {
		return false
	}
	after, err := json.Marshal(b)
	return err == nil && bytes.Equal(before, after)
}
