package planning

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// MayBeTaken reports whether somebody else may have the name of an instance that is planned.
func (p PlannedChange) MayBeTaken(state *kube.DryRuns) bool {
	name := p.Plan.Name
	return p.Prior == nil && !name.IsUnknown() && p.Record.Name != name.ValueString() && !state.InState(p.Plan.Key().String())
}

// DryRun is one write of an apply, as a plan asks the API server about it: exactly
// one of Pod, Template, Secret, Change and Resize is set.
type DryRun struct {
	Pod      *corev1.Pod
	Template *corev1.PodTemplate
	Secret   *corev1.Secret
	// Change and Resize are of the Pod Live, which the state knows as From and is to be Want,
	// and which was last written under the field manager Manager.
	Change     *manifest.Change
	Resize     *manifest.Size
	Live       liveInstance
	From, Want *corev1.Pod
	Manager    string
}

// liveInstance is an instance that is there.
type liveInstance struct {
	Key       model.Key
	UID, Node string
}

// trialSecret stands for the Secret of secret_env_wo, which has another name each
// time that one is made.
const trialSecret = model.GeneratedPrefix + "secret"

// ToBeNamed stands for a name that is made when the instance is.
const ToBeNamed = model.GeneratedPrefix + "…"

// PlannedChange is what trials are made of.
type PlannedChange struct {
	// Prior is nil for an instance that is made. Of one that makes way for another,
	// the successor's writes are asked about: core asks for that one's plan too, but
	// drops what it warns of.
	Prior        *model.Resource
	Plan, Config model.Resource
	Record       PrivateState
	Todo         Decision
	// Defaults are the provider's.
	Defaults fw.Defaults
}

// DryRuns are the writes that can be asked about before the rest of the plan is
// carried out, and the names of what was left out of them.
func (p PlannedChange) DryRuns(ctx context.Context) ([]DryRun, []string) {
	known, leftOut, ok := p.known(ctx)
	if !ok {
		return nil, nil
	}
	how := manifest.Options{Nonce: "dry-run"}
	if !p.Makes() {
		how.Unset = p.Record.Unset
	}
	if !known.SecretEnvVersion.IsNull() {
		how.Secret = trialSecret
	}
	pod, diags := manifest.Desired(ctx, manifest.Declared(known.Instance, p.Config.Instance), how)
	if diags.HasError() {
		return nil, nil
	}
	if p.Makes() {
		return p.ofNew(known, pod), leftOut
	}
	return p.ofChange(ctx, known, pod), leftOut
}

// ofNew follows store.New.
func (p PlannedChange) ofNew(known model.Resource, pod *corev1.Pod) []DryRun {
	stopped := known.DesiredStatus.ValueString() == model.PowerStopped
	var all []DryRun
	if stopped || !known.SecretEnvVersion.IsNull() {
		all = append(all, DryRun{Template: manifest.TemplateOf(pod, !stopped)})
	}
	all = append(all, secretTrials(known, types.Int64Null())...)
	if !stopped {
		all = append(all, DryRun{Pod: pod})
	}
	return all
}

// ofChange follows carryOut.
func (p PlannedChange) ofChange(ctx context.Context, known model.Resource, pod *corev1.Pod) []DryRun {
	secrets := secretTrials(known, p.Prior.SecretEnvVersion)
	switch p.Todo.Step {
	case power.StepStop:
		return append([]DryRun{{Template: manifest.TemplateOf(pod, false)}}, secrets...)
	case power.StepStart:
		return append(secrets, DryRun{Pod: pod})
	case power.StepRestart:
		return append(append([]DryRun{{Template: manifest.TemplateOf(pod, true)}}, secrets...), DryRun{Pod: pod})
	case power.StepReplace, power.StepCreate, power.StepRefuse:
		return nil
	case power.StepNone, power.StepTidy:
	}
	before, diags := manifest.Desired(ctx, p.Prior.Instance, manifest.Options{Nonce: "dry-run", Secret: trialSecretOf(*p.Prior), Unset: p.Record.Unset})
	if diags.HasError() {
		return nil
	}
	if p.Record.LastSeen.State.Stopped() {
		if manifest.SameObjects(before, pod) {
			return nil
		}
		return append([]DryRun{{Template: manifest.TemplateOf(pod, false)}}, secrets...)
	}
	live := liveInstance{Key: p.Prior.Key(), UID: p.Prior.UID.ValueString(), Node: p.Prior.Node.ValueString()}
	var all []DryRun
	if p.Todo.Resize != nil {
		all = append(all, DryRun{Resize: p.Todo.Resize, Live: live, From: before, Want: pod, Manager: p.Record.Manager})
	}
	if p.Todo.Change != nil {
		c := manifest.ChangeBetween(p.Prior.Instance, known.Instance)
		c.Spec = pod.Annotations[mar.AnnotationSpec]
		all = append(all, DryRun{Change: &c, Live: live, From: before, Want: pod, Manager: p.Record.Manager})
	}
	return all
}

func trialSecretOf(m model.Resource) string {
	if m.SecretEnvVersion.IsNull() {
		return ""
	}
	return trialSecret
}

// secretTrials ask whether a Secret may be made, without its values.
func secretTrials(known model.Resource, had types.Int64) []DryRun {
	version, k := known.SecretEnvVersion, known.Key()
	if version.IsNull() || version.Equal(had) {
		return nil
	}
	if k.Name == "" {
		k.Name = model.GeneratedPrefix + mar.RandomSuffix()
	}
	return []DryRun{{Secret: manifest.NewSecret(k, version.ValueInt64(), nil)}}
}

// Makes reports whether an instance is made, the first or a successor.
func (p PlannedChange) Makes() bool { return p.Prior == nil || p.replaces() }

// replaces reports whether core asks for another plan, one of an instance that is made anew.
func (p PlannedChange) replaces() bool {
	if len(p.Todo.Replace) > 0 {
		return true
	}
	prior, plan := p.Prior, p.Plan
	return !plan.Cluster.Equal(prior.Cluster) || !plan.Name.Equal(prior.Name)
}

// known is the plan without what isn't known yet, and what that was. It is false
// where so much isn't known that there is nothing to ask: what decides whether
// the API server takes an instance is asked about as it will be, or not at all.
func (p PlannedChange) known(ctx context.Context) (model.Resource, []string, bool) {
	m := p.Plan
	pod, faults := podspec.Decode(m.Pod)
	if len(faults) > 0 || !pod.Known() {
		return m, nil, false
	}
	for _, value := range []attr.Value{
		m.Cluster, m.Image, p.Config.CPU, p.Config.Memory, m.Limits, m.Requests, m.RestartPolicy, m.ServiceAccount, m.Security, m.DesiredStatus,
	} {
		if !isKnown(ctx, value) {
			return m, nil, false
		}
	}
	var leftOut []string
	for _, list := range []struct {
		name  string
		value *types.List
	}{{"args", &m.Args}, {"command", &m.Command}} {
		if !isKnown(ctx, *list.value) {
			*list.value = types.ListNull(types.StringType)
			leftOut = append(leftOut, list.name)
		}
	}
	if m.SecretEnvVersion.IsUnknown() {
		m.SecretEnvVersion = types.Int64Null()
		leftOut = append(leftOut, "secret_env_wo_version")
	}
	for _, entries := range []struct {
		name  string
		value *types.Map
	}{
		{"annotations", &m.Annotations},
		{"env", &m.Env},
		{"env_value_from", &m.EnvValueFrom},
		{"health_checks", &m.HealthChecks},
		{"labels", &m.Labels},
		{"ports", &m.Ports},
		{"volumes", &m.Volumes},
	} {
		var missing []string
		*entries.value, missing = knownEntries(ctx, entries.name, *entries.value)
		leftOut = append(leftOut, missing...)
	}
	m.LabelsAll = fw.LabelsAll(p.Defaults.Labels, m.Labels)
	m.AnnotationsAll = fw.LabelsAll(p.Defaults.Annotations, m.Annotations)
	slices.Sort(leftOut)
	return m, leftOut, true
}

// Question is what makes a trial another one. Instances that differ in nothing
// but their names get one answer.
func (t DryRun) Question() any {
	type question struct {
		Create any
		Change *manifest.Change `json:",omitempty"`
		Resize *manifest.Size   `json:",omitempty"`
		// In is the Namespace, From and Node the Pod that is changed.
		In      string
		From    *corev1.Pod `json:",omitempty"`
		Node    string      `json:",omitempty"`
		Manager string      `json:",omitempty"`
	}
	switch {
	case t.Pod != nil:
		return question{Create: Nameless(t.Pod), In: t.Pod.Namespace}
	case t.Template != nil:
		template := t.Template.DeepCopy()
		template.Name = ""
		delete(template.Labels, mar.LabelInstanceID)
		delete(template.Template.Labels, mar.LabelInstanceID)
		return question{Create: template, In: t.Template.Namespace}
	case t.Secret != nil:
		return question{Create: "Secret", In: t.Secret.Namespace}
	case t.Change != nil:
		c := *t.Change
		c.Labels = maps.Clone(c.Labels)
		delete(c.Labels, mar.LabelInstanceID)
		return question{Change: &c, In: t.Live.Key.Cluster, From: Nameless(t.From), Manager: t.Manager}
	}
	return question{Resize: t.Resize, In: t.Live.Key.Cluster, From: Nameless(t.From), Node: t.Live.Node}
}

// NamedQuestion is about this one instance.
func (t DryRun) NamedQuestion() any {
	ref, _ := t.Ref()
	return struct {
		Name     string
		Question any
	}{ref.String(), t.Question()}
}

func Nameless(pod *corev1.Pod) *corev1.Pod {
	other := pod.DeepCopy()
	other.Name = ""
	delete(other.Labels, mar.LabelInstanceID)
	return other
}

// Ref is the object that a trial is about, and how people name it.
func (t DryRun) Ref() (Ref kube.Ref, verb string) {
	named := func(kind, namespace, name string) kube.Ref {
		return kube.Ref{Kind: kind, Namespace: namespace, Name: waiting.OrElse(name, ToBeNamed)}
	}
	switch {
	case t.Pod != nil:
		return named("Pod", t.Pod.Namespace, t.Pod.Name), "create"
	case t.Template != nil:
		return named("PodTemplate", t.Template.Namespace, t.Template.Name), "create"
	case t.Secret != nil:
		return kube.Ref{Kind: "Secret", Namespace: t.Secret.Namespace, Name: t.Secret.Name}, "create"
	case t.Change != nil:
		return t.Live.Key.Ref(), "apply"
	}
	return t.Live.Key.Ref(), "resize"
}
