package instance

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestObservedList_sortsAndLeavesOutControlledOnes(t *testing.T) {
	named := func(name string, owners ...metav1.OwnerReference) *corev1.Pod {
		pod := podFrom(t, "ready")
		pod.Namespace, pod.Name, pod.OwnerReferences = "dev", name, owners
		return pod
	}
	pods := []*corev1.Pod{
		named("web-10"), named("web-2"),
		named("api-x", metav1.OwnerReference{Kind: "ReplicaSet", Name: "api", Controller: ptr.To(true)}),
		// An owner that is no controller doesn't make it anew.
		named("db", metav1.OwnerReference{Kind: "ConfigMap", Name: "db"}),
	}
	for with, want := range map[bool][]string{
		false: {"dev/db", "dev/web-10", "dev/web-2"},
		true:  {"dev/api-x", "dev/db", "dev/web-10", "dev/web-2"},
	} {
		var got []string
		for _, m := range observedList(pods, with) {
			got = append(got, m.ID.ValueString())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with controlled ones %t: -want +got:\n%s", with, diff)
		}
	}
	if observedList(nil, false) == nil {
		t.Error("no instances are null instead of an empty list")
	}
}

// Whatever a Pod is like, an element goes into a state.
func TestListSchema_fitsTheModel(t *testing.T) {
	var s datasource.SchemaResponse
	NewListDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &s)
	if diags := s.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	state := tfsdk.State{Schema: s.Schema, Raw: tftypes.NewValue(s.Schema.Type().TerraformType(t.Context()), nil)}
	m := instancesModel{Instances: observedList([]*corev1.Pod{podFrom(t, "new"), podFrom(t, "ready"), podFrom(t, "crash-oom"), podFrom(t, "evicted")}, true)}
	if diags := state.Set(t.Context(), m); diags.HasError() {
		t.Fatal(diags)
	}
	var back instancesModel
	if diags := state.Get(t.Context(), &back); diags.HasError() || len(back.Instances) != 4 {
		t.Errorf("got %d back, %v", len(back.Instances), diags)
	}
}
