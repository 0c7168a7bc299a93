package cluster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// listedModel is a cluster as a list of Namespaces has it.
type listedModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Region      types.String `tfsdk:"region"`
	Labels      types.Map    `tfsdk:"labels"`
	Annotations types.Map    `tfsdk:"annotations"`
	UID         types.String `tfsdk:"uid"`
	CreatedAt   types.String `tfsdk:"created_at"`
	Phase       types.String `tfsdk:"phase"`
}

// observedList reads Namespaces for the data source mar_clusters, sorted by ID and
// without those of Kubernetes itself.
func observedList(namespaces []*corev1.Namespace) []listedModel {
	found := make([]listedModel, 0, len(namespaces))
	for _, ns := range namespaces {
		if validate.IsReservedNamespace(ns.Name) {
			continue
		}
		m := objects.ImportedNamespaceOf(ns, fw.Defaults{})
		found = append(found, listedModel{
			ID: m.ID, Name: m.Name, Region: m.Region, Labels: m.Labels, Annotations: m.Annotations,
			UID: m.UID, CreatedAt: m.CreatedAt, Phase: m.Phase,
		})
	}
	slices.SortFunc(found, func(a, b listedModel) int { return cmp.Compare(a.ID.ValueString(), b.ID.ValueString()) })
	return found
}

// selectorOf joins the arguments of mar_clusters to one selector; both have been
// validated.
func selectorOf(labelSelector, region types.String) (labels.Selector, error) {
	selector, err := labels.Parse(labelSelector.ValueString())
	if err != nil {
		return nil, fmt.Errorf("read the label selector %q: %w", labelSelector.ValueString(), err)
	}
	if region.IsNull() {
		return selector, nil
	}
	inRegion, err := labels.NewRequirement(mar.LabelRegion, selection.Equals, []string{region.ValueString()})
	if err != nil {
		return nil, fmt.Errorf("select the region %q: %w", region.ValueString(), err)
	}
	return selector.Add(*inRegion), nil
}

// candidate is what the list resource says and asks of a cluster.
type candidate struct {
	Name     string
	Reserved bool
	remarks  []string
}

func candidateOf(ns *corev1.Namespace) candidate {
	c := candidate{Name: ns.Name, Reserved: validate.IsReservedNamespace(ns.Name)}
	if region := ns.Labels[mar.LabelRegion]; region != "" {
		c.remarks = append(c.remarks, region)
	}
	if objects.PhaseOf(ns) == corev1.NamespaceTerminating {
		c.remarks = append(c.remarks, "being deleted")
	}
	return c
}

// String names the cluster to people who choose from a list.
func (c candidate) String() string {
	if len(c.remarks) == 0 {
		return c.Name
	}
	return fmt.Sprintf("%s (%s)", c.Name, strings.Join(c.remarks, ", "))
}
