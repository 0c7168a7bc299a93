package instance

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// NoteState takes note of an instance that the state has, so that a plan which replaces it
// doesn't say that its name is taken. A state that isn't readable is for others to report.
func NoteState(client *kube.Client, state []byte) {
	var known struct{ Cluster, Name string }
	if err := json.Unmarshal(state, &known); err == nil && known.Name != "" {
		client.DryRuns.NoteInState(key{Cluster: known.Cluster, Name: known.Name}.String())
	}
}

// mayBeTaken reports whether somebody else may have the name of an instance that is planned.
func (p intent) mayBeTaken(state *kube.DryRuns) bool {
	name := p.Plan.Name
	return p.Prior == nil && !name.IsUnknown() && p.Record.Name != name.ValueString() && !state.InState(p.Plan.key().String())
}

// Taken is a *kube.ExistsError where a create would find the name taken. What is being
// deleted is none, for a create waits for its end. What can't be read isn't reported.
func (s *store) Taken(ctx context.Context, k key) error {
	err := s.client.DryRuns.Ask(ctx, struct{ Name string }{k.String()}, func(ctx context.Context) error {
		return s.taken(ctx, k)
	})
	var exists *kube.ExistsError
	if errors.As(err, &exists) {
		return exists
	}
	return nil
}

func (s *store) taken(ctx context.Context, k key) error {
	have, err := find(ctx, k, s.client.PodNames.Find, s.client.PodTemplates.Find)
	switch {
	case err != nil:
		return err
	case have.Template != nil && have.Template.DeletionTimestamp == nil:
		return takenBy(have.Template)
	case have.Pod != nil && have.Pod.DeletionTimestamp == nil:
		return &kube.ExistsError{Ref: k.ref()}
	}
	return nil
}
