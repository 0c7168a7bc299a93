package provider_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccProvider_nothingIsNothingInEveryAttribute takes every optional attribute of both
// resources, nested ones too, and says it in other words: empty, as the default that its
// description names, an amount in another unit. None of that may replace anything, write
// anything or be drift; and of an amount the plan shows no difference. It goes there and
// back, on a stopped instance too, and to each from an import.
func TestAccProvider_nothingIsNothingInEveryAttribute(t *testing.T) {
	t.Parallel()
	acctest.Kubeconfig(t)
	unused := somethingAfterAll()
	for _, typeName := range []string{"mar_cluster", "mar_instance"} {
		t.Run(typeName, func(t *testing.T) {
			c := newCore(t)
			name := map[string]any{"name": acctest.ClusterName(t)}
			id := fmt.Sprint(name["name"])
			if typeName == "mar_instance" {
				name = map[string]any{"cluster": acctest.Namespace(t), "name": "web"}
				id = fmt.Sprintf("%s/web", name["cluster"])
			}
			base := bases()[typeName]
			maps.Copy(base, name)
			all := wordings(c.schemas[typeName], typeName, base)
			made := c.make(typeName, base)
			imported := c.imported(typeName, id)
			c.rewordAll("", made, base, all, unused)
			if _, problem := c.reword(imported, base, false); problem != "" {
				t.Errorf("imported, as it was made: %s", problem)
			}
			c.rewordAll("imported: ", imported, base, all, unused)
			if typeName == "mar_instance" {
				base["desired_status"] = "Stopped"
				c.rewordAll("stopped: ", c.stop(made, base), base, all, unused)
			}
			t.Logf("%d wordings in %d batches", len(all), len(batches(all)))
		})
	}
	for name, reason := range unused {
		t.Errorf("somethingAfterAll has %s (%s), which isn't tried or says nothing", name, reason)
	}
}

// make applies a new resource.
func (c *core) make(typeName string, base map[string]any) held {
	c.t.Helper()
	h := held{typeName: typeName}
	p := c.plan(h, base)
	if p.refused != "" {
		c.t.Fatal(p.refused)
	}
	h, fault := c.apply(h, p)
	if fault != "" {
		c.t.Fatal(fault)
	}
	return c.refresh(h)
}

func (c *core) stop(h held, base map[string]any) held {
	c.t.Helper()
	stopped, _ := copied(base).(map[string]any)
	stopped["desired_status"] = "Stopped"
	h, fault := c.apply(h, c.plan(h, stopped))
	if fault != "" {
		c.t.Fatal(fault)
	}
	return c.refresh(h)
}

// rewordAll plans each wording by itself. It applies all of them, as many as can be said in one
// configuration at a time, and goes back.
func (c *core) rewordAll(how string, from held, base map[string]any, all []wording, unused map[string]string) {
	isImport := how == "imported: "
	var possible []wording
	for _, w := range all {
		_, problem := c.planSame(from, saying(base, w), w.equal && !isImport)
		possible = append(possible, w)
		if _, known := somethingAfterAll()[w.String()]; known && problem != "" {
			delete(unused, w.String())
		} else if problem != "" {
			c.t.Errorf("%s%s: %s", how, w, problem)
		}
	}
	for _, batch := range batches(possible) {
		there, problem := c.reword(from, saying(base, batch...), false)
		if problem == "" {
			var back held
			if back, problem = c.reword(there, base, false); problem == "" && !isImport && !back.state.Equal(from.state) {
				problem = "back again, the state is another"
			}
		}
		if problem != "" {
			c.t.Errorf("%s%s: %s", how, batch, problem)
		}
	}
}

// planSame plans a configuration that means the same, and says what is wrong.
func (c *core) planSame(h held, configuration map[string]any, equal bool) (proposal, string) {
	p := c.plan(h, configuration)
	if p.refused != "" {
		return p, "refused: " + p.refused
	}
	untaken := takenByCore(c.schemas[h.typeName].Block.Attributes, h.state, p.config, p.state, "")
	switch {
	case len(p.RequiresReplace) > 0:
		return p, fmt.Sprintf("replaced for %v", p.RequiresReplace)
	case len(untaken) > 0:
		return p, fmt.Sprintf("core doesn't take the plan of %v", untaken)
	case !p.state.IsFullyKnown():
		return p, "the plan has something that isn't known"
	case equal && !p.state.Equal(h.state):
		return p, "the plan shows a difference"
	}
	return p, ""
}

// reword applies a configuration that means the same, and says what is wrong.
func (c *core) reword(h held, configuration map[string]any, equal bool) (held, string) {
	p, problem := c.planSame(h, configuration, equal)
	if problem != "" || p.state.Equal(h.state) {
		return h, problem
	}
	before := c.writes.Load()
	after, fault := c.apply(h, p)
	if fault != "" {
		return h, "the apply fails: " + fault
	}
	if wrote := c.writes.Load() - before; wrote > 0 {
		return after, fmt.Sprintf("the apply writes %d times", wrote)
	}
	read := c.refresh(after)
	if diff, err := read.state.Diff(after.state); err != nil || len(diff) > 0 {
		return read, fmt.Sprintf("the refresh finds drift: %v", diff)
	}
	if p, problem := c.planSame(read, configuration, true); problem != "" {
		return read, "the next plan isn't empty: " + problem + p.refused
	}
	return read, ""
}
