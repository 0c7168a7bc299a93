package instance

import (
	"context"
	"fmt"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Move does about the power of an instance that was found so what was decided,
// from what is recorded of the instance. It returns what there is then.
func (s *store) Move(ctx context.Context, next move, have found, seen presence) (found, error) {
	if next == moveNone {
		return have, nil
	}
	p, err := s.recordedParts(ctx, have, seen)
	if err != nil {
		return have, err
	}
	switch next {
	case moveTidy:
		return found{Pod: have.Pod}, s.Tidy(ctx, have.Pod, have.Template, p.Keep)
	case moveStop:
		have.Template, _, err = s.Stop(ctx, have.Pod, p, false)
		return found{Template: have.Template}, err
	case moveStart:
		have, p, err = s.Start(ctx, p)
	case moveRestart:
		have, p, err = s.Restart(ctx, have.Pod, p)
	default:
		return have, fmt.Errorf("no way is known to %s an instance by its name. This is a bug in the provider; please report it", next)
	}
	if err == nil {
		// An action that is invoked again waits in any case.
		err = s.Settle(ctx, have, p)
	}
	return found{Pod: have.Pod}, err
}

// recordedParts are what the instance is made of, with the Secret that it has. A
// Secret that may not be looked at can't be handed on, and would be lost with its
// owner.
func (s *store) recordedParts(ctx context.Context, have found, seen presence) (parts, error) {
	pod, err := recordedPod(have, seen, s.Manager())
	if err != nil {
		return parts{}, err
	}
	p, k := parts{Pod: pod}, keyOf(pod)
	name := secretOf(pod, k.Name)
	if name == "" {
		return p, nil
	}
	secret, err := s.Secret(ctx, k, name)
	switch {
	case err != nil:
		return parts{}, err
	case secret.Hidden:
		return parts{}, fmt.Errorf("these credentials may not read %s, which has the instance's secret variables, so those would be lost. They need get and patch on Secrets in the cluster %s", kube.Ref{Kind: "Secret", Namespace: k.Cluster, Name: name}, k.Cluster)
	case secret.Ours:
		p.Keep = &secret.secretRef
	}
	return p, nil
}
