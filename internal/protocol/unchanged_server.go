package protocol

import (
	"bytes"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ReadResource answers at once for a resource that is known to be as it was seen.
func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp := &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private, NewIdentity: req.CurrentIdentity}
	var err error
	if !s.isAsSeen(ctx, req) {
		resp, err = during(ctx, req, s.Inner.ReadResource)
	}
	if err == nil && s.numbersAsText.Load() {
		resp.NewState, err = withNumbersAsText(resp.NewState)
	}
	return resp, err
}

// UpgradeResourceState gives back a state of this very version as it came, in JSON. Core
// takes a state in either encoding, and has dropped what the schema doesn't know; the
// framework would only write it in the other.
func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if req.RawState != nil {
		s.mar.NoteState(req.TypeName, req.RawState.JSON)
	}
	schemas, err := s.schemas()
	if err == nil && req.RawState != nil && len(req.RawState.JSON) > 0 {
		if known, found := schemas[req.TypeName]; found && known.Version == req.Version {
			return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &tfprotov6.DynamicValue{JSON: req.RawState.JSON}}, nil
		}
	}
	return during(ctx, req, s.Inner.UpgradeResourceState)
}

func (s *server) isAsSeen(ctx context.Context, req *tfprotov6.ReadResourceRequest) bool {
	// Without an identity the read has to be made, so that it writes one.
	kept, err := readPrivate(req.Private)
	if err != nil || req.CurrentIdentity == nil || !hasValue(req.CurrentIdentity.IdentityData) {
		return false
	}
	mark := kept.marks().Read
	if mark == "" {
		return false
	}
	identity, err := decode(req.CurrentIdentity.IdentityData)
	if err != nil {
		return false
	}
	of := subject{
		Conduct: s.mar.Conduct(), Type: req.TypeName, State: req.CurrentState, Identity: req.CurrentIdentity,
		Private: kept, ProviderMeta: req.ProviderMeta,
	}.fingerprint()
	names, _ := identity.(map[string]any)
	return s.mar.IsStill(ctx, req.TypeName, names, func(version string) bool { return of.read(version) == mark })
}

// PlanResourceChange answers at once for a resource that is known to be unchanged.
func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	if s.isUnchanged(req) && s.keepsCluster(req) {
		return &tfprotov6.PlanResourceChangeResponse{
			PlannedState: req.PriorState, PlannedPrivate: req.PriorPrivate, PlannedIdentity: req.PriorIdentity,
		}, nil
	}
	return during(ctx, req, s.Inner.PlanResourceChange)
}

// keepsCluster notes of a cluster that the plan changes nothing of it, for instances are judged by
// that. It is false where refusals have waited for this, so that the plan itself has to say them.
func (s *server) keepsCluster(req *tfprotov6.PlanResourceChangeRequest) bool {
	if req.TypeName != "mar_cluster" {
		return true
	}
	state, err := decode(req.PriorState)
	if err != nil {
		return false
	}
	attributes, _ := state.(map[string]any)
	name, _ := attributes["name"].(string)
	return s.mar.PlanValidation().Keeps(name)
}

func (s *server) isUnchanged(req *tfprotov6.PlanResourceChangeRequest) bool {
	kept, err := readPrivate(req.PriorPrivate)
	if err != nil {
		return false
	}
	mark := kept.marks().Plan
	return mark != "" && same(req.PriorState, req.ProposedNewState) && mark == subject{
		Conduct: s.mar.Conduct(), Type: req.TypeName, State: req.PriorState, Identity: req.PriorIdentity,
		Private: kept, ProviderMeta: req.ProviderMeta,
	}.fingerprint().plan(req.Config)
}

func same(a, b *tfprotov6.DynamicValue) bool {
	return a != nil && b != nil && len(a.MsgPack) > 0 && bytes.Equal(a.MsgPack, b.MsgPack)
}

// withMarks is the private state of a resource that was just applied, with the marks by
// which its next read and its next plan are answered at once.
func (s *server) withMarks(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest, resp *tfprotov6.ApplyResourceChangeResponse) []byte {
	kept, err := readPrivate(resp.Private)
	if err != nil {
		return resp.Private
	}
	marked, err := kept.with(s.marksOf(ctx, req, resp, kept))
	if err != nil {
		return resp.Private
	}
	return marked
}

// marksOf are none where the apply said anything. What was made of a write-only value gets
// none either: nothing that stands for such a value is kept.
func (s *server) marksOf(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest, resp *tfprotov6.ApplyResourceChangeResponse, kept private) marks {
	if !hasValue(resp.NewState) || len(resp.Diagnostics) > 0 || s.hasWriteOnlyValue(req.TypeName, req.Config) {
		return marks{}
	}
	of := subject{
		Conduct: s.mar.Conduct(), Type: req.TypeName, State: resp.NewState, Identity: resp.NewIdentity,
		Private: kept, ProviderMeta: req.ProviderMeta,
	}.fingerprint()
	seen, known := kept.seen()
	m := marks{Read: of.read(seen.Version)}
	if known && seen.PlansNothing || !known && s.plansNothing(ctx, req, resp) {
		m.Plan = of.plan(req.Config)
	}
	return m
}

// plansNothing reports whether the next plan of what was applied changes nothing and
// says nothing, by making it: for a kind that doesn't know by itself.
func (s *server) plansNothing(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest, resp *tfprotov6.ApplyResourceChangeResponse) bool {
	plan, err := s.Inner.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: req.TypeName, Config: req.Config, PriorState: resp.NewState, ProposedNewState: resp.NewState,
		PriorPrivate: resp.Private, PriorIdentity: resp.NewIdentity, ProviderMeta: req.ProviderMeta,
	})
	if err != nil || len(plan.Diagnostics) > 0 || len(plan.RequiresReplace) > 0 || plan.Deferred != nil {
		return false
	}
	before, err := digestOf(resp.NewState)
	if err != nil {
		return false
	}
	after, err := digestOf(plan.PlannedState)
	return err == nil && bytes.Equal(before, after)
}

// hasWriteOnlyValue reports whether the configuration gives a value to a write-only
// attribute, or can't be read.
func (s *server) hasWriteOnlyValue(typeName string, config *tfprotov6.DynamicValue) bool {
	schemas, err := s.schemas()
	if err != nil || config == nil {
		return true
	}
	decoded, err := decode(config)
	values, ok := decoded.(map[string]any)
	return err != nil || !ok || slices.ContainsFunc(schemas[typeName].WriteOnly, func(name string) bool { return values[name] != nil })
}
