package planning

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// PartsOf are the parts that a plan means. Had is the version of the Secret that
// the instance has, null where it has none.
func PartsOf(ctx context.Context, plan, config model.Resource, had types.Int64, rec PrivateState) (manifest.Objects, diag.Diagnostics) {
	var p manifest.Objects
	how := rec.Making()
	how.Nonce = mar.NewNonce()
	version := plan.SecretEnvVersion
	switch {
	case rec.Secret != nil && !version.IsNull() && version.Equal(had):
		p.Keep = rec.Secret
	case !version.IsNull():
		p.Make = manifest.NewSecret(plan.Key(), version.ValueInt64(), fw.StringMap(config.SecretEnv))
		p.Drop, how.Secret = rec.Secret, p.Make.Name
	default:
		p.Drop, how.Secret = rec.Secret, ""
	}
	var diags diag.Diagnostics
	p.Pod, diags = manifest.Desired(ctx, manifest.Declared(plan.Instance, config.Instance), how)
	return p, diags
}

// WithResult is a plan that was carried out: what it didn't know is as it was
// found.
func WithResult(plan model.Resource, have power.Existing) model.Resource {
	plan.Instance = completed(plan.Instance, manifest.ObservedAll(have.Subject(power.StateIn(have, plan, false))))
	return plan
}

// Found is the record of what there is once a plan was carried out.
func (r PrivateState) Found(have power.Existing, plan model.Resource) PrivateState {
	seen := power.StateIn(have, plan, false)
	r.LastSeen = LastSeenOf(have.Subject(seen), seen).Normalised(plan)
	return r
}

// Made is the record of an instance that was made of the parts, and what people
// should know of it.
func (r PrivateState) Made(p manifest.Objects, have power.Existing, plan model.Resource) (PrivateState, []causes.Warning) {
	r.Secret, r.Unrecorded = p.Keep, false
	r = r.withStored(have, plan.Image.ValueString())
	seen := plan.Instance
	if have.Pod != nil {
		seen = manifest.Observed(have.Pod, plan.Instance, nil)
	}
	return r.withAdmitted(plan.Instance, seen)
}

// withStored notes the image that the API server keeps for the one that was sent.
func (r PrivateState) withStored(have power.Existing, sent string) PrivateState {
	stored := sent
	if have.Pod != nil {
		stored = manifest.MainContainer(have.Pod).Image
	}
	return r.withImage(sent, stored)
}

// Making is how the instance's Pod is made again.
func (r PrivateState) Making() manifest.Options {
	how := manifest.Options{Unset: r.Unset}
	if r.Secret != nil {
		how.Secret = r.Secret.Name
	}
	return how
}

// After is the record once that much of an update was carried out. Sized says
// whether the Pod has the size that was asked for.
func (r PrivateState) After(todo Decision, done Applied, sized bool) PrivateState {
	r.Unrecorded = !done.Changed && (r.Unrecorded || sized)
	if done.Changed && todo.Change.Image != "" {
		r = r.withStored(power.Existing{Pod: done.Pod}, todo.Change.Image)
	}
	r.Missed = ""
	if done.Missed {
		r.Missed = string(done.Pod.UID)
	}
	return r
}

// SeenAs reads what there is in the terms of a model.
func (r PrivateState) SeenAs(m model.Instance, have power.Existing) model.Instance {
	seen := r.AsSent(m, manifest.Observed(have.Pod, m, r.Limited))
	seen.Image = r.Image(seen.Image)
	return seen
}

// PrivateState is what is remembered of an instance beside its state.
type PrivateState struct {
	// Name is the Pod's, which a plan of its successor doesn't have in its state.
	Name     string   `json:"name,omitempty"`
	LastSeen LastSeen `json:"standing"`
	// Limited names the resources whose limit the configuration declares, so
	// that one which it no longer does is seen.
	Limited []string `json:"limited,omitempty"`
	// Sent and Stored are the image as it was sent and as the API server keeps
	// it, where an admission policy rewrites images.
	Sent   string `json:"sent,omitempty"`
	Stored string `json:"stored,omitempty"`
	// Secret is the one that secret_env_wo was put into.
	Secret *manifest.SecretRef `json:"secret,omitempty"`
	// Manager is the name under which the Pod was last written, if it isn't the
	// usual one.
	Manager string `json:"manager,omitempty"`
	// Unrecorded is set when the Pod has a size that its own record, from which it is
	// made anew, doesn't say: an update ended between the two.
	Unrecorded bool `json:"unrecorded,omitempty"`
	// Unset names what an imported Pod didn't say, see UnsetIn.
	Unset []string `json:"unset,omitempty"`
	// Missed is the UID of a Pod whose program finished before it took up a change.
	Missed string `json:"missed,omitempty"`
	// Admitted is what earlier versions noted of what admission policies made of attributes
	// on creation: the text of it, which may have a secret in it.
	Admitted map[string]string `json:"admitted,omitempty"`
	// AdmittedAs has its hashes, by attribute.
	AdmittedAs map[string]string `json:"admitted_as,omitempty"`
}

// DefaultPrivateState is the record of an instance of such a state that runs as it was asked for.
// It has no name, which is needed where there is no state.
func DefaultPrivateState(m model.Resource) PrivateState {
	return PrivateState{
		LastSeen: LastSeen{State: power.State{Pod: power.PodAlive}, Status: m.Status.ValueString(), Size: manifest.SizeOf(manifest.DesiredResources(m.Instance))},
		Limited:  LimitedBy(m.Instance),
	}
}

func (r PrivateState) withImage(sent, stored string) PrivateState {
	r.Sent, r.Stored = sent, stored
	if sent == stored {
		r.Sent, r.Stored = "", ""
	}
	return r
}

// Image is the image that is declared by the one that the Pod has.
func (r PrivateState) Image(live types.String) types.String {
	if r.Stored != "" && live.ValueString() == r.Stored {
		return types.StringValue(r.Sent)
	}
	return live
}

// Applied is what came of an update.
type Applied struct {
	// Pod is as it was last seen, nil where the instance's isn't there.
	Pod *corev1.Pod
	// Changed is set when the change was sent and taken.
	Changed bool
	// Missed is set when the program finished before it took up the change.
	Missed bool
}
