package store

import (
	"context"
	"fmt"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Move does about the power of an instance that was found so what was decided,
// from what is recorded of the instance. It returns what there is then.
func (s *Store) Move(ctx context.Context, next power.Step, have power.Existing, seen power.State) (power.Existing, error) {
	if next == power.StepNone {
		return have, nil
	}
	p, err := s.recordedParts(ctx, have, seen)
	if err != nil {
		return have, err
	}
	switch next {
	case power.StepTidy:
		return power.Existing{Pod: have.Pod}, s.DeleteLeftovers(ctx, have.Pod, have.Template, p.Keep)
	case power.StepStop:
		have.Template, _, err = s.Stop(ctx, have.Pod, p, false)
		return power.Existing{Template: have.Template}, err
	case power.StepStart:
		have, p, err = s.Start(ctx, p)
	case power.StepRestart:
		have, p, err = s.Restart(ctx, have.Pod, p)
	default:
		return have, fmt.Errorf("no way is known to %s an instance by its name. This is a bug in the provider; please report it", next)
	}
	if err == nil {
		// An action that is invoked again waits in any case.
		err = s.Settle(ctx, have, p)
	}
	return power.Existing{Pod: have.Pod}, err
}

// recordedParts are what the instance is made of, with the Secret that it has. A
// Secret that may not be looked at can't be handed on, and would be lost with its
// owner.
func (s *Store) recordedParts(ctx context.Context, have power.Existing, seen power.State) (manifest.Objects, error) {
	pod, err := power.RecordedPod(have, seen, s.Manager())
	if err != nil {
		return manifest.Objects{}, err
	}
	p, k := manifest.Objects{Pod: pod}, model.KeyOf(pod)
	name := manifest.SecretOf(pod, k.Name)
	if name == "" {
		return p, nil
	}
	secret, err := s.Secret(ctx, k, name)
	switch {
	case err != nil:
		return manifest.Objects{}, err
	case secret.Hidden:
		return manifest.Objects{}, fmt.Errorf("these credentials may not read %s, which has the instance's secret variables, so those would be lost. They need get and patch on Secrets in the cluster %s", kube.Ref{Kind: "Secret", Namespace: k.Cluster, Name: name}, k.Cluster)
	case secret.Ours:
		p.Keep = &secret.SecretRef
	}
	return p, nil
}
