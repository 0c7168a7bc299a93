package instance

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
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

// observedList reads Pods for the data source mar_instances, sorted by ID. Those
// that a controller makes and replaces are the instances of somebody else's
// resource, and left out unless they are asked for.
func observedList(pods []*corev1.Pod, withControlled bool, now time.Time) []listedModel {
	found := make([]listedModel, 0, len(pods))
	for _, pod := range pods {
		if withControlled || controllerOf(pod) == "" {
			found = append(found, listedOf(observedNow(pod, nil, now)))
		}
	}
	slices.SortFunc(found, func(a, b listedModel) int { return cmp.Compare(a.ID.ValueString(), b.ID.ValueString()) })
	return found
}

// withStopped joins Pods to the templates of stopped instances, both in the order
// of their names, and so lists what there is under each name in that order. A Pod
// that is on its way to be stopped is its template's. Status, if any, is the only
// one that is asked for.
func withStopped(pods iter.Seq2[*corev1.Pod, error], templates []*corev1.PodTemplate, status string) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		for have, err := range joined(pods, templates) {
			if err == nil && status == statusStopped && !presenceIn(have, resourceModel{}, true).stopped() {
				continue
			}
			if !yield(have, err) {
				return
			}
		}
	}
}

func joined(pods iter.Seq2[*corev1.Pod, error], templates []*corev1.PodTemplate) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		alone := func(templates []*corev1.PodTemplate) bool {
			return !slices.ContainsFunc(templates, func(t *corev1.PodTemplate) bool { return !yield(found{Template: t}, nil) })
		}
		rest := slices.DeleteFunc(slices.Clone(templates), func(t *corev1.PodTemplate) bool { return !isStoppedInstance(t) })
		for pod, err := range pods {
			if err != nil {
				yield(found{}, err)
				return
			}
			var earlier []*corev1.PodTemplate
			have := found{Pod: pod}
			earlier, have.Template, rest = partedBy(keyOf(pod), rest)
			if !alone(earlier) || !yield(have, nil) {
				return
			}
		}
		alone(rest)
	}
}

// partedBy are the templates before the key, the one of that key, and those after.
func partedBy(k key, templates []*corev1.PodTemplate) (before []*corev1.PodTemplate, same *corev1.PodTemplate, after []*corev1.PodTemplate) {
	at, exists := slices.BinarySearchFunc(templates, k, func(t *corev1.PodTemplate, k key) int { return cmp.Compare(keyOf(t).String(), k.String()) })
	if !exists {
		return templates[:at], nil, templates[at:]
	}
	return templates[:at], templates[at], templates[at+1:]
}

func listedOf(m dataSourceModel) listedModel {
	return listedModel{
		ID: m.ID, Cluster: m.Cluster, Name: m.Name, Image: m.Image,
		Status: m.Status, Ready: m.Ready, Reason: m.Reason, Problem: m.Problem, Restarts: m.Restarts,
		Node: m.Node, IP: m.IP, CPU: m.CPU, Memory: m.Memory,
		Labels: m.Labels, UID: m.UID, StartedAt: m.StartedAt,
	}
}

// candidate is what the list resource says and asks of an instance.
type candidate struct {
	key
	Presence   presence
	Status     string
	Controller string
	// Reserved is set in Kubernetes' own Namespaces, which are no clusters, and
	// Unfit where the name is one that no instance can have.
	Reserved, Unfit bool
}

func candidateOf(have found) candidate {
	seen := presenceIn(have, resourceModel{}, true)
	pod := have.subject(seen)
	k := keyOf(pod)
	_, err := newKey(k.Cluster, k.Name)
	return candidate{
		key: k, Presence: seen, Status: statusOf(pod), Controller: controllerOf(pod),
		Reserved: validate.IsReservedNamespace(k.Cluster), Unfit: err != nil,
	}
}

// String names the instance to people who choose from a list.
func (c candidate) String() string {
	status := c.Status
	if c.Presence.Pod == podLeaving && !c.Presence.stopped() {
		status = "being deleted"
	}
	if c.Controller != "" {
		status += ", of " + c.Controller
	}
	return fmt.Sprintf("%s (%s)", c.key, status)
}
