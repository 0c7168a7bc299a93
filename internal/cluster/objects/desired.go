package objects

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Desired are the objects that a configuration means, the children by name.
type Desired struct {
	Namespace       *corev1.Namespace
	Quotas          map[string]*corev1.ResourceQuota       `json:",omitempty"`
	LimitRanges     map[string]*corev1.LimitRange          `json:",omitempty"`
	Policies        map[string]*networkingv1.NetworkPolicy `json:",omitempty"`
	ServiceAccounts map[string]*corev1.ServiceAccount      `json:",omitempty"`
	Roles           map[string]*rbacv1.Role                `json:",omitempty"`
	Bindings        map[string]*rbacv1.RoleBinding         `json:",omitempty"`
}

// UsualChildren are those to look for by name where nothing is declared.
func UsualChildren() Desired {
	return Desired{
		Quotas:      map[string]*corev1.ResourceQuota{child.QuotaName: nil},
		LimitRanges: map[string]*corev1.LimitRange{child.LimitRangeName: nil},
	}
}

// DesiredOf maps a model, all of whose declared values are known. What is
// adopted keeps its name, and doesn't get our label.
func DesiredOf(ctx context.Context, m model.Cluster, a child.Adopted) (Desired, diag.Diagnostics) {
	var diags diag.Diagnostics
	d := Desired{
		Namespace:       DesiredNamespace(m),
		Quotas:          quota.Desired(m.Name.ValueString(), m.Quota, m.ScopedQuotas, a),
		ServiceAccounts: desiredServiceAccounts(m),
	}
	limitRanges, more := limits.Desired(ctx, m.Name.ValueString(), m.LimitRange, a)
	diags.Append(more...)
	d.LimitRanges = limitRanges
	policies, more := network.Desired(ctx, m.Name.ValueString(), m.Network)
	diags.Append(more...)
	d.Policies = map[string]*networkingv1.NetworkPolicy{}
	for _, policy := range policies {
		d.Policies[policy.Name] = policy
	}
	grants, more := access.Grants(ctx, m.Access)
	diags.Append(more...)
	d.Roles, d.Bindings = access.Desired(m.Name.ValueString(), grants)
	return d, diags
}

func DesiredNamespace(m model.Cluster) *corev1.Namespace {
	labels := fw.StringMap(m.LabelsAll)
	labels[mar.LabelManagedBy] = mar.ManagedBy
	if region := m.Region.ValueString(); region != "" {
		labels[mar.LabelRegion] = region
	}
	maps.Copy(labels, podsecurity.Labels(m.PodSecurity))
	return &corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{
		Name:        m.Name.ValueString(),
		Labels:      labels,
		Annotations: fw.StringMap(m.AnnotationsAll),
	}}
}

// WithNonce is the Namespace as it is POSTed.
func WithNonce(ns *corev1.Namespace, nonce string) *corev1.Namespace {
	posted := ns.DeepCopy()
	posted.Annotations = maps.Clone(ns.Annotations)
	if posted.Annotations == nil {
		posted.Annotations = map[string]string{}
	}
	posted.Annotations[mar.AnnotationNonce] = nonce
	return posted
}

// Applied is the Namespace as it is applied later: the same fields, bound to the
// one that was read.
func Applied(ns, live *corev1.Namespace) *corev1.Namespace {
	bound := ns.DeepCopy()
	bound.UID = live.UID
	if nonce, ok := live.Annotations[mar.AnnotationNonce]; ok {
		bound.Annotations = maps.Clone(ns.Annotations)
		if bound.Annotations == nil {
			bound.Annotations = map[string]string{}
		}
		bound.Annotations[mar.AnnotationNonce] = nonce
	}
	return bound
}

func desiredServiceAccounts(m model.Cluster) map[string]*corev1.ServiceAccount {
	accounts := map[string]*corev1.ServiceAccount{}
	for _, name := range child.TextsOf(m.ServiceAccounts) {
		account := &corev1.ServiceAccount{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: child.KindServiceAccount},
			ObjectMeta: child.Meta(m.Name.ValueString(), name),
		}
		// A ServiceAccount has nothing that would show who made it, once its label is gone.
		account.Annotations = map[string]string{mar.AnnotationMadeFor: "mar_" + child.TypeName}
		accounts[name] = account
	}
	return accounts
}
