package instance

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// listedModel is an instance in a list.
type listedModel struct {
	ID        types.String     `tfsdk:"id"`
	Cluster   types.String     `tfsdk:"cluster"`
	Name      types.String     `tfsdk:"name"`
	Image     types.String     `tfsdk:"image"`
	Status    types.String     `tfsdk:"status"`
	Ready     types.Bool       `tfsdk:"ready"`
	Reason    types.String     `tfsdk:"reason"`
	Problem   types.String     `tfsdk:"problem"`
	Restarts  types.Int64      `tfsdk:"restarts"`
	Node      types.String     `tfsdk:"node"`
	IP        types.String     `tfsdk:"ip"`
	CPU       fwtypes.Quantity `tfsdk:"cpu"`
	Memory    fwtypes.Quantity `tfsdk:"memory"`
	Labels    types.Map        `tfsdk:"labels"`
	UID       types.String     `tfsdk:"uid"`
	StartedAt types.String     `tfsdk:"started_at"`
}

// observedList reads Pods for the data source mar_instances, sorted by ID. Pods that a controller
// created are left out by default.
func observedList(pods []*corev1.Pod, withControlled bool, now time.Time) []listedModel {
	found := make([]listedModel, 0, len(pods))
	for _, pod := range pods {
		if withControlled || manifest.ControllerOf(pod) == "" {
			found = append(found, listedOf(manifest.ObservedNow(pod, nil, now)))
		}
	}
	slices.SortFunc(found, func(a, b listedModel) int { return cmp.Compare(a.ID.ValueString(), b.ID.ValueString()) })
	return found
}

func listedOf(m model.DataSource) listedModel {
	return listedModel{
		ID: m.ID, Cluster: m.Cluster, Name: m.Name, Image: m.Image,
		Status: m.Status, Ready: m.Ready, Reason: m.Reason, Problem: m.Problem, Restarts: m.Restarts,
		Node: m.Node, IP: m.IP, CPU: m.CPU, Memory: m.Memory,
		Labels: m.Labels, UID: m.UID, StartedAt: m.StartedAt,
	}
}

// candidate is an instance that the list resource may offer.
type candidate struct {
	model.Key
	State      power.State
	Status     string
	Controller string
	// Reserved is set in Kubernetes' own Namespaces, Unfit for a name that no instance can have.
	Reserved, Unfit bool
}

func candidateOf(have power.Existing) candidate {
	seen := power.StateIn(have, model.Resource{}, true)
	pod := have.EffectivePod(seen)
	k := model.KeyOf(pod)
	_, err := model.NewKey(k.Cluster, k.Name)
	return candidate{
		Key: k, State: seen, Status: manifest.StatusOf(pod), Controller: manifest.ControllerOf(pod),
		Reserved: validate.IsReservedNamespace(k.Cluster), Unfit: err != nil,
	}
}

// String names the instance to people who choose from a list.
func (c candidate) String() string {
	status := c.Status
	if c.State.Pod == power.PodTerminating && !c.State.Stopped() {
		status = "being deleted"
	}
	if c.Controller != "" {
		status += ", of " + c.Controller
	}
	return fmt.Sprintf("%s (%s)", c.Key, status)
}
