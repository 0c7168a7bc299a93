package model

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// A module passes null for an entry of a map that isn't wanted, and {} for such a check. Either
// is the same as left out. A state keeps what was written.

// IsNullEntry reports whether an entry counts as omitted: it is null, or a check that sets no way
// to check. The schema's defaults for such a check don't count.
func IsNullEntry(entry attr.Value) bool {
	if entry.IsNull() {
		return true
	}
	check, isObject := entry.(types.Object)
	if !isObject || entry.IsUnknown() || !entry.Type(context.Background()).Equal(CheckType()) {
		return false
	}
	says := check.Attributes()
	for _, way := range []string{"http_path", "http_port", "tcp_port", "grpc_port", "command"} {
		if !fw.IsNothing(says[way]) {
			return false
		}
	}
	return true
}

// Entries returns a map's entries without those that count as omitted.
func Entries(m types.Map) map[string]attr.Value {
	entries := m.Elements()
	maps.DeleteFunc(entries, func(_ string, entry attr.Value) bool { return IsNullEntry(entry) })
	return entries
}

// EntriesAs reads the entries that don't count as omitted.
func EntriesAs[T any](ctx context.Context, declared types.Map) (map[string]T, diag.Diagnostics) {
	if said := Entries(declared); len(said) < len(declared.Elements()) {
		declared = types.MapValueMust(declared.ElementType(ctx), said)
	}
	var entries map[string]T
	diags := declared.ElementsAs(ctx, &entries, false)
	return entries, diags
}

// withEmptyChecks adds the prior checks that count as omitted.
func withEmptyChecks(seen, prior types.Map) types.Map {
	checks := seen.Elements()
	for name, was := range prior.Elements() {
		if _, there := checks[name]; !there && IsNullEntry(was) {
			checks[name] = was
		}
	}
	if len(checks) == 0 {
		return seen
	}
	return types.MapValueMust(CheckType(), checks)
}
