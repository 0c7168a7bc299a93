package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/process"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/state"
)

// stopGrace is how long a component may take to end by itself. Ending well matters only to etcd's data.
const stopGrace = 5 * time.Second

// Down stops what Up has started, and blocks until it is gone. Unless keep is set, the cluster's files go too.
func (s Supervisor) Down(ctx context.Context, keep bool) error {
	if _, err := os.Stat(s.Paths.Dir); errors.Is(err, fs.ErrNotExist) {
		s.say("no cluster in %s", s.Paths.Dir)
		return nil
	}
	lock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock(lock)

	began := time.Now()
	recorded, ok, err := state.Read(s.Paths.StateFile())
	if err != nil {
		return err
	}
	if err := stopAll(ctx, recorded.Components); err != nil {
		return err
	}
	if keep && ok {
		// The ports are kept too, so that the next up has the same address if it can.
		if err := state.Write(s.Paths.StateFile(), state.State{Ports: recorded.Ports}); err != nil {
			return err
		}
	}
	if err := s.removeFiles(keep); err != nil {
		return err
	}
	if !ok {
		s.say("no cluster in %s", s.Paths.Dir)
		return nil
	}
	s.say("the cluster in %s is down (%s)", s.Paths.Dir, seconds(time.Since(began)))
	return nil
}

// stopAll ends everything else before etcd, which the rest would only complain of missing.
func stopAll(ctx context.Context, components []state.Component) error {
	isEtcd := func(c state.Component) bool { return c.Name == controlplane.Etcd }
	others := slices.DeleteFunc(slices.Clone(components), isEtcd)
	etcd := slices.DeleteFunc(slices.Clone(components), func(c state.Component) bool { return !isEtcd(c) })

	for _, group := range [][]state.Component{others, etcd} {
		stops, ctx := errgroup.WithContext(ctx)
		for _, component := range group {
			stops.Go(func() error {
				if err := process.Stop(ctx, component.Process, stopGrace); err != nil {
					return fmt.Errorf("stopping %s: %w", component.Name, err)
				}
				return nil
			})
		}
		if err := stops.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// removeFiles leaves the folder itself, which may hold what isn't ours.
func (s Supervisor) removeFiles(keep bool) error {
	remove := []string{s.Paths.Kubeconfig(), s.Paths.Lock()}
	if !keep {
		remove = append(remove, s.Paths.Cluster())
	}
	for _, path := range remove {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("removing what is left of the cluster: %w", err)
		}
	}
	return nil
}
