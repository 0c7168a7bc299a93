package planning

import (
	"cmp"
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
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// MayBeTaken reports whether another Pod may already have the name of a planned instance.
func (p PlannedChange) MayBeTaken(state *kube.DryRuns) bool {
	name := p.Plan.Name
	return p.Prior == nil && !name.IsUnknown() && p.PrivateState.Name != name.ValueString() && !state.InState(p.Plan.Key().String())
}

// DryRun is one write of the apply that the plan sends as a dry run. Exactly one of Pod, Template,
// Secret, Change and Resize is set.
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

// liveInstance identifies an existing instance.
type liveInstance struct {
	Key       model.Key
	UID, Node string
}

// dryRunSecret stands for the name of the Secret of secret_env_wo, which is generated.
const dryRunSecret = model.GeneratedPrefix + "secret"

// ToBeNamed stands for a name that is generated during the apply.
const ToBeNamed = model.GeneratedPrefix + "…"

// PlannedChange is what dry runs are made from.
type PlannedChange struct {
	// Prior is nil for a new instance. For a replacement, the dry runs are those of the successor.
	// Terraform plans the successor too, but drops the warnings of that plan.
	Prior        *model.Resource
	Plan, Config model.Resource
	PrivateState PrivateState
	Decision     Decision
	// Defaults are the provider's.
	Defaults fw.Defaults
}

// DryRuns returns the writes that can be tried during the plan, and the names of the values that
// were left out because they aren't known yet.
func (p PlannedChange) DryRuns(ctx context.Context) ([]DryRun, []string) {
	known, leftOut, ok := p.known(ctx)
	if !ok {
		return nil, nil
	}
	options := manifest.Options{Nonce: "dry-run"}
	if !p.Creates() {
		options.Unset = p.PrivateState.Unset
	}
	if !known.SecretEnvVersion.IsNull() {
		options.Secret = dryRunSecret
	}
	pod, diags := manifest.Desired(ctx, manifest.Declared(known.Instance, p.Config.Instance), options)
	if diags.HasError() {
		return nil, nil
	}
	if p.Creates() {
		return p.createRuns(known, pod), leftOut
	}
	return p.changeRuns(ctx, known, pod), leftOut
}

// createRuns returns the writes of store.CreateInstance.
func (p PlannedChange) createRuns(known model.Resource, pod *corev1.Pod) []DryRun {
	stopped := known.DesiredStatus.ValueString() == model.PowerStopped
	var all []DryRun
	if stopped || !known.SecretEnvVersion.IsNull() {
		all = append(all, DryRun{Template: manifest.TemplateOf(pod, !stopped)})
	}
	all = append(all, secretDryRuns(known, types.Int64Null())...)
	if !stopped {
		all = append(all, DryRun{Pod: pod})
	}
	return all
}

// changeRuns returns the writes of an update.
func (p PlannedChange) changeRuns(ctx context.Context, known model.Resource, pod *corev1.Pod) []DryRun {
	secrets := secretDryRuns(known, p.Prior.SecretEnvVersion)
	switch p.Decision.Step {
	case power.StepStop:
		return append([]DryRun{{Template: manifest.TemplateOf(pod, false)}}, secrets...)
	case power.StepStart:
		return append(secrets, DryRun{Pod: pod})
	case power.StepRestart:
		return append(append([]DryRun{{Template: manifest.TemplateOf(pod, true)}}, secrets...), DryRun{Pod: pod})
	case power.StepReplace, power.StepCreate, power.StepRefuse:
		return nil
	case power.StepNone, power.StepCleanUp:
	}
	before, diags := manifest.Desired(ctx, p.Prior.Instance, manifest.Options{Nonce: "dry-run", Secret: dryRunSecretOf(*p.Prior), Unset: p.PrivateState.Unset})
	if diags.HasError() {
		return nil
	}
	if p.PrivateState.LastSeen.State.Stopped() {
		if manifest.SameObjects(before, pod) {
			return nil
		}
		return append([]DryRun{{Template: manifest.TemplateOf(pod, false)}}, secrets...)
	}
	live := liveInstance{Key: p.Prior.Key(), UID: p.Prior.UID.ValueString(), Node: p.Prior.Node.ValueString()}
	var all []DryRun
	if p.Decision.Resize != nil {
		all = append(all, DryRun{Resize: p.Decision.Resize, Live: live, From: before, Want: pod, Manager: p.PrivateState.Manager})
	}
	if p.Decision.Change != nil {
		c := manifest.ChangeBetween(p.Prior.Instance, known.Instance)
		c.Spec = pod.Annotations[mar.AnnotationSpec]
		all = append(all, DryRun{Change: &c, Live: live, From: before, Want: pod, Manager: p.PrivateState.Manager})
	}
	return all
}

func dryRunSecretOf(m model.Resource) string {
	if m.SecretEnvVersion.IsNull() {
		return ""
	}
	return dryRunSecret
}

// secretDryRuns tries to create a Secret, without its values.
func secretDryRuns(known model.Resource, had types.Int64) []DryRun {
	version, k := known.SecretEnvVersion, known.Key()
	if version.IsNull() || version.Equal(had) {
		return nil
	}
	if k.Name == "" {
		k.Name = model.GeneratedPrefix + mar.RandomSuffix()
	}
	return []DryRun{{Secret: manifest.NewSecret(k, version.ValueInt64(), nil)}}
}

// Creates reports whether an instance is created, be it the first or a successor.
func (p PlannedChange) Creates() bool { return p.Prior == nil || p.replaces() }

// replaces reports whether Terraform plans a successor.
func (p PlannedChange) replaces() bool {
	if len(p.Decision.Replace) > 0 {
		return true
	}
	prior, plan := p.Prior, p.Plan
	return !plan.Cluster.Equal(prior.Cluster) || !plan.Name.Equal(prior.Name)
}

// known returns the plan without unknown values, and the names of those. It returns false if a
// value is unknown that decides whether the API server accepts the instance: then there is no dry
// run.
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

// CacheKey identifies the dry run among others. Instances that differ only in their names have the
// same key, and share an answer.
func (run DryRun) CacheKey() any {
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
	case run.Pod != nil:
		return question{Create: Nameless(run.Pod), In: run.Pod.Namespace}
	case run.Template != nil:
		template := run.Template.DeepCopy()
		template.Name = ""
		delete(template.Labels, mar.LabelInstanceID)
		delete(template.Template.Labels, mar.LabelInstanceID)
		return question{Create: template, In: run.Template.Namespace}
	case run.Secret != nil:
		return question{Create: "Secret", In: run.Secret.Namespace}
	case run.Change != nil:
		c := *run.Change
		c.Labels = maps.Clone(c.Labels)
		delete(c.Labels, mar.LabelInstanceID)
		return question{Change: &c, In: run.Live.Key.Cluster, From: Nameless(run.From), Manager: run.Manager}
	}
	return question{Resize: run.Resize, In: run.Live.Key.Cluster, From: Nameless(run.From), Node: run.Live.Node}
}

// NamedCacheKey identifies the dry run of this one instance.
func (run DryRun) NamedCacheKey() any {
	ref, _ := run.Ref()
	return struct {
		Name     string
		Question any
	}{ref.String(), run.CacheKey()}
}

func Nameless(pod *corev1.Pod) *corev1.Pod {
	other := pod.DeepCopy()
	other.Name = ""
	delete(other.Labels, mar.LabelInstanceID)
	return other
}

// Ref returns the object of the dry run, and the verb for messages.
func (run DryRun) Ref() (Ref kube.Ref, verb string) {
	named := func(kind, namespace, name string) kube.Ref {
		return kube.Ref{Kind: kind, Namespace: namespace, Name: cmp.Or(name, ToBeNamed)}
	}
	switch {
	case run.Pod != nil:
		return named("Pod", run.Pod.Namespace, run.Pod.Name), "create"
	case run.Template != nil:
		return named("PodTemplate", run.Template.Namespace, run.Template.Name), "create"
	case run.Secret != nil:
		return kube.Ref{Kind: "Secret", Namespace: run.Secret.Namespace, Name: run.Secret.Name}, "create"
	case run.Change != nil:
		return run.Live.Key.Ref(), "apply"
	}
	return run.Live.Key.Ref(), "resize"
}
