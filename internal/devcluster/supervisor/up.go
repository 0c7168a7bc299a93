package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/pki"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/state"
)

// startAttempts is how often other ports are tried when somebody has taken one between finding and using it.
const startAttempts = 5

// Up brings the cluster to what the options say and blocks until Pods can be created in it. What already runs as
// it should is left alone; what has died, or was started from another binary or with other options, is started anew
// on the same data.
func (s Supervisor) Up(ctx context.Context, options Options) error {
	ctx, cancel := context.WithTimeoutCause(ctx, options.Timeout, fmt.Errorf("not ready within %s", options.Timeout))
	defer cancel()
	lock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock(lock)

	began := time.Now()
	recorded, _, err := state.Read(s.Paths.StateFile())
	if err != nil {
		return err
	}
	binary, err := ownBinary()
	if err != nil {
		return err
	}
	if err := s.prepareFolders(); err != nil {
		return err
	}

	for attempt := 1; ; attempt++ {
		run := &run{Supervisor: s, options: options, binary: binary, state: recorded}
		err := run.start(ctx)
		if err == nil {
			if len(run.started) == 0 {
				s.say("already up")
			} else {
				s.say("ready after %s", seconds(time.Since(began)))
			}
			return nil
		}

		// What this attempt started is of no use to anyone. The logs stay.
		cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*stopGrace)
		stopErr := stopAll(cleanup, run.started)
		cancel()
		var exit *exitError
		if stopErr != nil || !errors.As(err, &exit) || !exit.portTaken() || attempt == startAttempts {
			return errors.Join(err, stopErr)
		}
		s.say("somebody else has taken a port of %s: starting again on others", exit.component)
		if err := stopAll(ctx, run.state.Components); err != nil {
			return err
		}
		recorded = state.State{}
	}
}

func (s Supervisor) prepareFolders() error {
	for _, dir := range []string{s.Paths.Cluster(), s.Paths.Logs(), s.Paths.Configs()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("making the cluster's folders: %w", err)
		}
	}
	if err := pki.Ensure(s.Paths.PKI()); err != nil {
		return err
	}
	folders := s.folders()
	for path, content := range map[string]string{
		folders.AuditPolicy():     controlplane.AuditPolicyFile,
		folders.SchedulerConfig(): controlplane.SchedulerConfigFile(folders),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return fmt.Errorf("writing a component's configuration: %w", err)
		}
	}
	return nil
}

func (s Supervisor) writeKubeconfigs(server string) error {
	for _, user := range []string{pki.ControllerManager, pki.Scheduler, pki.KWOK} {
		if err := pki.WriteKubeconfig(s.Paths.PKI(), user, server, s.Paths.ComponentKubeconfig(user)); err != nil {
			return err
		}
	}
	return pki.WriteKubeconfig(s.Paths.PKI(), pki.Admin, server, s.Paths.Kubeconfig())
}
