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

// ObjectsOf returns the objects that a plan means. Had is the version of the Secret that the
// instance has, null if it has none.
func ObjectsOf(ctx context.Context, plan, config model.Resource, had types.Int64, private PrivateState) (manifest.Objects, diag.Diagnostics) {
	var objects manifest.Objects
	options := private.PodOptions()
	options.Nonce = mar.NewNonce()
	version := plan.SecretEnvVersion
	switch {
	case private.Secret != nil && !version.IsNull() && version.Equal(had):
		objects.Secret = private.Secret
	case !version.IsNull():
		objects.NewSecret = manifest.NewSecret(plan.Key(), version.ValueInt64(), fw.StringMap(config.SecretEnv))
		objects.OldSecret, options.Secret = private.Secret, objects.NewSecret.Name
	default:
		objects.OldSecret, options.Secret = private.Secret, ""
	}
	var diags diag.Diagnostics
	objects.Pod, diags = manifest.Desired(ctx, manifest.Declared(plan.Instance, config.Instance), options)
	return objects, diags
}

// WithResult is the state after an update: the plan, with its unknown values as they were read.
func WithResult(plan model.Resource, have power.Existing) model.Resource {
	plan.Instance = withComputed(plan.Instance, manifest.ObservedAll(have.EffectivePod(power.StateIn(have, plan, false))))
	return plan
}

// WithLastSeen is the private state with the Pod or template that exists after an apply.
func (r PrivateState) WithLastSeen(have power.Existing, plan model.Resource) PrivateState {
	seen := power.StateIn(have, plan, false)
	r.LastSeen = LastSeenOf(have.EffectivePod(seen), seen).Normalised(plan)
	return r
}

// AfterCreate is the private state of an instance that was created from the objects, and the
// warnings about what admission policies changed.
func (r PrivateState) AfterCreate(objects manifest.Objects, have power.Existing, plan model.Resource) (PrivateState, []causes.Warning) {
	r.Secret, r.Unrecorded = objects.Secret, false
	r = r.withStoredImage(have, plan.Image.ValueString())
	seen := plan.Instance
	if have.Pod != nil {
		seen = manifest.Observed(have.Pod, plan.Instance, nil)
	}
	return r.withAdmitted(plan.Instance, seen)
}

// withStoredImage records the image that the API server stores for the one that was sent.
func (r PrivateState) withStoredImage(have power.Existing, sent string) PrivateState {
	stored := sent
	if have.Pod != nil {
		stored = manifest.MainContainer(have.Pod).Image
	}
	return r.withImage(sent, stored)
}

// PodOptions returns the options with which the instance's Pod is recreated.
func (r PrivateState) PodOptions() manifest.Options {
	options := manifest.Options{Unset: r.Unset}
	if r.Secret != nil {
		options.Secret = r.Secret.Name
	}
	return options
}

// AfterUpdate is the private state after an update that may be incomplete. Sized reports whether
// the Pod has the requested size.
func (r PrivateState) AfterUpdate(todo Decision, done Applied, sized bool) PrivateState {
	r.Unrecorded = !done.Changed && (r.Unrecorded || sized)
	if done.Changed && todo.Change.Image != "" {
		r = r.withStoredImage(power.Existing{Pod: done.Pod}, todo.Change.Image)
	}
	r.Missed = ""
	if done.Missed {
		r.Missed = string(done.Pod.UID)
	}
	return r
}

// ObservedAs reads the Pod, spelt as in the model.
func (r PrivateState) ObservedAs(m model.Instance, have power.Existing) model.Instance {
	seen := r.AsSent(m, manifest.Observed(have.Pod, m, r.Limited))
	seen.Image = r.Image(seen.Image)
	return seen
}

// PrivateState is what the provider stores about an instance beside its state, in Terraform's
// private state.
type PrivateState struct {
	// Name is the Pod's name. A plan of the successor doesn't get the state, and reads it here.
	Name     string   `json:"name,omitempty"`
	LastSeen LastSeen `json:"standing"`
	// Limited names the resources whose limit the configuration declares, so that a plan notices when
	// one is removed.
	Limited []string `json:"limited,omitempty"`
	// Sent is the image as it was sent, Stored as the API server keeps it. They differ if an admission
	// policy rewrites images.
	Sent   string `json:"sent,omitempty"`
	Stored string `json:"stored,omitempty"`
	// Secret is the one that holds secret_env_wo.
	Secret *manifest.SecretRef `json:"secret,omitempty"`
	// Manager is the field manager that last wrote the Pod, if it isn't the default.
	Manager string `json:"manager,omitempty"`
	// Unrecorded is set if the Pod has a size that its annotation doesn't record, because an update
	// was interrupted between the two.
	Unrecorded bool `json:"unrecorded,omitempty"`
	// Unset names the fields that an imported Pod didn't set, see UnsetIn.
	Unset []string `json:"unset,omitempty"`
	// Missed is the UID of a Pod whose program finished before it took up a change.
	Missed string `json:"missed,omitempty"`
	// Admitted is an older form of AdmittedAs, with texts instead of hashes. Earlier versions wrote
	// it.
	Admitted map[string]string `json:"admitted,omitempty"`
	// AdmittedAs holds, by attribute, a hash of what admission policies made of it on creation.
	AdmittedAs map[string]string `json:"admitted_as,omitempty"`
}

// DefaultPrivateState is the private state of an instance that runs as its state says. It is what a
// read without a stored one starts from. It has no name, because only a plan without a state needs
// that.
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

// Image is the declared image for the one that the Pod has.
func (r PrivateState) Image(live types.String) types.String {
	if r.Stored != "" && live.ValueString() == r.Stored {
		return types.StringValue(r.Sent)
	}
	return live
}

// Applied is what an update in place did.
type Applied struct {
	// Pod is the instance's Pod as it was last seen, nil if it doesn't exist.
	Pod *corev1.Pod
	// Changed is set if the change was sent and accepted.
	Changed bool
	// Missed is set if the program finished before it took up the change.
	Missed bool
}
