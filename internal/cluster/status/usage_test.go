package status

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func TestPercentOf(t *testing.T) {
	for _, c := range []struct {
		used, hard string
		want       float64
	}{
		{"0", "4", 0},
		{"1", "3", 33.3},
		{"1500m", "2", 75},
		{"1536Mi", "2Gi", 75},
		{"2", "2", 100},
		{"2000m", "2", 100},
		// Rounding never makes it full, nor hides that it is above.
		{"9999", "10000", 99.9},
		{"10001", "10000", 100.1},
		{"1152921504606846975", "1Ei", 99.9},
		{"1152921504606846977", "1Ei", 100.1},
		{"3", "2", 150},
		// Nothing is allowed.
		{"0", "0", 0},
		{"1", "0", 200},
	} {
		if got := percentOf(resource.MustParse(c.used), resource.MustParse(c.hard)); got != c.want {
			t.Errorf("%s of %s: got %v, want %v", c.used, c.hard, got, c.want)
		}
	}
}

func TestUsage(t *testing.T) {
	scoped := quotaOf("scoped", "pods", "1", "1")
	scoped.Spec.Scopes = []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeBestEffort}
	selected := quotaOf("selected", "pods", "1", "1")
	selected.Spec.ScopeSelector = &corev1.ScopeSelector{}

	for name, c := range map[string]struct {
		quotas []*corev1.ResourceQuota
		want   map[string]string
	}{
		"none":                         {nil, map[string]string{}},
		"an attribute's name":          {[]*corev1.ResourceQuota{quotaOf("q", "limits.cpu", "1500m", "2")}, map[string]string{"cpu": "1500m of 2"}},
		"Kubernetes' name":             {[]*corev1.ResourceQuota{quotaOf("q", "count/jobs.batch", "1", "4")}, map[string]string{"count/jobs.batch": "1 of 4"}},
		"a plain cpu means requests":   {[]*corev1.ResourceQuota{quotaOf("q", "cpu", "1", "4"), quotaOf("r", "requests.cpu", "1", "2"), quotaOf("s", "limits.cpu", "1", "8")}, map[string]string{"requests_cpu": "1 of 2", "cpu": "1 of 8"}},
		"the tightest of several":      {[]*corev1.ResourceQuota{quotaOf("a", "pods", "3", "10"), quotaOf("b", "pods", "3", "4"), quotaOf("c", "pods", "3", "5")}, map[string]string{"instances": "3 of 4"}},
		"the tightest of unused ones":  {[]*corev1.ResourceQuota{quotaOf("a", "pods", "0", "10"), quotaOf("b", "pods", "0", "4")}, map[string]string{"instances": "0 of 4"}},
		"scopes are left out":          {[]*corev1.ResourceQuota{scoped, selected, quotaOf("q", "pods", "1", "10")}, map[string]string{"instances": "1 of 10"}},
		"what isn't counted yet is 0":  {[]*corev1.ResourceQuota{lagging(quotaOf("q", "pods", "1", "10"))}, map[string]string{"instances": "0 of 10"}},
		"several resources of a quota": {[]*corev1.ResourceQuota{quotaOf("q", "services", "1", "2"), quotaOf("q", "secrets", "1", "3")}, map[string]string{"services": "1 of 2", "secrets": "1 of 3"}},
	} {
		got := map[string]string{}
		for key, u := range UsageOf(c.quotas) {
			got[key] = u.Used.String() + " of " + u.Hard.String()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

// Every key is always there; what may not be listed is null, and not 0.
func TestObservedCounts(t *testing.T) {
	pods := []*corev1.Pod{pod("a"), pod("b"), pod("c", phase(corev1.PodFailed, "Evicted")), pod("d", phase("", ""))}
	for name, c := range map[string]struct {
		census  Census
		stopped types.Int64
	}{
		"stopped ones":              {Census{Pods: pods, Templates: []string{"a", "e", "f"}}, types.Int64Value(2)},
		"none stopped":              {Census{Pods: pods}, types.Int64Value(0)},
		"templates may not be seen": {Census{Pods: pods, TemplatesHidden: true}, types.Int64Null()},
	} {
		got := ObservedCounts(c.census).Elements()
		for key, want := range map[string]types.Int64{
			"Pending": types.Int64Value(1), "Running": types.Int64Value(2), "Succeeded": types.Int64Value(0),
			"Failed": types.Int64Value(1), "Unknown": types.Int64Value(0), "Stopped": c.stopped,
		} {
			if value := got[key]; value == nil || !value.Equal(want) {
				t.Errorf("%s: %s is %v, want %v", name, key, value, want)
			}
		}
		if len(got) != 6 {
			t.Errorf("%s: got %v", name, got)
		}
	}
	if got := ObservedCounts(Census{PodsHidden: true}); !got.IsNull() {
		t.Errorf("Pods that may not be seen: got %v", got)
	}
}
