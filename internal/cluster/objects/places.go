package objects

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// AttributeOf is where in the configuration a child is declared; the root where
// the object is no child.
func AttributeOf(object kube.Ref, a child.Adopted) path.Path {
	switch object.Kind {
	case child.KindQuota:
		if key, ok := strings.CutPrefix(object.Name, child.ScopedQuotaPrefix); ok && object.Name != a.QuotaName() {
			return path.Root("scoped_quotas").AtMapKey(key)
		}
		return path.Root("quota")
	case child.KindLimitRange:
		return path.Root("limit_range")
	case child.KindPolicy:
		return path.Root("network")
	case child.KindRole, child.KindBinding:
		return path.Root("access").AtMapKey(strings.TrimPrefix(object.Name, child.AccessPrefix))
	case child.KindServiceAccount:
		return path.Root("service_accounts")
	}
	return path.Empty()
}
