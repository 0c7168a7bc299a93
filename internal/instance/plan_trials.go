package instance

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// trial is one write of an apply, as a plan asks the API server about it: exactly
// one of Pod, Template, Secret, Change and Resize is set.
type trial struct {
	Pod      *corev1.Pod
	Template *corev1.PodTemplate
	Secret   *corev1.Secret
	// Change and Resize are of the Pod Live, which the state knows as From and is to be Want,
	// and which was last written under the field manager Manager.
	Change     *change
	Resize     *size
	Live       liveInstance
	From, Want *corev1.Pod
	Manager    string
}

// liveInstance is an instance that is there.
type liveInstance struct {
	Key       key
	UID, Node string
}

// trialSecret stands for the Secret of secret_env_wo, which has another name each
// time that one is made.
const trialSecret = generatedPrefix + "secret"

// toBeNamed stands for a name that is made when the instance is.
const toBeNamed = generatedPrefix + "…"

// intent is what trials are made of.
type intent struct {
	// Prior is nil for an instance that is made. Of one that makes way for another,
	// the successor's writes are asked about: core asks for that one's plan too, but
	// drops what it warns of.
	Prior        *resourceModel
	Plan, Config resourceModel
	Record       record
	Todo         decision
	// Defaults are the provider's.
	Defaults fw.Defaults
}

// trials are the writes that can be asked about before the rest of the plan is
// carried out, and the names of what was left out of them.
func (p intent) trials(ctx context.Context) ([]trial, []string) {
	known, leftOut, ok := p.known(ctx)
	if !ok {
		return nil, nil
	}
	how := making{Nonce: "dry-run"}
	if !p.makes() {
		how.Unset = p.Record.Unset
	}
	if !known.SecretEnvVersion.IsNull() {
		how.Secret = trialSecret
	}
	pod, diags := desired(ctx, declared(known.model, p.Config.model), how)
	if diags.HasError() {
		return nil, nil
	}
	if p.makes() {
		return p.ofNew(known, pod), leftOut
	}
	return p.ofChange(ctx, known, pod), leftOut
}

// ofNew follows store.New.
func (p intent) ofNew(known resourceModel, pod *corev1.Pod) []trial {
	stopped := known.DesiredStatus.ValueString() == powerStopped
	var all []trial
	if stopped || !known.SecretEnvVersion.IsNull() {
		all = append(all, trial{Template: templateOf(pod, !stopped)})
	}
	all = append(all, secretTrials(known, types.Int64Null())...)
	if !stopped {
		all = append(all, trial{Pod: pod})
	}
	return all
}

// ofChange follows carryOut.
func (p intent) ofChange(ctx context.Context, known resourceModel, pod *corev1.Pod) []trial {
	secrets := secretTrials(known, p.Prior.SecretEnvVersion)
	switch p.Todo.Move {
	case moveStop:
		return append([]trial{{Template: templateOf(pod, false)}}, secrets...)
	case moveStart:
		return append(secrets, trial{Pod: pod})
	case moveRestart:
		return append(append([]trial{{Template: templateOf(pod, true)}}, secrets...), trial{Pod: pod})
	case moveReplace, moveCreate, moveRefuse:
		return nil
	case moveNone, moveTidy:
	}
	before, diags := desired(ctx, p.Prior.model, making{Nonce: "dry-run", Secret: trialSecretOf(*p.Prior), Unset: p.Record.Unset})
	if diags.HasError() {
		return nil
	}
	if p.Record.Standing.Presence.stopped() {
		if sameMaking(before, pod) {
			return nil
		}
		return append([]trial{{Template: templateOf(pod, false)}}, secrets...)
	}
	live := liveInstance{Key: p.Prior.key(), UID: p.Prior.UID.ValueString(), Node: p.Prior.Node.ValueString()}
	var all []trial
	if p.Todo.Resize != nil {
		all = append(all, trial{Resize: p.Todo.Resize, Live: live, From: before, Want: pod, Manager: p.Record.Manager})
	}
	if p.Todo.Change != nil {
		c := desiredChange(p.Prior.model, known.model)
		c.Spec = pod.Annotations[kube.AnnotationSpec]
		all = append(all, trial{Change: &c, Live: live, From: before, Want: pod, Manager: p.Record.Manager})
	}
	return all
}

func trialSecretOf(m resourceModel) string {
	if m.SecretEnvVersion.IsNull() {
		return ""
	}
	return trialSecret
}

// secretTrials ask whether a Secret may be made, without its values.
func secretTrials(known resourceModel, had types.Int64) []trial {
	version, k := known.SecretEnvVersion, known.key()
	if version.IsNull() || version.Equal(had) {
		return nil
	}
	if k.Name == "" {
		k.Name = generatedPrefix + kube.RandomSuffix()
	}
	return []trial{{Secret: desiredSecret(k, version.ValueInt64(), nil)}}
}

// makes reports whether an instance is made, the first or a successor.
func (p intent) makes() bool { return p.Prior == nil || p.replaces() }

// replaces reports whether core asks for another plan, one of an instance that is made anew.
func (p intent) replaces() bool {
	if len(p.Todo.Replace) > 0 {
		return true
	}
	prior, plan := p.Prior, p.Plan
	return !plan.Cluster.Equal(prior.Cluster) || !plan.Name.Equal(prior.Name)
}

// known is the plan without what isn't known yet, and what that was. It is false
// where so much isn't known that there is nothing to ask: what decides whether
// the API server takes an instance is asked about as it will be, or not at all.
func (p intent) known(ctx context.Context) (resourceModel, []string, bool) {
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

func isKnown(ctx context.Context, value attr.Value) bool {
	v, err := value.ToTerraformValue(ctx)
	return err == nil && v.IsFullyKnown()
}

// knownEntries leaves out every entry of which a part isn't known.
func knownEntries(ctx context.Context, name string, m types.Map) (types.Map, []string) {
	if m.IsUnknown() {
		return types.MapNull(m.ElementType(ctx)), []string{name}
	}
	kept := m.Elements()
	var leftOut []string
	maps.DeleteFunc(kept, func(key string, value attr.Value) bool {
		if isKnown(ctx, value) {
			return false
		}
		leftOut = append(leftOut, name+"["+key+"]")
		return true
	})
	if len(leftOut) == 0 {
		return m, nil
	}
	return types.MapValueMust(m.ElementType(ctx), kept), leftOut
}

// question is what makes a trial another one. Instances that differ in nothing
// but their names get one answer.
func (t trial) question() any {
	type question struct {
		Create any
		Change *change `json:",omitempty"`
		Resize *size   `json:",omitempty"`
		// In is the Namespace, From and Node the Pod that is changed.
		In      string
		From    *corev1.Pod `json:",omitempty"`
		Node    string      `json:",omitempty"`
		Manager string      `json:",omitempty"`
	}
	switch {
	case t.Pod != nil:
		return question{Create: nameless(t.Pod), In: t.Pod.Namespace}
	case t.Template != nil:
		template := t.Template.DeepCopy()
		template.Name = ""
		delete(template.Labels, kube.LabelInstanceID)
		delete(template.Template.Labels, kube.LabelInstanceID)
		return question{Create: template, In: t.Template.Namespace}
	case t.Secret != nil:
		return question{Create: "Secret", In: t.Secret.Namespace}
	case t.Change != nil:
		c := *t.Change
		c.Labels = maps.Clone(c.Labels)
		delete(c.Labels, kube.LabelInstanceID)
		return question{Change: &c, In: t.Live.Key.Cluster, From: nameless(t.From), Manager: t.Manager}
	}
	return question{Resize: t.Resize, In: t.Live.Key.Cluster, From: nameless(t.From), Node: t.Live.Node}
}

// namedQuestion is about this one instance.
func (t trial) namedQuestion() any {
	ref, _ := t.ref()
	return struct {
		Name     string
		Question any
	}{ref.String(), t.question()}
}

func nameless(pod *corev1.Pod) *corev1.Pod {
	other := pod.DeepCopy()
	other.Name = ""
	delete(other.Labels, kube.LabelInstanceID)
	return other
}

// ref is the object that a trial is about, and how people name it.
func (t trial) ref() (ref kube.Ref, verb string) {
	named := func(kind, namespace, name string) kube.Ref {
		return kube.Ref{Kind: kind, Namespace: namespace, Name: orElse(name, toBeNamed)}
	}
	switch {
	case t.Pod != nil:
		return named("Pod", t.Pod.Namespace, t.Pod.Name), "create"
	case t.Template != nil:
		return named("PodTemplate", t.Template.Namespace, t.Template.Name), "create"
	case t.Secret != nil:
		return kube.Ref{Kind: "Secret", Namespace: t.Secret.Namespace, Name: t.Secret.Name}, "create"
	case t.Change != nil:
		return t.Live.Key.ref(), "apply"
	}
	return t.Live.Key.ref(), "resize"
}
