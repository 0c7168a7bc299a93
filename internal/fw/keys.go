package fw

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// PlannedKeys returns the keys of declared labels or annotations and of the provider's defaults.
// Their values may be unknown. If even the keys are unknown, it returns those of the state, so that
// none counts as removed.
func PlannedKeys(defaults map[string]string, declared, state types.Map) map[string]string {
	if declared.IsUnknown() {
		return StringMap(state)
	}
	keys := maps.Clone(defaults)
	if keys == nil {
		keys = map[string]string{}
	}
	for key := range declared.Elements() {
		keys[key] = ""
	}
	return keys
}

// RemovedKeys are labels and annotations that a plan removes from an object.
type RemovedKeys struct {
	Object kube.Ref
	kube.Removal
	// Attribute returns the attribute that declares a key.
	Attribute func(isLabel bool, key string) string
}

// MapOfKey returns the attribute that declares a label or annotation, for an object where no other
// attribute does.
func MapOfKey(isLabel bool, _ string) string {
	if isLabel {
		return "labels"
	}
	return "annotations"
}

// Warn warns of keys that stay, and of keys that another tool may need.
func (r RemovedKeys) Warn(diags *diag.Diagnostics) {
	r.warnOfKept(diags)
	r.warnOfImported(diags)
}

func (r RemovedKeys) warnOfKept(diags *diag.Diagnostics) {
	if len(r.Kept) == 0 {
		return
	}
	lines := make([]string, 0, len(r.Kept))
	for _, kept := range r.Kept {
		kind := "annotation"
		if kept.IsLabel {
			kind = "label"
		}
		lines = append(lines, fmt.Sprintf("  %s %s, applied by %q", kind, kept.Key, kept.Manager))
	}
	first := r.Kept[0]
	diags.AddAttributeWarning(path.Root(r.Attribute(first.IsLabel, first.Key)), fmt.Sprintf("Another tool keeps keys of %s", r.Object),
		fmt.Sprintf("The plan removes these keys, but another field manager applies them, so they stay on the object:\n\n%s\n\nThe apply leaves them to that tool and makes all other changes. To remove them, take them out of that tool. With `force_conflicts = true` in the provider block the apply removes them anyway, and that tool may set them again.", strings.Join(lines, "\n")))
}

func (r RemovedKeys) warnOfImported(diags *diag.Diagnostics) {
	keys := map[string][]string{}
	for _, key := range r.Imported.Labels {
		attribute := r.Attribute(true, key)
		keys[attribute] = append(keys[attribute], key)
	}
	for _, key := range r.Imported.Annotations {
		attribute := r.Attribute(false, key)
		keys[attribute] = append(keys[attribute], key)
	}
	for _, attribute := range slices.Sorted(maps.Keys(keys)) {
		diags.AddAttributeWarning(path.Root(attribute), "Imported "+attribute+" will be removed",
			fmt.Sprintf("%s had them before it was imported, and other tools may use them: %s. An apply of this plan removes them. To keep them, declare them in `%s`.", r.Object, strings.Join(keys[attribute], ", "), attribute))
	}
}
