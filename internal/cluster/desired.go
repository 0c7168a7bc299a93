package cluster

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// desired are the objects that a configuration means, the children by name.
type desired struct {
	Namespace       *corev1.Namespace
	Quotas          map[string]*corev1ac.ResourceQuotaApplyConfiguration       `json:",omitempty"`
	LimitRanges     map[string]*corev1ac.LimitRangeApplyConfiguration          `json:",omitempty"`
	Policies        map[string]*networkingv1ac.NetworkPolicyApplyConfiguration `json:",omitempty"`
	ServiceAccounts map[string]*corev1ac.ServiceAccountApplyConfiguration      `json:",omitempty"`
	Roles           map[string]*rbacv1ac.RoleApplyConfiguration                `json:",omitempty"`
	Bindings        map[string]*rbacv1ac.RoleBindingApplyConfiguration         `json:",omitempty"`
}

// usualChildren are those to look for by name where nothing is declared.
func usualChildren() desired {
	return desired{
		Quotas:      map[string]*corev1ac.ResourceQuotaApplyConfiguration{quotaName: nil},
		LimitRanges: map[string]*corev1ac.LimitRangeApplyConfiguration{limitRangeName: nil},
	}
}

// desiredOf maps a model, all of whose declared values are known. What is
// adopted keeps its name, and doesn't get our label.
func desiredOf(ctx context.Context, m model, a adopted) (desired, diag.Diagnostics) {
	var diags diag.Diagnostics
	d := desired{
		Namespace:       desiredNamespace(m),
		Quotas:          desiredQuotas(m.Name.ValueString(), m.Quota, m.ScopedQuotas, a),
		ServiceAccounts: desiredServiceAccounts(m),
	}
	limitRanges, more := desiredLimitRange(ctx, m.Name.ValueString(), m.LimitRange, a)
	diags.Append(more...)
	d.LimitRanges = limitRanges
	policies, more := desiredNetwork(ctx, m.Name.ValueString(), m.Network)
	diags.Append(more...)
	d.Policies = map[string]*networkingv1ac.NetworkPolicyApplyConfiguration{}
	for _, policy := range policies {
		d.Policies[*policy.Name] = policy
	}
	access, more := accessOf(ctx, m.Access)
	diags.Append(more...)
	d.Roles, d.Bindings = desiredAccess(m.Name.ValueString(), access)
	return d, diags
}

func desiredNamespace(m model) *corev1.Namespace {
	labels := fw.StringMap(m.LabelsAll)
	labels[kube.LabelManagedBy] = kube.ManagedBy
	if region := m.Region.ValueString(); region != "" {
		labels[kube.LabelRegion] = region
	}
	maps.Copy(labels, podSecurityLabels(m.PodSecurity))
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name:        m.Name.ValueString(),
		Labels:      labels,
		Annotations: fw.StringMap(m.AnnotationsAll),
	}}
}

// withNonce is the Namespace as it is POSTed.
func withNonce(ns *corev1.Namespace, nonce string) *corev1.Namespace {
	posted := ns.DeepCopy()
	posted.Annotations = maps.Clone(ns.Annotations)
	if posted.Annotations == nil {
		posted.Annotations = map[string]string{}
	}
	posted.Annotations[kube.AnnotationNonce] = nonce
	return posted
}

// applied is the Namespace as it is applied later: the same fields, bound to the
// one that was read.
func applied(ns, live *corev1.Namespace) *corev1ac.NamespaceApplyConfiguration {
	annotations := maps.Clone(ns.Annotations)
	if nonce, ok := live.Annotations[kube.AnnotationNonce]; ok {
		annotations[kube.AnnotationNonce] = nonce
	}
	return corev1ac.Namespace(ns.Name).WithUID(live.UID).WithLabels(ns.Labels).WithAnnotations(annotations)
}

func desiredServiceAccounts(m model) map[string]*corev1ac.ServiceAccountApplyConfiguration {
	accounts := map[string]*corev1ac.ServiceAccountApplyConfiguration{}
	for _, name := range textsOf(m.ServiceAccounts) {
		// A ServiceAccount has nothing that would show who made it, once its label is gone.
		accounts[name] = corev1ac.ServiceAccount(name, m.Name.ValueString()).WithLabels(childLabels()).
			WithAnnotations(map[string]string{kube.AnnotationMadeFor: "mar_" + typeName})
	}
	return accounts
}

func declared(o types.Object) bool { return !o.IsNull() && !o.IsUnknown() }

// says reports whether an object is declared and says something. An empty one means the
// same as none.
func says(o types.Object) bool { return declared(o) && !fw.IsNothing(o) }

func childLabels() map[string]string {
	return map[string]string{kube.LabelManagedBy: kube.ManagedBy}
}

// resourceList reads a map of quantities; what isn't known or isn't a quantity
// (validation has said so) is left out.
func resourceList(m types.Map) corev1.ResourceList {
	list := corev1.ResourceList{}
	for key, value := range m.Elements() {
		if amount, ok := value.(fwtypes.Quantity); ok {
			if quantity, ok := amount.Known(); ok {
				list[corev1.ResourceName(key)] = quantity
			}
		}
	}
	return list
}
