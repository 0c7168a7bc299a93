package invariant_test

import (
	"slices"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

const cluster = "dev"

func pod(name, uid string) witness.Object {
	return witness.Object{Kind: "Pod", Name: name, UID: uid, Ours: true, Means: "{}"}
}

func scene(serial int64, state []witness.Resource, objects ...witness.Object) witness.Scene {
	s := witness.Scene{State: witness.State{Serial: serial, Lineage: "l", Resources: state}, Objects: map[string]witness.Object{}}
	for _, o := range append(objects, witness.Object{Kind: "Namespace", Name: cluster, UID: "n"}, stranger()) {
		s.Objects[o.Key()] = o
	}
	return s
}

func stranger() witness.Object {
	return witness.Object{Kind: "ConfigMap", Name: "stranger", UID: "s", Means: "{}"}
}

func web(uid string) []witness.Resource {
	return []witness.Resource{{Address: "mar_instance.web", Type: "mar_instance", ID: "dev/web", UID: uid}}
}

// sound is a create that ended well under a fault.
func sound() witness.History {
	return witness.History{
		Cluster: cluster, Addresses: []string{"mar_instance.web"}, Secrets: []string{"hunter2"}, Ridden: true, UsualRequests: 10,
		Strangers: []string{"ConfigMap/stranger"}, Wanted: map[string]string{"Pod/web": "{}"},
		Requests: []witness.Request{{Verb: "create", Resource: "pods", Ordinal: 1}, {Verb: "delete", Resource: "podtemplates", Ordinal: 1, UID: "t"}},
		Audit:    []witness.Event{{Verb: "create", Resource: "pods", Name: "web", Code: 201, UID: "p", Nonce: "1"}},
		Commands: []witness.Command{
			{Title: witness.Operation, Args: []string{"apply"}, Serial: 1, Lineage: "l"},
			{Title: witness.Heal, Args: []string{"apply"}, Serial: 1, Lineage: "l"},
			{Title: witness.Plan, Args: []string{"plan"}, Serial: 1, Lineage: "l"},
			{Title: witness.Destroy, Args: []string{"destroy"}, Serial: 2, Lineage: "l"},
		},
		Before: scene(0, nil), After: scene(1, web("p"), pod("web", "p")), Healed: scene(1, web("p"), pod("web", "p")), Destroyed: scene(2, nil),
	}
}

func failed(h *witness.History) {
	h.Ridden = false
	h.Commands[0].Exit = 1
}

func TestCheck_findsNothingInASoundHistory(t *testing.T) {
	if violations := invariant.Check(sound()); len(violations) > 0 {
		t.Error(violations)
	}
}

func imports(ids ...string) []witness.Diagnostic {
	var all []witness.Diagnostic
	for _, id := range ids {
		all = append(all, witness.Diagnostic{Severity: "error", Summary: "exists", Detail: "import {\n  to = mar_instance.this\n  id = \"" + id + "\"\n}"})
	}
	return all
}

// killed is a create of which SIGKILL has left a Pod that the next apply names.
func killed() witness.History {
	h := sound()
	h.Ridden, h.Killed = false, true
	h.Commands[0].Exit = -1
	h.After = scene(0, nil, pod("web", "p"))
	h.Commands = slices.Insert(h.Commands, 2, witness.Command{Title: witness.Adopt, Serial: 1, Lineage: "l"})
	h.Commands[0].Serial, h.Commands[1].Serial = 0, 0
	h.Commands[1].Exit, h.Commands[1].Diagnostics = 1, imports("dev/web")
	return h
}

func TestCheck_allowsWhatOnlySIGKILLLeaves(t *testing.T) {
	if violations := invariant.Check(killed()); len(violations) > 0 {
		t.Error(violations)
	}
}

// TestCheck_reportsWhatMustNotBe gives each rule a history that breaks it.
func TestCheck_reportsWhatMustNotBe(t *testing.T) {
	cases := map[string]struct {
		rule  string
		from  func() witness.History
		spoil func(*witness.History)
	}{
		"an object that no state knows": {"known", sound, func(h *witness.History) {
			failed(h)
			h.After = scene(1, nil, pod("web", "p"))
		}},
		"two objects that SIGKILL leaves of one address": {"known", killed, func(h *witness.History) { h.After = scene(0, nil, pod("web", "p"), pod("other", "q")) }},
		"a PodTemplate beside a Pod of another name": {"known", sound, func(h *witness.History) {
			h.After.Objects["PodTemplate/old"] = witness.Object{Kind: "PodTemplate", Name: "old", UID: "o", Ours: true}
		}},
		"what SIGKILL leaves and nobody names": {"named", killed, func(h *witness.History) { h.Commands[1].Diagnostics = nil }},
		"what SIGKILL leaves and another name is for": {"named", killed, func(h *witness.History) {
			h.Commands[1].Diagnostics = imports("dev/db")
			h.Healed.State.Resources = nil
		}},
		"a state of what isn't there": {"real", sound, func(h *witness.History) { delete(h.After.Objects, "Pod/web") }},
		"a state of another UID":      {"real", sound, func(h *witness.History) { h.Healed.State.Resources[0].UID = "x" }},
		"a state that can't be read":  {"state", sound, func(h *witness.History) { h.After.State.Broken = "unexpected end" }},
		"a serial that goes back":     {"state", sound, func(h *witness.History) { h.Commands[0].Serial = 9 }},
		"a lineage that changes":      {"state", sound, func(h *witness.History) { h.Commands[2].Lineage = "m" }},
		"two objects for one address": {"single", sound, func(h *witness.History) {
			h.Healed.Objects["Pod/mar-i-x"] = pod("mar-i-x", "x")
		}},
		"a create that was carried out twice": {"single", sound, func(h *witness.History) {
			h.Audit = append(h.Audit, witness.Event{Verb: "create", Resource: "pods", Name: "web-2", Code: 201, UID: "q", Nonce: "1"})
		}},
		"a fault that wasn't ridden out":   {"ridden", sound, func(h *witness.History) { h.Commands[0].Exit = 1 }},
		"done, and still something to do":  {"done", sound, func(h *witness.History) { h.Commands[1].Changes = []string{"update mar_instance.web"} }},
		"done, and not what was asked for": {"done", sound, func(h *witness.History) { o := pod("web", "p"); o.Means = "{other}"; h.After.Objects["Pod/web"] = o }},
		"a second apply that ends badly":   {"converges", sound, func(h *witness.History) { h.Commands[1].Exit = 1 }},
		"a plan that isn't empty":          {"converges", sound, func(h *witness.History) { h.Commands[2].Exit = 2 }},
		"a destroy that leaves something":  {"converges", sound, func(h *witness.History) { h.Destroyed = scene(2, nil, pod("web", "p")) }},
		"a destroy that leaves a state":    {"converges", sound, func(h *witness.History) { h.Destroyed = scene(2, web("p")) }},
		"another result than without it":   {"same", sound, func(h *witness.History) { o := pod("web", "p"); o.Means = "{other}"; h.Healed.Objects["Pod/web"] = o }},
		"a result too many": {"same", sound, func(h *witness.History) {
			h.Healed.Objects["Secret/old"] = witness.Object{Kind: "Secret", Name: "old", Ours: true}
		}},
		"a stranger that is gone":      {"strangers", sound, func(h *witness.History) { delete(h.After.Objects, "ConfigMap/stranger") }},
		"a stranger that is made anew": {"strangers", sound, func(h *witness.History) { o := stranger(); o.UID = "z"; h.Healed.Objects["ConfigMap/stranger"] = o }},
		"a stranger that is written": {"strangers", sound, func(h *witness.History) {
			h.Audit = append(h.Audit, witness.Event{Verb: "patch", Resource: "configmaps", Name: "stranger", Code: 200})
		}},
		"a delete without a UID": {"deletes", sound, func(h *witness.History) { h.Requests[1].UID = "" }},
		"a delete without one, in the audit": {"deletes", sound, func(h *witness.History) {
			h.Audit = append(h.Audit, witness.Event{Verb: "delete", Resource: "pods", Name: "web", Code: 200})
		}},
		"a secret in the state":      {"secrets", sound, func(h *witness.History) { h.After.State.Text = "hunter2" }},
		"a secret in base64":         {"secrets", sound, func(h *witness.History) { h.Healed.State.Text = "aHVudGVyMg==" }},
		"a secret in a message":      {"secrets", sound, func(h *witness.History) { h.Commands[0].Output = "PASSWORD=hunter2" }},
		"a secret in a plan":         {"secrets", sound, func(h *witness.History) { h.Commands[2].Plan = "hunter2" }},
		"a command that doesn't end": {"ends", sound, func(h *witness.History) { h.Commands[0].Overdue = true }},
		"a provider that stays":      {"ends", sound, func(h *witness.History) { h.Commands[0].Survivors = []string{"terraform-provider-mar (7)"} }},
		"a storm of requests":        {"bounded", sound, func(h *witness.History) { h.Requests = slices.Repeat(h.Requests, 200) }},
	}
	broken := map[string]bool{}
	for name, c := range cases {
		broken[c.rule] = true
		t.Run(name, func(t *testing.T) {
			h := c.from()
			c.spoil(&h)
			violations := invariant.Check(h)
			if !slices.ContainsFunc(violations, func(v invariant.Violation) bool { return v.Rule == c.rule }) {
				t.Errorf("%s isn't reported: %v", c.rule, violations)
			}
		})
	}
	for _, rule := range invariant.Rules() {
		if !broken[rule.Name] {
			t.Errorf("no history breaks the rule %q", rule.Name)
		}
	}
}
