package instance

import (
	"cmp"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// listedModel is an instance among others: what tells them apart and how they fare.
type listedModel struct {
	ID        types.String     `tfsdk:"id"`
	Cluster   types.String     `tfsdk:"cluster"`
	Name      types.String     `tfsdk:"name"`
	Image     types.String     `tfsdk:"image"`
	Status    types.String     `tfsdk:"status"`
	Ready     types.Bool       `tfsdk:"ready"`
	Reason    types.String     `tfsdk:"reason"`
	Restarts  types.Int64      `tfsdk:"restarts"`
	Node      types.String     `tfsdk:"node"`
	IP        types.String     `tfsdk:"ip"`
	CPU       fwtypes.Quantity `tfsdk:"cpu"`
	Memory    fwtypes.Quantity `tfsdk:"memory"`
	Labels    types.Map        `tfsdk:"labels"`
	UID       types.String     `tfsdk:"uid"`
	StartedAt types.String     `tfsdk:"started_at"`
}

// observedList reads Pods for the data source mar_instances, sorted by ID. Those
// that a controller makes and replaces are the instances of somebody else's
// resource, and left out unless they are asked for.
func observedList(pods []*corev1.Pod, withControlled bool) []listedModel {
	found := make([]listedModel, 0, len(pods))
	for _, pod := range pods {
		if withControlled || controllerOf(pod) == "" {
			found = append(found, listedOf(observedNow(pod)))
		}
	}
	slices.SortFunc(found, func(a, b listedModel) int { return cmp.Compare(a.ID.ValueString(), b.ID.ValueString()) })
	return found
}

// withStopped adds the instances that are stopped, and takes away the Pods that
// are on their way to be. Status, if any, is the only one that is asked for.
func withStopped(pods []*corev1.Pod, templates []*corev1.PodTemplate, status string) []*corev1.Pod {
	running := map[string]*corev1.Pod{}
	for _, pod := range pods {
		running[pod.Name] = pod
	}
	all := []*corev1.Pod{}
	for _, template := range templates {
		have := found{Pod: running[template.Name], Template: template}
		if seen := presenceIn(have, resourceModel{}, true); seen.stopped() && isStoppedInstance(template) {
			delete(running, template.Name)
			all = append(all, have.subject(seen))
		}
	}
	if status == statusStopped {
		return all
	}
	return slices.AppendSeq(all, maps.Values(running))
}

func listedOf(m dataSourceModel) listedModel {
	return listedModel{
		ID: m.ID, Cluster: m.Cluster, Name: m.Name, Image: m.Image,
		Status: m.Status, Ready: m.Ready, Reason: m.Reason, Restarts: m.Restarts,
		Node: m.Node, IP: m.IP, CPU: m.CPU, Memory: m.Memory,
		Labels: m.Labels, UID: m.UID, StartedAt: m.StartedAt,
	}
}
