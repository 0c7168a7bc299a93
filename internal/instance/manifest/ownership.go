package manifest

import (
	"bytes"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// Owned is the set of fields that one manager wrote. Of an object that it never
// wrote to, every field counts as its own.
type Owned struct {
	fields *fieldpath.Set
}

func Ownership(entries []metav1.ManagedFieldsEntry, manager string) *Owned {
	all := &Owned{}
	for _, entry := range entries {
		if entry.Manager != manager || entry.FieldsV1 == nil {
			continue
		}
		set := &fieldpath.Set{}
		if err := set.FromJSON(bytes.NewReader(entry.FieldsV1.GetRawBytes())); err != nil {
			continue
		}
		if all.fields == nil {
			all.fields = &fieldpath.Set{}
		}
		all.fields = all.fields.Union(set)
	}
	return all
}

func (o *Owned) any() bool { return o.fields != nil }

// Has reports whether the field, or something in it, is the manager's.
func (o *Owned) Has(parts ...any) bool {
	if o.fields == nil {
		return true
	}
	path, err := fieldpath.MakePath(parts...)
	if err != nil {
		return false
	}
	if o.fields.Has(path) {
		return true
	}
	within := o.fields
	for _, element := range path {
		within = within.WithPrefix(element)
	}
	return !within.Empty()
}

func (o *Owned) filter(m types.Map, element attr.Type, parent ...any) types.Map {
	kept := map[string]attr.Value{}
	for key, value := range m.Elements() {
		if o.Has(append(slices.Clone(parent), key)...) {
			kept[key] = value
		}
	}
	return model.MapOrNull(element, kept)
}
