package instance

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Some clusters rewrite Pods on their way in: a mesh has its own agent answer
// HTTP checks, say. Making the instance anew would change nothing about that, so
// what the API server made of an attribute on creation counts as what was
// declared for as long as it stays that.

// rewritable are the attributes that are compared by their entries.
func rewritable(m *model) map[string]*types.Map {
	return map[string]*types.Map{
		"env_value_from": &m.EnvValueFrom,
		"health_checks":  &m.HealthChecks,
		"volumes":        &m.Volumes,
	}
}

// withAdmitted notes what was made of what was sent, where that differs.
func (r record) withAdmitted(sent, stored model) (record, []note) {
	r.Admitted = nil
	var notes []note
	declared := rewritable(&sent)
	for name, made := range rewritable(&stored) {
		if sameEntries(*declared[name], *made) {
			continue
		}
		if r.Admitted == nil {
			r.Admitted = map[string]string{}
		}
		r.Admitted[name] = meaningOf(*made)
		notes = append(notes, admittedNote(name, sent))
	}
	if !sent.Pod.Equal(stored.Pod) {
		if r.Admitted == nil {
			r.Admitted = map[string]string{}
		}
		r.Admitted["pod"] = stored.Pod.String()
		notes = append(notes, admittedNote("pod", sent))
	}
	slices.SortFunc(notes, func(a, b note) int { return strings.Compare(a.Attribute, b.Attribute) })
	return r, notes
}

func admittedNote(attribute string, sent model) note {
	return note{
		Attribute: attribute, Summary: "The cluster changed what was declared",
		Detail: "An admission policy of the cluster, a service mesh's say, made something else of `" + attribute + "` of " + sent.key().ref().String() + ". The instance is as the policy has it. The provider takes that for what was declared; a plan shows a difference once it is changed again.",
	}
}

// asSent puts back what was declared where the Pod has what was made of it.
func (r record) asSent(prior, seen model) model {
	declared := rewritable(&prior)
	for name, found := range rewritable(&seen) {
		if made, changed := r.Admitted[name]; changed && made == meaningOf(*found) {
			*found = *declared[name]
		}
	}
	if made, changed := r.Admitted["pod"]; changed && made == seen.Pod.String() {
		seen.Pod = prior.Pod
	}
	return seen
}

// meaningOf is a text that is the same for all spellings of the same entries.
func meaningOf(m types.Map) string {
	var text strings.Builder
	elements := m.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		text.WriteString(key + "\n")
		entry, _ := attributesOf(elements[key])
		for _, name := range slices.Sorted(maps.Keys(entry)) {
			text.WriteString("  " + name + " = " + meant(entry, name).String() + "\n")
		}
	}
	return text.String()
}
