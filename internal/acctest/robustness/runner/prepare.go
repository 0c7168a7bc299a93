package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// Batch prepares the worlds of many runs of one scenario by one apply: each is a module, and
// gets its own part of the state. Preparing each by itself would be a third of all the work.
type Batch struct {
	suite    *Suite
	scenario scenario.Scenario
	size     int
	tb       testing.TB
	groups   []*group
}

// group is the worlds that are prepared at once, by the first who wants one of them.
type group struct {
	once   sync.Once
	worlds []*World
	err    error
}

// NewBatch prepares so many worlds at a time. They last as long as the test.
func (s *Suite) NewBatch(tb testing.TB, of scenario.Scenario, size int) *Batch {
	tb.Helper()
	return &Batch{suite: s, scenario: of, size: size, tb: tb}
}

// Reserve says that a run is going to want a world, and returns what brings it about. All runs
// have to reserve before the first one claims.
func (b *Batch) Reserve() func(context.Context) (*World, error) {
	b.tb.Helper()
	if last := len(b.groups) - 1; last < 0 || len(b.groups[last].worlds) == b.size {
		b.groups = append(b.groups, &group{})
	}
	g := b.groups[len(b.groups)-1]
	w := b.suite.newWorld(b.tb, b.scenario)
	g.worlds = append(g.worlds, w)
	return func(ctx context.Context) (*World, error) {
		g.once.Do(func() { g.err = prepare(ctx, g.worlds) })
		return w, g.err
	}
}

// World is one that is prepared by itself.
func (s *Suite) World(tb testing.TB, of scenario.Scenario) *World {
	tb.Helper()
	w, err := s.NewBatch(tb, of, 1).Reserve()(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// prepare brings the worlds to where the scenario begins.
func prepare(ctx context.Context, worlds []*World) error {
	for _, w := range worlds {
		if err := w.open(ctx); err != nil {
			return err
		}
	}
	if worlds[0].Scenario.Before != "" {
		if err := applyBefore(worlds); err != nil {
			return err
		}
	}
	for _, w := range worlds {
		// A cluster that holds others' objects isn't destroyed, and one that isn't there holds none.
		if w.Scenario.OwnCluster && (w.Scenario.Before == "" || w.Scenario.Command.Destroys()) {
			continue
		}
		if err := w.plant(ctx); err != nil {
			return err
		}
	}
	return nil
}

// applyBefore applies what there is before, for all worlds at once.
func applyBefore(worlds []*World) error {
	first := worlds[0]
	whole := *first
	whole.Dir = filepath.Join(first.Dir, "before")
	var root strings.Builder
	root.WriteString(header)
	for i, w := range worlds {
		module := fmt.Sprintf("w%d", i)
		fmt.Fprintf(&root, "module %q {\n  source = \"./%s\"\n}\n", module, module)
		if err := whole.put(filepath.Join(module, "main.tf"), header+scenario.Given(w.Scenario.Before, w.Cluster)); err != nil {
			return err
		}
	}
	settings, err := os.ReadFile(first.path("terraform.rc"))
	if err != nil {
		return err
	}
	for name, content := range map[string]string{"main.tf": root.String(), "terraform.rc": string(settings)} {
		if err := whole.put(name, content); err != nil {
			return err
		}
	}
	if err := first.Proxy.Kubeconfig(whole.path("kubeconfig")); err != nil {
		return err
	}
	if err := whole.get(); err != nil {
		return err
	}
	p, err := whole.start("before", "apply", "-auto-approve", "-parallelism=30")
	if err != nil {
		return err
	}
	c, err := whole.wait(p)
	if err != nil || c.Exit != 0 {
		return fmt.Errorf("prepare: %w: exit code %d: %s", err, c.Exit, c.Errors())
	}
	if first.Scenario.Stateless {
		return nil
	}
	state, err := os.ReadFile(whole.path("terraform.tfstate"))
	if err != nil {
		return err
	}
	parts, err := witness.SplitState(state)
	if err != nil {
		return err
	}
	for i, w := range worlds {
		if err := w.put("terraform.tfstate", string(parts[fmt.Sprintf("w%d", i)])); err != nil {
			return err
		}
	}
	return nil
}
