package invariant

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// unknown are the anchors of ours that no state knows, though it was the operation that made
// them or a state that had them.
func unknown(h witness.History) []witness.Object {
	var lost []witness.Object
	for _, key := range slices.Sorted(maps.Keys(h.After.Objects)) {
		o := h.After.Objects[key]
		if !o.Ours || !o.Anchor() || o.Leaving || h.After.State.Has(o.ID(h.Cluster)) {
			continue
		}
		if was, there := h.Before.Objects[key]; there && was.UID == o.UID && !h.Before.State.Has(o.ID(h.Cluster)) {
			continue
		}
		lost = append(lost, o)
	}
	return lost
}

func known(h witness.History) []string {
	lost := unknown(h)
	ids := map[string]bool{}
	for _, o := range lost {
		ids[o.ID(h.Cluster)] = true
	}
	// A Pod and its PodTemplate are one resource.
	if len(ids) == 0 || h.Killed && len(ids) <= concurrent(h) {
		return nil
	}
	var all []string
	for _, o := range lost {
		all = append(all, fmt.Sprintf("%s (UID %s) is there after the operation, and in no state", o.Key(), o.UID))
	}
	return all
}

// concurrent is how many creates may be under way at the moment of a SIGKILL.
func concurrent(h witness.History) int { return max(1, min(10, len(h.Addresses))) }

func named(h witness.History) []string {
	if !h.Killed || h.Unnamed || h.Destroys || len(unknown(h)) == 0 {
		return nil
	}
	heal := h.Command(witness.Heal)
	if heal == nil || heal.Exit == 0 {
		// Having gone on with it is better still.
		return nil
	}
	shown := heal.Imports()
	var all []string
	for _, o := range unknown(h) {
		if id := o.ID(h.Cluster); !slices.Contains(shown, id) && (len(shown) == 0 || !h.Healed.State.Has(id)) {
			all = append(all, fmt.Sprintf("the next apply shows no import block for %s: %s", id, heal.Errors()))
		}
	}
	return all
}

func exists(h witness.History) []string {
	heal := h.Command(witness.Heal)
	var all []string
	for _, r := range h.After.State.Resources {
		if there(h.After.Objects, h.Cluster, r) {
			continue
		}
		// The plan of a destroy says nothing of what its refresh finds gone.
		if heal != nil && !h.Destroys && !mentions(*heal, r.Address) {
			all = append(all, fmt.Sprintf("%s (%s, UID %s) is in the state and not there, and the next plan doesn't say so", r.Address, r.ID, r.UID))
		}
	}
	for _, r := range h.Healed.State.Resources {
		if !there(h.Healed.Objects, h.Cluster, r) {
			all = append(all, fmt.Sprintf("%s (%s, UID %s) is in the state and not there once it was applied again", r.Address, r.ID, r.UID))
		}
	}
	return all
}

// there reports whether the object of a resource exists; one of another UID is another one.
func there(objects map[string]witness.Object, cluster string, r witness.Resource) bool {
	for _, o := range objects {
		if o.Anchor() && o.ID(cluster) == r.ID && (r.UID == "" || r.UID == o.UID || o.Kind == "PodTemplate") {
			return true
		}
	}
	return false
}

func mentions(c witness.Command, address string) bool {
	has := func(entry string) bool { return strings.HasSuffix(entry, " "+address) }
	return slices.ContainsFunc(c.Changes, has) || slices.ContainsFunc(c.Drift, has) ||
		slices.ContainsFunc(c.Diagnostics, func(d witness.Diagnostic) bool { return d.Address == address })
}

func stateGrows(h witness.History) []string {
	var all []string
	for title, scene := range map[string]witness.Scene{"the operation": h.After, "the apply that heals": h.Healed} {
		if scene.State.Broken != "" {
			all = append(all, fmt.Sprintf("after %s the state can't be read: %s", title, scene.State.Broken))
		}
	}
	serial, lineage := h.Before.State.Serial, h.Before.State.Lineage
	for _, c := range h.Commands {
		if c.Serial < serial {
			all = append(all, fmt.Sprintf("%s took the state's serial from %d to %d", c.Title, serial, c.Serial))
		}
		if lineage != "" && c.Lineage != "" && c.Lineage != lineage {
			all = append(all, fmt.Sprintf("%s changed the state's lineage from %s to %s", c.Title, lineage, c.Lineage))
		}
		serial = c.Serial
		if c.Lineage != "" {
			lineage = c.Lineage
		}
	}
	return all
}

// single counts twice: the names that are there, and the creates that weren't followed by a
// deletion, which tells of what was there for a moment.
func single(h witness.History) []string {
	var all []string
	for title, scene := range map[string]witness.Scene{"the operation": h.After, "the apply that heals": h.Healed} {
		ids := map[string]bool{}
		for _, o := range scene.Objects {
			if o.Ours && o.Kind != "Namespace" && o.Anchor() && !o.Leaving {
				ids[o.ID(h.Cluster)] = true
			}
		}
		allowed := max(len(h.Addresses), len(h.Before.State.Resources))
		if h.Killed && h.Unnamed {
			// What is lost can't be known again, and is made again.
			allowed++
		}
		if len(ids) > allowed {
			all = append(all, fmt.Sprintf("after %s there are %d objects for %d addresses: %s", title, len(ids), allowed, strings.Join(slices.Sorted(maps.Keys(ids)), ", ")))
		}
	}
	nonces := map[string]string{}
	for _, e := range h.Audit {
		if e.Verb != "create" || !e.Carried() || e.Nonce == "" {
			continue
		}
		key := e.Resource + " " + e.Nonce
		if first := nonces[key]; first != "" && first != e.UID {
			all = append(all, fmt.Sprintf("the create of %s %s was carried out twice: UIDs %s and %s", e.Resource, e.Name, first, e.UID))
		}
		nonces[key] = e.UID
	}
	return all
}
