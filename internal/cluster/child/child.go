package child

import (
	"cmp"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

const TypeName = "cluster"

func ClusterRef(name string) kube.Ref { return kube.Ref{Kind: "Namespace", Name: name} }

const (
	// NamePrefix begins the names that the provider gives; only ServiceAccounts
	// have names of the configuration's own.
	NamePrefix        = "mar-"
	QuotaName         = NamePrefix + "quota"
	ScopedQuotaPrefix = QuotaName + "-"
	LimitRangeName    = NamePrefix + "limits"
	AccessPrefix      = NamePrefix
)

// The kinds of a cluster's children.
const (
	KindQuota          = "ResourceQuota"
	KindLimitRange     = "LimitRange"
	KindPolicy         = "NetworkPolicy"
	KindRole           = "Role"
	KindBinding        = "RoleBinding"
	KindServiceAccount = "ServiceAccount"
)

// Adopted are the quota and the limit range that a namespace had before it was
// imported, and that stand where the provider's own would: by name, and empty
// where there is none.
type Adopted struct {
	Quota      string `json:"quota,omitempty"`
	LimitRange string `json:"limit_range,omitempty"`
}

func (a Adopted) QuotaName() string { return cmp.Or(a.Quota, QuotaName) }

func (a Adopted) LimitRangeName() string { return cmp.Or(a.LimitRange, LimitRangeName) }

// IsOwnQuota and its like tell a cluster's own children by name and label; what
// lacks either is somebody else's, and is left alone.
func (a Adopted) IsOwnQuota(o metav1.Object) bool {
	name := o.GetName()
	return name == a.Quota || mar.IsOurs(o) && (name == QuotaName || strings.HasPrefix(name, ScopedQuotaPrefix))
}

func (a Adopted) IsOwnLimitRange(o metav1.Object) bool {
	return o.GetName() == a.LimitRange || mar.IsOurs(o) && o.GetName() == LimitRangeName
}

func IsOwnAccess(o metav1.Object) bool {
	return mar.IsOurs(o) && strings.HasPrefix(o.GetName(), AccessPrefix)
}

// Meta is the metadata of a child that carries the provider's label.
func Meta(cluster, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: cluster, Name: name, Labels: Labels()}
}

func Ref(kind, cluster, name string) kube.Ref {
	return kube.Ref{Kind: kind, Namespace: cluster, Name: name}
}

// DefaultAccount is the ServiceAccount that Pods have which name none. The API server
// refuses those while it isn't there.
const DefaultAccount = "default"
