package instance

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// NoteState remembers an instance in the state, so that a plan that replaces it doesn't report its
// name as taken. It ignores a state that it can't read.
func NoteState(client *connect.Client, state []byte) {
	var known struct{ Cluster, Name string }
	if err := json.Unmarshal(state, &known); err == nil && known.Name != "" {
		client.DryRuns.NoteInState(model.Key{Cluster: known.Cluster, Name: known.Name}.String())
	}
}

// Reading an instance takes an object of the server's and the state to pieces, and
// puts the state together again, in most cases the very same. So when an instance was
// made or changed, and a read of what the server answered would find just what is being
// saved, and would have nothing to say, the version of the Pod is saved with it. While
// the Pod has that version, and nothing else has come to stand for the instance, a read
// is known to end with the state that it began with.

// predictNext says what is already known about the next read and the next plan of an instance that
// was just created or changed.
func (r *instanceResource) predictNext(ctx context.Context, state, config model.Resource, private planning.PrivateState, have power.Existing) fw.Seen {
	return fw.Seen{Version: r.versionSeen(ctx, state, private, have), PlansNothing: r.plansNothing(state, config, private)}
}

// plansNothing reports whether a plan of the present state changes nothing and warns of nothing. It
// leaves out what the framework does before ModifyPlan: after an apply there is no default to fill
// in.
func (r *instanceResource) plansNothing(state, config model.Resource, private planning.PrivateState) bool {
	return !model.IsUnread(state.Instance) && len(private.LastSeen.Unlabelled) == 0 &&
		reflect.DeepEqual(planning.Decide(state, state, config, private, planning.Facts{Resizable: true}), planning.Decision{}) &&
		state.LabelsAll.Equal(fw.LabelsAll(r.defaults.Labels, state.Labels)) &&
		state.AnnotationsAll.Equal(fw.LabelsAll(r.defaults.Annotations, state.Annotations))
}

// versionSeen returns the Pod's version, or an empty one if a read would find something else or
// need more than the Pod. It makes no request.
func (r *instanceResource) versionSeen(ctx context.Context, state model.Resource, private planning.PrivateState, have power.Existing) string {
	if have.Pod == nil || have.Template != nil || private.Secret != nil {
		return ""
	}
	seen := power.StateIn(have, state, false)
	if seen.Gone() || seen.Pod == power.PodForeign || len(causes.Problems(state, have, seen, r.store.Manager(), time.Now())) > 0 || mayBecomeUnhealthy(have.Pod) {
		return ""
	}
	var diags diag.Diagnostics
	again, recorded := state, private
	if err := r.read(ctx, &again, &recorded, have, seen, false, &diags); err != nil || len(diags) > 0 {
		return ""
	}
	if !reflect.DeepEqual(again, state) || !reflect.DeepEqual(recorded, private) {
		return ""
	}
	return versionOf(have.Pod)
}

// mayBecomeUnhealthy reports whether time alone may cause a problem, as for a Pod that stays
// unready.
func mayBecomeUnhealthy(pod *corev1.Pod) bool {
	return !podhealth.IsReady(pod) && !podhealth.HasEnded(pod)
}

func versionOf(pod *corev1.Pod) string { return string(pod.UID) + "@" + pod.ResourceVersion }

// IsStill reports whether the instance's Pod has a matching version, and no template exists beside
// it. It uses the list cache, and returns false if that has no lists.
func IsStill(ctx context.Context, client *connect.Client, cluster, name string, isTheOne func(version string) bool) bool {
	return client.PodTemplates.Lacks(ctx, cluster, name) &&
		client.Pods.Has(ctx, cluster, name, func(pod *corev1.Pod) bool { return isTheOne(versionOf(pod)) })
}
