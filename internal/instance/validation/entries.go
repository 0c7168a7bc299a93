package validation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// entry is an element of a map attribute, as far as it is known.
type entry struct {
	attribute, name string
	at              path.Path
	says            map[string]attr.Value
}

// entriesOf are a map's elements in the order of their keys. What isn't known as a
// whole is left out.
func entriesOf(attribute string, declared types.Map) []entry {
	var entries []entry
	elements := declared.Elements()
	for _, name := range slices.Sorted(maps.Keys(elements)) {
		if says, known := model.AttributesOf(elements[name]); known {
			entries = append(entries, entry{attribute: attribute, name: name, at: path.Root(attribute).AtMapKey(name), says: says})
		}
	}
	return entries
}

// has reports whether an attribute is there, unknown ones aside.
func (e entry) has(name string) bool {
	return e.mayHave(name) && !e.says[name].IsUnknown()
}

// mayHave reports whether an attribute is there, or may turn out to be.
func (e entry) mayHave(name string) bool { return !fw.IsNothing(e.says[name]) }

func (e entry) text(name string) string {
	text, _ := e.says[name].(types.String)
	return text.ValueString()
}

// exactlyOne refuses an entry with none or several of the attributes; what names
// them for people: "a source".
func (e entry) exactlyOne(what string, names ...string) diag.Diagnostics {
	var diags diag.Diagnostics
	var said []string
	open := false
	for _, name := range names {
		open = open || e.mayHave(name)
		if e.has(name) {
			said = append(said, name)
		}
	}
	choice := "`" + strings.Join(names[:len(names)-1], "`, `") + "` and `" + names[len(names)-1] + "`"
	switch {
	case len(said) > 1:
		diags.AddAttributeError(e.at.AtName(said[1]), "More than one "+what+" in "+e.attribute,
			fmt.Sprintf("%s has `%s`. Keep exactly one of %s.", e.at, strings.Join(said, "` and `"), choice))
	case !open:
		diags.AddAttributeError(e.at, "No "+what+" in "+e.attribute, fmt.Sprintf("%s needs exactly one of %s.", e.at, choice))
	}
	return diags
}

// onlyWith refuses an attribute that means nothing without one of the others. Its default
// may be written down: that is the same as left out.
func (e entry) onlyWith(name string, others ...string) diag.Diagnostics {
	var diags diag.Diagnostics
	if e.has(name) && !model.IsDefault(name, e.says[name]) && !slices.ContainsFunc(others, e.mayHave) {
		diags.AddAttributeError(e.at.AtName(name), "Attribute without effect",
			fmt.Sprintf("In %s, `%s` has no effect without `%s`. Leave it out.", e.at, name, strings.Join(others, "` or `")))
	}
	return diags
}

// needs refuses an attribute that lacks another one.
func (e entry) needs(name, other, example string) diag.Diagnostics {
	var diags diag.Diagnostics
	if e.has(name) && !e.mayHave(other) {
		diags.AddAttributeError(e.at.AtName(name), "Missing "+other,
			fmt.Sprintf("In %s, `%s` also needs `%s`, such as `%s = %s`.", e.at, name, other, other, example))
	}
	return diags
}
