package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// A plain cpu beside requests.cpu keeps its name, and may be declared as such.
func TestObserved_quotaWithShortAndFullKeys(t *testing.T) {
	hard := corev1.ResourceList{"cpu": resource.MustParse("4"), "requests.cpu": resource.MustParse("5"), "memory": resource.MustParse("1Gi")}
	read := types.ObjectValueMust(quota.Types(), quota.LimitsOf(hard))
	want := quotaWith(map[string]attr.Value{
		"requests_cpu": fwtypes.NewQuantity("5"), "requests_memory": fwtypes.NewQuantity("1Gi"), "extra": amounts(map[string]string{"cpu": "4"}),
	})
	if !read.Equal(want) {
		t.Errorf("read as %s", read)
	}
	if diags := quota.ValidateShortKeys(path.Root("quota"), read); len(diags) > 0 {
		t.Errorf("what was read is refused: %v", diags)
	}
	m := model.NewCluster("dev")
	m.Quota = read
	live := &corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	if step := quota.Step(quota.Desired(m.Name.ValueString(), m.Quota, m.ScopedQuotas, child.Adopted{})[child.QuotaName], live); step != child.Keep {
		t.Errorf("what was read would be written")
	}
	alone := quotaWith(map[string]attr.Value{"extra": amounts(map[string]string{"cpu": "4", "memory": "1Gi", "count/pods": "1"})})
	if diff := cmp.Diff([]string{`quota.extra["cpu"]`, `quota.extra["memory"]`}, pathsOf(t, quota.ValidateShortKeys(path.Root("quota"), alone))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestObserved_regionLabelWithoutAValueIsNone(t *testing.T) {
	m := objects.ImportedNamespaceOf(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "dev", Labels: map[string]string{mar.LabelRegion: ""}}}, fw.Defaults{})
	if !m.Region.IsNull() || !m.Labels.IsNull() {
		t.Errorf("region %s, labels %s", m.Region, m.Labels)
	}
}
