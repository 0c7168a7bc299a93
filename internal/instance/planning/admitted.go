package planning

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// Some clusters rewrite Pods on their way in: a mesh has its own agent answer
// HTTP checks, say. Recreating the instance would change nothing about that, so
// what the API server made of an attribute on creation counts as what was
// declared for as long as it stays that.

// rewritable returns the attributes that are compared entry by entry.
func rewritable(m *model.Instance) map[string]*types.Map {
	return map[string]*types.Map{
		"env_value_from": &m.EnvValueFrom,
		"health_checks":  &m.HealthChecks,
		"volumes":        &m.Volumes,
	}
}

// withAdmitted records the attributes in which the stored instance differs from the one that was
// sent.
func (r PrivateState) withAdmitted(sent, stored model.Instance) (PrivateState, []causes.Warning) {
	r.Admitted, r.AdmittedAs = nil, nil
	var warnings []causes.Warning
	remember := func(name, made string) {
		if r.AdmittedAs == nil {
			r.AdmittedAs = map[string]string{}
		}
		r.AdmittedAs[name] = digest(made)
		warnings = append(warnings, admittedWarning(name, sent))
	}
	declared := rewritable(&sent)
	for name, made := range rewritable(&stored) {
		if !model.SameEntries(*declared[name], *made) {
			remember(name, meaningOf(*made))
		}
	}
	if !sent.Pod.Equal(stored.Pod) {
		remember("pod", stored.Pod.String())
	}
	slices.SortFunc(warnings, func(a, b causes.Warning) int { return strings.Compare(a.Attribute, b.Attribute) })
	return r, warnings
}

func admittedWarning(attribute string, sent model.Instance) causes.Warning {
	return causes.Warning{
		Attribute: attribute, Summary: "The cluster changed what was declared",
		Detail: "An admission policy of the cluster, such as a service mesh's, changed `" + attribute + "` of " + sent.Key().Ref().String() + ". The instance has what the policy set, and the provider accepts that as what was declared. If it changes again, a plan shows the difference.",
	}
}

// AsSent returns to what was declared if the Pod still has what an admission policy made of it.
func (r PrivateState) AsSent(prior, seen model.Instance) model.Instance {
	declared := rewritable(&prior)
	for name, found := range rewritable(&seen) {
		if r.admitted(name, meaningOf(*found)) {
			*found = *declared[name]
		}
	}
	if r.admitted("pod", seen.Pod.String()) {
		seen.Pod = prior.Pod
	}
	return seen
}

// admitted reports whether that is what an admission policy made of the attribute.
func (r PrivateState) admitted(name, found string) bool {
	if made, noted := r.AdmittedAs[name]; noted {
		return made == digest(found)
	}
	made, noted := r.Admitted[name]
	return noted && made == found
}

// digest is a short hash. Private state must not hold the text itself, because a policy may put a
// secret into a Pod.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawStdEncoding.EncodeToString(sum[:12])
}

// meaningOf is a text that is the same for all spellings of the same entries.
func meaningOf(m types.Map) string {
	var text strings.Builder
	elements := model.Entries(m)
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		text.WriteString(key + "\n")
		entry, _ := model.AttributesOf(elements[key])
		for _, name := range slices.Sorted(maps.Keys(entry)) {
			text.WriteString("  " + name + " = " + model.Effective(entry, name).String() + "\n")
		}
	}
	return text.String()
}
