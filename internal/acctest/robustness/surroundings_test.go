package robustness_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// TestAccRobustness_controlPlaneFails has a part of the control plane fail while several
// scenarios are at work at once. Each has to end well all the same.
func TestAccRobustness_controlPlaneFails(t *testing.T) {
	onlyInFull(t)
	suite, plane := runner.NewSuite(t, provider(t)), thePlane(t)
	scenarios := []string{"cluster-create", "cluster-quota", "instance-create", "instance-secrets", "instance-stop", "instance-all-in-place", "instance-destroy", "many-create"}
	for _, c := range []struct {
		name string
		fail func(context.Context) error
	}{
		{"api-server-restarts", func(ctx context.Context) error { return plane.restart(ctx, "kube-apiserver", 2*time.Second) }},
		{"api-server-pauses", func(ctx context.Context) error { return plane.pause(ctx, "kube-apiserver", 5*time.Second) }},
		{"etcd-pauses", func(ctx context.Context) error { return plane.pause(ctx, "etcd", 5*time.Second) }},
		{"controller-manager-pauses", func(ctx context.Context) error {
			return plane.pause(ctx, "kube-controller-manager", 10*time.Second)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var usuals []runner.Usual
			var worlds []*runner.World
			for _, name := range scenarios {
				s := scenarioOf(t, name)
				usuals = append(usuals, usually(t, suite, s))
				worlds = append(worlds, suite.World(t, s))
			}
			failure := failsAfter(3, func() error { return c.fail(t.Context()) })
			for i, w := range worlds {
				w.Meanwhile, w.Settle = failure.meanwhile, failure.settle
				t.Run(scenarios[i], func(t *testing.T) {
					t.Parallel()
					h, _, err := w.Run(t.Context(), t.Name(), usuals[i])
					if err != nil {
						t.Fatal(err)
					}
					violations := invariant.Check(h)
					results.Add("control plane fails", c.name, violations)
					judge(t, h, violations)
				})
			}
		})
	}
}

// failure is something that fails once so many writes have been seen.
type failure struct {
	writes atomic.Int32
	after  int32
	once   sync.Once
	fail   func() error
	ended  chan struct{}
	err    error
}

func failsAfter(writes int32, fail func() error) *failure {
	return &failure{after: writes, fail: fail, ended: make(chan struct{})}
}

func (f *failure) meanwhile(r witness.Request) witness.Intercept {
	if r.Writes() && f.writes.Add(1) >= f.after {
		f.begin()
	}
	return nil
}

func (f *failure) begin() {
	f.once.Do(func() {
		go func() {
			f.err = f.fail()
			close(f.ended)
		}()
	})
}

// settle blocks until the control plane is whole again.
func (f *failure) settle(ctx context.Context, _ *witness.History) error {
	f.begin()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.ended:
		return f.err
	}
}
