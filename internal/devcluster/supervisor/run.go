package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/process"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/state"
)

// run is one attempt to bring a cluster up.
type run struct {
	Supervisor
	options Options
	binary  state.Binary
	state   state.State
	// started are the components that this attempt had to start.
	started []state.Component
	// exits takes the first component that ends while the others are waited for.
	exits chan *exitError
}

// start brings up what doesn't run as it should, then waits for all of it.
func (r *run) start(ctx context.Context) error {
	if r.state.Ports == (controlplane.Ports{}) {
		ports, err := controlplane.FreePorts()
		if err != nil {
			return err
		}
		r.state.Ports = ports
	}
	if err := r.writeKubeconfigs(r.state.Ports.Server()); err != nil {
		return err
	}

	commands := controlplane.Commands(r.folders(), r.state.Ports, r.options.Options)
	r.exits = make(chan *exitError, len(commands))
	for _, phase := range []struct {
		commands []controlplane.Command
		wait     func(context.Context) error
	}{
		// An API server that finds no etcd waits a second before it looks again.
		{commands[:1], r.waitEtcd},
		// The others can do nothing without an API server, and would take the processor from it.
		{commands[1:2], r.waitAPIServer},
		{commands[2:], r.waitUsable},
	} {
		if err := r.ensureRunning(ctx, phase.commands); err != nil {
			return err
		}
		if err := r.guard(ctx, phase.wait); err != nil {
			return err
		}
	}
	return nil
}

// ensureRunning starts the commands that don't already run just so.
func (r *run) ensureRunning(ctx context.Context, commands []controlplane.Command) error {
	for _, command := range commands {
		if r.runsAlready(command) {
			continue
		}
		if old, ok := r.state.Find(command.Name); ok {
			if err := r.retire(ctx, old); err != nil {
				return err
			}
		}
		if err := r.startOne(command); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) runsAlready(command controlplane.Command) bool {
	component, ok := r.state.Find(command.Name)
	return ok && component.Process.Alive() && slices.Equal(component.Args, command.Args) && component.Binary.SameBuild(r.binary)
}

// retire makes way for a new process.
func (r *run) retire(ctx context.Context, old state.Component) error {
	if !old.Process.Alive() {
		r.say("%s (process %d) has ended: starting it again", old.Name, old.Process.PID)
		return nil
	}
	r.say("%s (process %d) was started from another binary or with other options: starting it again", old.Name, old.Process.PID)
	if err := process.Stop(ctx, old.Process, stopGrace); err != nil {
		return fmt.Errorf("stopping %s: %w", old.Name, err)
	}
	return nil
}

func (r *run) startOne(command controlplane.Command) error {
	logStart := logSize(r.Paths.Log(command.Name))
	child, err := process.Start(process.Spec{
		Binary: r.binary.Path,
		Args:   command.Args,
		Env:    componentEnv(),
		Log:    r.Paths.Log(command.Name),
		Dir:    r.Paths.Cluster(),
	})
	if err != nil {
		return err
	}
	component := state.Component{
		Name:      command.Name,
		Process:   child.Identity,
		StartedAt: time.Now().UTC(),
		Args:      command.Args,
		Binary:    r.binary,
	}
	r.started = append(r.started, component)
	r.state = r.state.With(component)
	go func() {
		<-child.Exited
		r.exits <- newExitError(command.Name, r.Paths.Log(command.Name), logStart)
	}()
	// At once, so that a supervisor that is killed now leaves no process that nobody knows of.
	return state.Write(r.Paths.StateFile(), r.state)
}

// guard runs a wait that ends early when a component does.
func (r *run) guard(ctx context.Context, wait func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case exit := <-r.exits:
			cancel(exit)
		case <-done:
		}
	}()

	err := wait(ctx)
	var exit *exitError
	if err != nil && errors.As(context.Cause(ctx), &exit) {
		return exit
	}
	return err
}

// waitEtcd blocks until etcd can be connected to.
func (r *run) waitEtcd(ctx context.Context) error {
	return poll(ctx, "etcd to listen", func(ctx context.Context) error {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", r.state.Ports.EtcdAddress())
		if err != nil {
			return err
		}
		return connection.Close()
	})
}

// waitAPIServer blocks until the API server takes requests.
func (r *run) waitAPIServer(ctx context.Context) error {
	began := time.Now()
	if err := poll(ctx, "the API server to be ready", func(ctx context.Context) error {
		return r.checkHealth(ctx, controlplane.APIServer, r.state.Ports.APIServer)
	}); err != nil {
		return err
	}
	if len(r.started) > 0 {
		r.say("the API server is ready after %s", seconds(time.Since(began)))
	}
	return nil
}

// waitUsable blocks until the cluster does what a user expects of one.
func (r *run) waitUsable(ctx context.Context) error {
	client, err := newClient(r.Paths.Kubeconfig())
	if err != nil {
		return err
	}
	if err := client.allowKWOK(ctx); err != nil {
		return err
	}
	if err := client.ensureNodes(ctx, r.options.Nodes, r.state.Ports.Kubelet, r.binary.Version); err != nil {
		return err
	}

	waits, ctx := errgroup.WithContext(ctx)
	for name, port := range map[string]int{
		controlplane.ControllerManager: r.state.Ports.ControllerManager,
		controlplane.Scheduler:         r.state.Ports.Scheduler,
		controlplane.KWOK:              r.state.Ports.Kubelet,
	} {
		waits.Go(func() error {
			return poll(ctx, name+" to be healthy", func(ctx context.Context) error { return r.checkHealth(ctx, name, port) })
		})
	}
	waits.Go(func() error {
		return poll(ctx, "all nodes to be ready", func(ctx context.Context) error { return client.checkNodes(ctx, r.options.Nodes) })
	})
	waits.Go(func() error { return poll(ctx, "quotas to be counted", client.checkQuota) })
	waits.Go(func() error { return poll(ctx, "Pods to be accepted", client.checkPods) })
	return waits.Wait()
}

// componentEnv is all that components get: settings meant for other programs (KUBECONFIG, proxies, GODEBUG) don't
// reach them.
func componentEnv() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// exitError is a component that ended while it should run.
type exitError struct {
	component string
	log       string
	lastLines string
}

func logSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func newExitError(component, log string, logStart int64) *exitError {
	lines, err := process.Tail(log, logStart, 15)
	if err != nil {
		lines = err.Error()
	}
	return &exitError{component: component, log: log, lastLines: lines}
}

func (e *exitError) Error() string {
	return fmt.Sprintf("%s has ended while the cluster was starting; the last lines of its log (%s):\n%s", e.component, e.log, e.lastLines)
}

// portTaken recognises the system's words for EADDRINUSE, which is all that a component's log has of it.
func (e *exitError) portTaken() bool {
	return strings.Contains(e.lastLines, "address already in use")
}
