package cluster

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/contents"
)

// Half of an entry, or one that is bound elsewhere, never reads as the whole.
func TestObservedAccess_halvesAndDetours(t *testing.T) {
	meta := metav1.ObjectMeta{Name: "mar-ops", Namespace: "prod", Labels: child.Labels()}
	role := &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get"}}}}
	binding := func(kind, name string) *rbacv1.RoleBinding {
		return &rbacv1.RoleBinding{
			ObjectMeta: meta, RoleRef: rbacv1.RoleRef{Kind: kind, Name: name},
			Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: "deployer"}, {Kind: "User", Name: "jane"}},
		}
	}
	for name, c := range map[string]struct {
		role             *rbacv1.Role
		binding          *rbacv1.RoleBinding
		wantRole         string
		wantRules, users int
	}{
		"whole":                         {role, binding("Role", "mar-ops"), "", 1, 1},
		"a Role alone":                  {role, nil, "", 1, 0},
		"a binding alone":               {nil, binding("Role", "mar-ops"), "", 0, 1},
		"bound to somebody else's Role": {role, binding("Role", "other"), "", 0, 1},
		"a Role left beside a ClusterRole's bind": {role, binding("ClusterRole", "view"), "view", 1, 1},
	} {
		o := objects.Observed{}
		if c.role != nil {
			o.Roles = map[string]*rbacv1.Role{"mar-ops": c.role}
		}
		if c.binding != nil {
			o.Bindings = map[string]*rbacv1.RoleBinding{"mar-ops": c.binding}
		}
		seen, diags := access.Observed(t.Context(), o.Roles, o.Bindings, types.MapNull(access.Type()))
		entry, ok := seen.Elements()["ops"].(types.Object)
		if diags.HasError() || !ok {
			t.Fatalf("%s: %v, %v", name, seen, diags)
		}
		values := entry.Attributes()
		rules, _ := values["rules"].(types.Set)
		users, _ := values["users"].(types.Set)
		if podsecurity.Known(values["role"]) != c.wantRole || len(rules.Elements()) != c.wantRules || len(users.Elements()) != c.users {
			t.Errorf("%s: %v", name, entry)
		}
		if c.binding != nil && !values["service_accounts"].Equal(textSet("prod/deployer")) {
			t.Errorf("%s: a service account without a namespace is one of the binding's: %v", name, values["service_accounts"])
		}
	}
}

func TestObservedScopedQuota_readsBothFormsOfScopes(t *testing.T) {
	requirement := func(scope corev1.ResourceQuotaScope, operator corev1.ScopeSelectorOperator, values ...string) *corev1.ScopeSelector {
		return &corev1.ScopeSelector{MatchExpressions: []corev1.ScopedResourceSelectorRequirement{{ScopeName: scope, Operator: operator, Values: values}}}
	}
	for name, c := range map[string]struct {
		spec            corev1.ResourceQuotaSpec
		scopes, classes types.Set
	}{
		"spec.scopes":      {corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{"BestEffort", "Terminating"}}, textSet("BestEffort", "Terminating"), child.SetOf(nil, nil)},
		"Exists":           {corev1.ResourceQuotaSpec{ScopeSelector: requirement("PriorityClass", "Exists")}, textSet("PriorityClass"), child.SetOf(nil, nil)},
		"In":               {corev1.ResourceQuotaSpec{ScopeSelector: requirement("PriorityClass", "In", "b", "a")}, textSet("PriorityClass"), textSet("a", "b")},
		"NotIn reads odd":  {corev1.ResourceQuotaSpec{ScopeSelector: requirement("PriorityClass", "NotIn", "a")}, child.SetOf(nil, nil), child.SetOf(nil, nil)},
		"both, and sorted": {corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{"NotBestEffort"}, ScopeSelector: requirement("Terminating", "Exists")}, textSet("NotBestEffort", "Terminating"), child.SetOf(nil, nil)},
	} {
		got := quota.ObservedScopedQuota(c.spec, types.ObjectNull(quota.ScopedType().AttrTypes)).Attributes()
		if !got["scopes"].Equal(c.scopes) || !got["priority_classes"].Equal(c.classes) {
			t.Errorf("%s: %v, %v", name, got["scopes"], got["priority_classes"])
		}
	}
}

func TestPodSecurity_onImport(t *testing.T) {
	levels := func(set map[string]string) types.Object {
		values := map[string]attr.Value{}
		for key, value := range set {
			values[key] = types.StringValue(value)
		}
		return object(podsecurity.Types(), values)
	}
	none := types.ObjectNull(podsecurity.Types())
	for name, c := range map[string]struct {
		labels map[string]string
		want   types.Object
	}{
		"no labels":              {nil, none},
		"a level":                {map[string]string{"enforce": "baseline"}, levels(map[string]string{"enforce": "baseline"})},
		"one version":            {map[string]string{"enforce": "baseline", "enforce-version": "v1.30", "warn": "restricted", "warn-version": "v1.30"}, levels(map[string]string{"enforce": "baseline", "warn": "restricted", "version": "v1.30"})},
		"two versions":           {map[string]string{"enforce": "baseline", "enforce-version": "v1.30", "warn": "restricted", "warn-version": "latest"}, none},
		"a version of one only":  {map[string]string{"enforce": "baseline", "enforce-version": "v1.30", "warn": "restricted"}, none},
		"a version of no level":  {map[string]string{"enforce": "baseline", "warn-version": "v1.30"}, none},
		"a level that is none":   {map[string]string{"enforce": "strict"}, none},
		"a version that is none": {map[string]string{"enforce": "baseline", "enforce-version": "new"}, none},
	} {
		labels := map[string]string{}
		for key, value := range c.labels {
			labels[podsecurity.Prefix+key] = value
		}
		if got := podsecurity.Imported(labels); !got.Equal(c.want) {
			t.Errorf("%s: %v", name, got)
		}
		// What can't be said stays a plain label, so that nothing is lost.
		o := objects.Observed{Namespace: &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "dev", Labels: labels}}}
		m, diags := objects.ImportedModelOf(t.Context(), o, fw.Defaults{}, child.Adopted{})
		if diags.HasError() || m.PodSecurity.IsNull() != (len(m.Labels.Elements()) > 0 || len(labels) == 0) {
			t.Errorf("%s: labels %v beside %v", name, m.Labels, m.PodSecurity)
		}
	}
}

func TestAdoption(t *testing.T) {
	quota := func(name string, ours bool, scopes ...corev1.ResourceQuotaScope) *corev1.ResourceQuota {
		o := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.ResourceQuotaSpec{Scopes: scopes}}
		if ours {
			o.Labels = child.Labels()
		}
		return o
	}
	for name, c := range map[string]struct {
		quotas []*corev1.ResourceQuota
		want   string
		notes  int
	}{
		"none":                        {nil, "", 0},
		"a sole one":                  {[]*corev1.ResourceQuota{quota("team", false)}, "team", 0},
		"a sole one of our name":      {[]*corev1.ResourceQuota{quota("mar-quota", false)}, "mar-quota", 0},
		"ours":                        {[]*corev1.ResourceQuota{quota("mar-quota", true)}, "", 0},
		"ours and others'":            {[]*corev1.ResourceQuota{quota("mar-quota", true), quota("team", false)}, "", 0},
		"several":                     {[]*corev1.ResourceQuota{quota("a", false), quota("b", false)}, "", 1},
		"one and a scoped one":        {[]*corev1.ResourceQuota{quota("a", false), quota("b", false, "BestEffort")}, "a", 0},
		"a scoped one alone":          {[]*corev1.ResourceQuota{quota("b", false, "BestEffort")}, "", 0},
		"a name of a scoped one":      {[]*corev1.ResourceQuota{quota("mar-quota-x", false)}, "", 0},
		"one and a scoped one of our": {[]*corev1.ResourceQuota{quota("a", false), quota("mar-quota-x", true, "BestEffort")}, "a", 0},
	} {
		o := objects.Observed{Quotas: map[string]*corev1.ResourceQuota{}}
		for _, q := range c.quotas {
			o.Quotas[q.Name] = q
		}
		if a, notes := objects.AdoptionOf(o); a.Quota != c.want || len(notes) != c.notes {
			t.Errorf("%s: %q, %q", name, a.Quota, notes)
		}
	}
}

// A limit range that says more than limit_range can is read as none, and stands for
// nothing: written anew, it would lose that.
func TestLimitRange_thatCannotBeSaid(t *testing.T) {
	list := func(key corev1.ResourceName) corev1.ResourceList {
		return corev1.ResourceList{key: resource.MustParse("2")}
	}
	for name, c := range map[string]struct {
		item corev1.LimitRangeItem
		says string
	}{
		"containers":                    {corev1.LimitRangeItem{Type: "Container", Max: list("cpu")}, ""},
		"instances":                     {corev1.LimitRangeItem{Type: "Pod", Max: list("cpu"), MaxLimitRequestRatio: list("cpu")}, ""},
		"volumes":                       {corev1.LimitRangeItem{Type: "PersistentVolumeClaim", Min: list("storage"), Max: list("storage")}, ""},
		"a default size of volumes":     {corev1.LimitRangeItem{Type: "PersistentVolumeClaim", Min: list("storage"), Default: list("storage")}, "volumes"},
		"a default request of volumes":  {corev1.LimitRangeItem{Type: "PersistentVolumeClaim", Min: list("storage"), DefaultRequest: list("storage")}, "volumes"},
		"a ratio of volumes":            {corev1.LimitRangeItem{Type: "PersistentVolumeClaim", Min: list("storage"), MaxLimitRequestRatio: list("storage")}, "volumes"},
		"another resource of volumes":   {corev1.LimitRangeItem{Type: "PersistentVolumeClaim", Min: list("storage"), Max: list("example.com/iops")}, "volumes"},
		"what another vendor thinks of": {corev1.LimitRangeItem{Type: "openshift.io/Image", Max: list("storage")}, "openshift.io/Image"},
	} {
		bounds := &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "theirs"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{c.item}}}
		o := objects.Observed{LimitRanges: map[string]*corev1.LimitRange{"theirs": bounds}}
		a, notes := objects.AdoptionOf(o)
		said := c.says == ""
		if limits.Observed(bounds, nil).IsNull() == said || (a.LimitRange == "theirs") != said || (objects.RemainingOf(child.Adopted{LimitRange: "theirs"}, o).LimitRange == "theirs") != said {
			t.Errorf("%s: adopted %+v, read as %s", name, a, limits.Observed(bounds, nil))
		}
		if said != (len(notes) == 0) || !strings.Contains(strings.Join(notes, ""), c.says) {
			t.Errorf("%s: %q", name, notes)
		}
	}
}

// What was adopted, and is then deleted or replaced by something else, is nobody's
// business any more: the successor of its part is our own.
func TestAdopted_remaining(t *testing.T) {
	both := child.Adopted{Quota: "team", LimitRange: "limits"}
	whole := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "team"}}
	scoped := &corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{"BestEffort"}}}
	limits := map[string]*corev1.LimitRange{"limits": {}}
	for name, c := range map[string]struct {
		live objects.Observed
		want child.Adopted
	}{
		"both":           {objects.Observed{Quotas: map[string]*corev1.ResourceQuota{"team": whole}, LimitRanges: limits}, both},
		"none":           {objects.Observed{}, child.Adopted{}},
		"another quota":  {objects.Observed{Quotas: map[string]*corev1.ResourceQuota{"other": whole}, LimitRanges: limits}, child.Adopted{LimitRange: "limits"}},
		"a scoped quota": {objects.Observed{Quotas: map[string]*corev1.ResourceQuota{"team": scoped}}, child.Adopted{}},
	} {
		if got := objects.RemainingOf(both, c.live); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestBelowUse(t *testing.T) {
	of := func(instances int64, cpu string) model.Cluster {
		m := model.NewCluster("dev")
		m.Quota = quotaWith(map[string]attr.Value{"instances": types.Int64Value(instances), "extra": amounts(map[string]string{"count/jobs.batch": cpu})})
		return m
	}
	live := map[string]*corev1.ResourceQuota{child.QuotaName: {
		ObjectMeta: metav1.ObjectMeta{Name: child.QuotaName, Namespace: "dev"},
		Status: corev1.ResourceQuotaStatus{Used: corev1.ResourceList{
			"pods": resource.MustParse("5"), "count/jobs.batch": resource.MustParse("3"),
		}},
	}}
	bare := model.NewCluster("dev")
	for name, c := range map[string]struct {
		state, plan model.Cluster
		want        []string
	}{
		"raised":           {of(1, "1"), of(2, "2"), nil},
		"the same":         {of(1, "1"), of(1, "1"), nil},
		"lowered to above": {of(9, "9"), of(6, "4"), nil},
		"lowered to it":    {of(9, "9"), of(5, "3"), nil},
		"lowered to below": {of(9, "9"), of(4, "2"), []string{"quota: count/jobs.batch: 2, and 3 used; pods: 4, and 5 used"}},
		"new":              {bare, of(4, "4"), []string{"quota.instances: pods: 4, and 5 used"}},
		"gone":             {of(9, "9"), bare, nil},
	} {
		var got []string
		for _, w := range belowUse(lowered(c.state, c.plan, child.Adopted{}), live, child.Adopted{}) {
			var figures []string
			for line := range strings.Lines(w.Detail) {
				if strings.HasPrefix(line, "  ") {
					figures = append(figures, strings.TrimSpace(line))
				}
			}
			got = append(got, w.At.String()+": "+strings.Join(figures, "; "))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestRemoved_isGroupedByKindAndCut(t *testing.T) {
	var many contents.Contents
	for _, name := range []string{"k", "j", "i", "h", "g", "f", "e", "d", "c", "b", "a"} {
		many.Objects = append(many.Objects, kube.Ref{Kind: "Pod", Namespace: "dev", Name: name})
	}
	many.Objects = append(many.Objects, kube.Ref{Kind: "ConfigMap", Namespace: "dev", Name: "settings"})
	many.Forbidden = []string{"widgets"}
	want := "  ConfigMap (1): settings\n  Pod (11): a, b, c, d, e, f, g, h, i, j, … and 1 more\n  unknown, because these credentials may not list them: widgets"
	if diff := cmp.Diff(want, objects.Removed(many)); diff != "" {
		t.Error(diff)
	}
	if got := objects.Removed(contents.Contents{}); got != "" {
		t.Errorf("of nothing it says %q", got)
	}
}

// Each quota key of the table goes to the server and comes back.
func TestQuotaKeys_roundTrip(t *testing.T) {
	for _, k := range quota.Keys() {
		values := amounts(map[string]string{"x": "7"}).Elements()
		value := values["x"]
		if k.Counts {
			value = types.Int64Value(7)
		}
		want := quotaWith(map[string]attr.Value{k.Attribute: value})
		hard := quota.HardOf(want.Attributes())
		if amount, ok := hard[k.Key]; !ok || len(hard) != 1 || amount.Value() != 7 {
			t.Errorf("%s is written as %v", k.Attribute, hard)
		}
		if got := types.ObjectValueMust(quota.Types(), quota.LimitsOf(hard)); !got.Equal(want) {
			t.Errorf("%s is read as %v", k.Attribute, got)
		}
	}
	for _, key := range []string{"count/jobs.batch", "requests.nvidia.com/gpu", "gold.storageclass.storage.k8s.io/requests.storage", "requests.ephemeral-storage"} {
		want := quotaWith(map[string]attr.Value{"extra": amounts(map[string]string{key: "7"})})
		if got := types.ObjectValueMust(quota.Types(), quota.LimitsOf(quota.HardOf(want.Attributes()))); !got.Equal(want) {
			t.Errorf("%s is read as %v", key, got)
		}
	}
}
