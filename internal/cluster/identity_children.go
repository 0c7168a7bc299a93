package cluster

import (
	"cmp"
	"errors"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

const (
	// namePrefix begins the names that the provider gives; only ServiceAccounts
	// have names of the configuration's own.
	namePrefix        = "mar-"
	quotaName         = namePrefix + "quota"
	scopedQuotaPrefix = quotaName + "-"
	limitRangeName    = namePrefix + "limits"
	accessPrefix      = namePrefix
)

// The kinds of a cluster's children.
const (
	kindQuota          = "ResourceQuota"
	kindLimitRange     = "LimitRange"
	kindPolicy         = "NetworkPolicy"
	kindRole           = "Role"
	kindBinding        = "RoleBinding"
	kindServiceAccount = "ServiceAccount"
)

// adopted are the quota and the limit range that a namespace had before it was
// imported, and that stand where the provider's own would: by name, and empty
// where there is none.
type adopted struct {
	Quota      string `json:"quota,omitempty"`
	LimitRange string `json:"limit_range,omitempty"`
}

func (a adopted) quota() string      { return cmp.Or(a.Quota, quotaName) }
func (a adopted) limitRange() string { return cmp.Or(a.LimitRange, limitRangeName) }

// isOwnQuota and its like tell a cluster's own children by name and label; what
// lacks either is somebody else's, and is left alone.
func (a adopted) isOwnQuota(o metav1.Object) bool {
	name := o.GetName()
	return name == a.Quota || kube.IsOurs(o) && (name == quotaName || strings.HasPrefix(name, scopedQuotaPrefix))
}

func (a adopted) isOwnLimitRange(o metav1.Object) bool {
	return o.GetName() == a.LimitRange || kube.IsOurs(o) && o.GetName() == limitRangeName
}

func isOwnAccess(o metav1.Object) bool {
	return kube.IsOurs(o) && strings.HasPrefix(o.GetName(), accessPrefix)
}

func childRef(kind, cluster, name string) kube.Ref {
	return kube.Ref{Kind: kind, Namespace: cluster, Name: name}
}

// attributeOf is where in the configuration a child is declared; the root where
// the object is no child.
func attributeOf(object kube.Ref, a adopted) path.Path {
	switch object.Kind {
	case kindQuota:
		if key, ok := strings.CutPrefix(object.Name, scopedQuotaPrefix); ok && object.Name != a.quota() {
			return path.Root("scoped_quotas").AtMapKey(key)
		}
		return path.Root("quota")
	case kindLimitRange:
		return path.Root("limit_range")
	case kindPolicy:
		return path.Root("network")
	case kindRole, kindBinding:
		return path.Root("access").AtMapKey(strings.TrimPrefix(object.Name, accessPrefix))
	case kindServiceAccount:
		return path.Root("service_accounts")
	}
	return path.Empty()
}

// placeOf is the attribute that an error is about.
func placeOf(err error, a adopted) path.Path {
	var (
		refused  *kube.RefusedError
		conflict *kube.ConflictError
		foreign  *kube.ForeignError
		waited   *kube.WaitError
	)
	switch {
	case errors.As(err, &waited) && waited.Ref.Name == defaultAccount:
		// Nobody declares it.
		return path.Empty()
	case errors.As(err, &waited):
		return attributeOf(waited.Ref, a)
	case errors.As(err, &refused):
		if at := placeOfMetadata(refused.Fields()); refused.Ref.Kind == "Namespace" && !at.Equal(path.Empty()) {
			return at
		}
		return attributeOf(refused.Ref, a)
	case errors.As(err, &conflict):
		return placeOfConflict(conflict, a)
	case errors.As(err, &foreign):
		return attributeOf(foreign.Ref, a)
	}
	return path.Empty()
}

// placeOfMetadata is the attribute that says what is in a field of the Namespace's metadata.
func placeOfMetadata(fields []string) path.Path {
	for _, field := range fields {
		of := regexp.MustCompile(`^metadata\.(labels|annotations|name)\b(?:\[([^\]]*)\])?`).FindStringSubmatch(field)
		switch {
		case of == nil:
			continue
		case of[1] == "labels":
			return placeOfLabel(of[2])
		}
		return path.Root(of[1])
	}
	return path.Empty()
}

// placeOfConflict is the attribute that says what is in a contested field.
func placeOfConflict(e *kube.ConflictError, a adopted) path.Path {
	at := attributeOf(e.Ref, a)
	for _, c := range e.Conflicts {
		if key, ok := strings.CutPrefix(c.Field, ".spec.hard."); ok && e.Ref.Kind == kindQuota {
			return attributeAt(at, corev1.ResourceName(key))
		}
		if key, ok := strings.CutPrefix(c.Field, ".metadata.labels."); ok && e.Ref.Kind == "Namespace" {
			return placeOfLabel(key)
		}
		if strings.HasPrefix(c.Field, ".metadata.annotations.") && e.Ref.Kind == "Namespace" {
			return path.Root("annotations")
		}
	}
	return at
}

func placeOfLabel(key string) path.Path {
	switch {
	case key == kube.LabelRegion:
		return path.Root("region")
	case isPodSecurityLabel(key):
		return path.Root("pod_security")
	}
	return path.Root("labels")
}
