package instance

import (
	"context"
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

// Reading an instance takes an object of the server's and the state to pieces, and
// puts the state together again, in most cases the very same. So when an instance was
// made or changed, and a read of what the server answered would find just what is being
// saved, and would have nothing to say, the version of the Pod is saved with it. While
// the Pod has that version, and nothing else has come to stand for the instance, a read
// is known to end with the state that it began with.

// foresee is what is known, of an instance that was just made or changed, of its next
// read and of the next plan of the same configuration.
func (r *instanceResource) foresee(ctx context.Context, state, config model.Resource, rec planning.PrivateState, have power.Existing) fw.Seen {
	return fw.Seen{Version: r.versionSeen(ctx, state, rec, have), PlansNothing: r.plansNothing(state, config, rec)}
}

// plansNothing reports whether a plan of what is there changes nothing and says nothing. It
// leaves out what the framework does before ModifyPlan: an apply ends with what was
// planned, so that there is no default to fill in and nothing for a plan modifier to see.
func (r *instanceResource) plansNothing(state, config model.Resource, rec planning.PrivateState) bool {
	return !model.IsUnread(state.Instance) && len(rec.LastSeen.Unlabelled) == 0 &&
		reflect.DeepEqual(planning.Decide(state, state, config, rec, planning.Facts{Resizable: true}), planning.Decision{}) &&
		state.LabelsAll.Equal(fw.LabelsAll(r.defaults.Labels, state.Labels)) &&
		state.AnnotationsAll.Equal(fw.LabelsAll(r.defaults.Annotations, state.Annotations))
}

// versionSeen is that version, empty where a read would find something else, or would
// have to ask for more than the Pod. It makes no request.
func (r *instanceResource) versionSeen(ctx context.Context, state model.Resource, rec planning.PrivateState, have power.Existing) string {
	if have.Pod == nil || have.Template != nil || rec.Secret != nil {
		return ""
	}
	seen := power.StateIn(have, state, false)
	if seen.Gone() || seen.Pod == power.PodForeign || len(causes.Problems(state, have, seen, r.store.Manager(), time.Now())) > 0 || mayFallIll(have.Pod) {
		return ""
	}
	var diags diag.Diagnostics
	again, recorded := state, rec
	if err := r.read(ctx, &again, &recorded, have, seen, false, &diags); err != nil || len(diags) > 0 {
		return ""
	}
	if !reflect.DeepEqual(again, state) || !reflect.DeepEqual(recorded, rec) {
		return ""
	}
	return versionOf(have.Pod)
}

// mayFallIll reports whether a Pod may come to have something to say of it only by the time
// that passes: one that stays unready too long.
func mayFallIll(pod *corev1.Pod) bool {
	return !podhealth.IsReady(pod) && !podhealth.HasEnded(pod)
}

func versionOf(pod *corev1.Pod) string { return string(pod.UID) + "@" + pod.ResourceVersion }

// IsStill reports whether the instance's Pod has a version that is the one, and is all
// that there is of the instance. It looks at lists that others have asked for, and is
// false where there are none.
func IsStill(ctx context.Context, client *connect.Client, cluster, name string, isTheOne func(version string) bool) bool {
	return client.PodTemplates.Lacks(ctx, cluster, name) &&
		client.Pods.Has(ctx, cluster, name, func(pod *corev1.Pod) bool { return isTheOne(versionOf(pod)) })
}
