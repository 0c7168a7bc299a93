package store

import (
	"context"
	"fmt"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// ApplyStep carries out a step from what is recorded of the instance, without a plan. It returns
// what exists then.
func (s *Store) ApplyStep(ctx context.Context, next power.Step, have power.Existing, seen power.State) (power.Existing, error) {
	if next == power.StepNone {
		return have, nil
	}
	objects, err := s.recordedObjects(ctx, have, seen)
	if err != nil {
		return have, err
	}
	switch next {
	case power.StepCleanUp:
		return power.Existing{Pod: have.Pod}, s.DeleteLeftovers(ctx, have.Pod, have.Template, objects.Secret)
	case power.StepStop:
		have.Template, _, err = s.Stop(ctx, have.Pod, objects, false)
		return power.Existing{Template: have.Template}, err
	case power.StepStart:
		have, objects, err = s.Start(ctx, objects)
	case power.StepRestart:
		have, objects, err = s.Restart(ctx, have.Pod, objects)
	default:
		return have, fmt.Errorf("no way is known to %s an instance by its name. This is a bug in the provider; please report it", next)
	}
	if err == nil {
		// An action that is invoked again waits in any case.
		err = s.FinishStart(ctx, have, objects)
	}
	return power.Existing{Pod: have.Pod}, err
}

// recordedObjects returns the objects to recreate the instance from, with its Secret. It errs if
// the Secret may not be read, because the Secret would be lost with its owner.
func (s *Store) recordedObjects(ctx context.Context, have power.Existing, seen power.State) (manifest.Objects, error) {
	pod, err := power.RecordedPod(have, seen, s.Manager())
	if err != nil {
		return manifest.Objects{}, err
	}
	objects, k := manifest.Objects{Pod: pod}, model.KeyOf(pod)
	name := manifest.SecretOf(pod, k.Name)
	if name == "" {
		return objects, nil
	}
	secret, err := s.Secret(ctx, k, name)
	switch {
	case err != nil:
		return manifest.Objects{}, err
	case secret.Hidden:
		return manifest.Objects{}, fmt.Errorf("these credentials may not read %s, which has the instance's secret variables, so those would be lost. They need get and patch on Secrets in the cluster %s", kube.Ref{Kind: "Secret", Namespace: k.Cluster, Name: name}, k.Cluster)
	case secret.Ours:
		objects.Secret = &secret.SecretRef
	}
	return objects, nil
}
