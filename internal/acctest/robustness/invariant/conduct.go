package invariant

import (
	"fmt"
	"strings"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// strangers looks at what is there and at what was asked for.
func strangers(h witness.History) []string {
	var all []string
	for _, key := range h.Strangers {
		was := h.Before.Objects[key]
		for title, scene := range map[string]witness.Scene{"the operation": h.After, "the apply that heals": h.Healed} {
			is, found := scene.Objects[key]
			switch {
			case scene.Objects == nil:
			case !found:
				all = append(all, fmt.Sprintf("%s is gone after %s", key, title))
			case is.UID != was.UID || is.Means != was.Means:
				all = append(all, fmt.Sprintf("%s is another one after %s", key, title))
			}
		}
		_, name, _ := strings.Cut(key, "/")
		for _, e := range h.Audit {
			if e.Writes() && e.Name == name {
				all = append(all, fmt.Sprintf("the provider asked to %s %s %s, which is somebody else's, and was answered %d", e.Verb, e.Resource, e.Name, e.Code))
			}
		}
	}
	return all
}

func deletesByUID(h witness.History) []string {
	var all []string
	for _, r := range h.Requests {
		if r.Writes() && strings.HasPrefix(r.Verb, "delete") && r.UID == "" {
			all = append(all, fmt.Sprintf("%s, of %s, has no UID", r.Address(), r.Name))
		}
	}
	for _, e := range h.Audit {
		byUID := e.Resource == "pods" || e.Resource == "podtemplates" || e.Resource == "namespaces"
		// The log has no UID either where the API server refused a request before it read its body,
		// or where the body never came, because the request was cancelled.
		if e.Carried() && byUID && e.Verb == "delete" && e.UID == "" {
			all = append(all, fmt.Sprintf("the API server deleted %s %s without a UID", e.Resource, e.Name))
		}
	}
	return all
}

func secrets(h witness.History) []string {
	var all []string
	for _, secret := range h.Secrets {
		for _, form := range witness.Encodings(secret) {
			all = append(all, leaks(h, form)...)
		}
	}
	return all
}

// leaks are the places in which a text can be read.
func leaks(h witness.History, text string) []string {
	var all []string
	for title, scene := range map[string]witness.Scene{"the operation": h.After, "the apply that heals": h.Healed} {
		if strings.Contains(scene.State.Text, text) {
			all = append(all, fmt.Sprintf("%q is in the state after %s", text, title))
		}
	}
	for _, c := range h.Commands {
		if strings.Contains(c.Output, text) {
			all = append(all, fmt.Sprintf("%q is in what %s printed", text, c.Title))
		}
		if strings.Contains(c.Plan, text) {
			all = append(all, fmt.Sprintf("%q is in the plan that %s has saved", text, c.Title))
		}
	}
	return all
}

func ends(h witness.History) []string {
	var all []string
	for _, c := range h.Commands {
		if c.Overdue {
			all = append(all, fmt.Sprintf("%s hadn't ended after %s", c.Title, c.Took))
		}
		for _, survivor := range c.Survivors {
			all = append(all, fmt.Sprintf("%s left a process behind: %s", c.Title, survivor))
		}
	}
	return all
}

// bounded allows for a repetition of everything, and for a minute of polling.
func bounded(h witness.History) []string {
	most := 3*h.UsualRequests + 150
	if h.UsualRequests == 0 || len(h.Requests) <= most {
		return nil
	}
	return []string{fmt.Sprintf("the operation took %d requests, and %d without the fault", len(h.Requests), h.UsualRequests)}
}
