package cluster

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/contents"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

func TestDesired_golden(t *testing.T) {
	for name, m := range configurations() {
		t.Run(name, func(t *testing.T) {
			want, diags := objects.DesiredOf(t.Context(), m, child.Adopted{})
			if diags.HasError() {
				t.Fatal(diags)
			}
			got, err := yaml.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			assert.Check(t, golden.String(string(got), "desired/"+name+".yaml"))
		})
	}
}

func TestRoundTrip_observedOfDesiredIsTheModel(t *testing.T) {
	for name, m := range configurations() {
		t.Run(name, func(t *testing.T) {
			want, _ := objects.DesiredOf(t.Context(), m, child.Adopted{})
			o := served(t, want)
			o.Namespace.Labels["istio.io/rev"] = "somebody else's"
			o.Namespace.Annotations["example.com/other"] = "somebody else's"
			if steps := objects.ChangesBetween(want, o, objects.Dropped{}); !reflect.DeepEqual(steps, noChanges()) {
				t.Errorf("after an apply there is still something to do: %+v", steps)
			}
			got, diags := objects.ModelOf(t.Context(), o, m, child.Adopted{})
			if diags.HasError() {
				t.Fatal(diags)
			}
			for part, same := range map[string]bool{
				"region": m.Region.Equal(got.Region), "labels": m.Labels.Equal(got.Labels), "labels_all": m.LabelsAll.Equal(got.LabelsAll),
				"annotations": m.Annotations.Equal(got.Annotations), "annotations_all": m.AnnotationsAll.Equal(got.AnnotationsAll), "quota": objects.SameMeaning(m.Quota, got.Quota),
				"scoped_quotas": objects.SameMeaning(m.ScopedQuotas, got.ScopedQuotas), "limit_range": objects.SameMeaning(m.LimitRange, got.LimitRange),
				"network": m.Network.Equal(got.Network), "access": m.Access.Equal(got.Access), "service_accounts": m.ServiceAccounts.Equal(got.ServiceAccounts), "pod_security": m.PodSecurity.Equal(got.PodSecurity),
			} {
				if !same {
					t.Errorf("%s isn't read back as it was written: %v", part, got)
				}
			}
		})
	}
}

func TestObserved_importLeavesOutWhatNobodyDeclared(t *testing.T) {
	want, _ := objects.DesiredOf(t.Context(), configurations()["full"], child.Adopted{})
	o := served(t, want)
	o.Namespace.Labels = map[string]string{
		"kubernetes.io/metadata.name": "prod", mar.LabelManagedBy: mar.ManagedBy, mar.LabelRegion: "eu", "team": "a", "env": "test",
	}
	o.Namespace.Annotations = map[string]string{mar.AnnotationNonce: "n", "example.com/bill": "4711"}
	m, diags := objects.ImportedModelOf(t.Context(), o, fw.Defaults{Labels: map[string]string{"env": "test"}, Annotations: map[string]string{"example.com/bill": "4711"}}, child.Adopted{})
	if diags.HasError() {
		t.Fatal(diags)
	}
	if !m.Labels.Equal(texts(map[string]string{"team": "a"})) {
		t.Errorf("labels: %v", m.Labels)
	}
	if !m.LabelsAll.Equal(texts(map[string]string{"team": "a", "env": "test"})) {
		t.Errorf("labels_all: %v", m.LabelsAll)
	}
	if !m.Annotations.IsNull() || m.Region.ValueString() != "eu" {
		t.Errorf("annotations %v, region %v", m.Annotations, m.Region)
	}
	if !m.AnnotationsAll.Equal(texts(map[string]string{"example.com/bill": "4711"})) {
		t.Errorf("annotations_all: %v", m.AnnotationsAll)
	}
	if !objects.SameMeaning(m.Quota, configurations()["full"].Quota) {
		t.Errorf("quota: %v", m.Quota)
	}
	c := containerOf(t, m.LimitRange)
	if !objects.SameMeaning(c["default"], amounts(map[string]string{"cpu": "500m", "memory": "512Mi"})) {
		t.Errorf("default: %v", c["default"])
	}
	if !objects.SameMeaning(c["default_request"], amounts(map[string]string{"cpu": "250m"})) {
		t.Errorf("the default request of memory follows from its default and isn't anybody's: %v", c["default_request"])
	}
}

func TestObserved_plainQuotaKeysMeanRequests(t *testing.T) {
	rq := &corev1.ResourceQuota{}
	convert(t, map[string]any{"spec": map[string]any{"hard": map[string]string{"cpu": "2", "memory": "1Gi", "pods": "1k"}}}, rq)
	want := quotaWith(map[string]attr.Value{
		"requests_cpu": fwtypes.NewQuantity("2"), "requests_memory": fwtypes.NewQuantity("1Gi"), "instances": types.Int64Value(1000),
	})
	if got := quota.Observed(rq); !objects.SameMeaning(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestObserved_editOfOneDefaultIsThatOneOnly(t *testing.T) {
	prior := limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "500m"})})})
	items, _ := limits.Items(t.Context(), prior)
	live := &corev1.LimitRange{}
	convert(t, map[string]any{"spec": map[string]any{"limits": []any{map[string]any{
		"type": "Container", "default": map[string]string{"cpu": "1"}, "defaultRequest": map[string]string{"cpu": "500m"},
	}}}}, live)
	got := containerOf(t, limits.Observed(live, items))
	if !objects.SameMeaning(got["default"], amounts(map[string]string{"cpu": "1"})) || !got["default_request"].IsNull() {
		t.Errorf("got %v", got)
	}
}

// A child of our name that nobody declared is drift if we made it, and otherwise
// none of our business; so is one that is declared and lacks our label, for the
// label is part of it.
func TestObserved_childrenWithoutOurLabelAreNotTheClusters(t *testing.T) {
	prior := configurations()["children"]
	want, _ := objects.DesiredOf(t.Context(), prior, child.Adopted{})
	for name, c := range map[string]struct {
		prior model.Cluster
		ours  bool
	}{
		"declared, and others' by label":    {prior, false},
		"declared, and ours by label":       {prior, true},
		"not declared, and others by label": {model.NewCluster("prod"), false},
		"not declared, and ours by label":   {model.NewCluster("prod"), true},
	} {
		o := served(t, want)
		if !c.ours {
			strip(o)
		}
		m, _ := objects.ModelOf(t.Context(), o, c.prior, child.Adopted{})
		for attribute, count := range map[string]int{"scoped_quotas": len(m.ScopedQuotas.Elements()), "access": len(m.Access.Elements()), "service_accounts": len(m.ServiceAccounts.Elements())} {
			if (count > 0) != c.ours {
				t.Errorf("%s: %s has %d", name, attribute, count)
			}
		}
		if m.Quota.IsNull() == c.ours || m.LimitRange.IsNull() == c.ours || m.Network.IsNull() == c.ours {
			t.Errorf("%s: quota %v, limit range %v", name, m.Quota, m.LimitRange)
		}
	}
}

func strip(o objects.Observed) {
	for _, child := range o.Quotas {
		child.Labels = nil
	}
	for _, child := range o.LimitRanges {
		child.Labels = nil
	}
	for _, child := range o.Policies {
		child.Labels = nil
	}
	for _, child := range o.ServiceAccounts {
		child.Labels = nil
	}
	for _, child := range o.Roles {
		child.Labels = nil
	}
	for _, child := range o.Bindings {
		child.Labels = nil
	}
}

func TestParseID(t *testing.T) {
	if name, err := parseID("dev"); err != nil || name != "dev" {
		t.Errorf("dev: %q, %v", name, err)
	}
	for _, id := range []string{"", "/", "a/b", "Dev", "a.b", "kube-system", "default"} {
		if _, err := parseID(id); err == nil {
			t.Errorf("%q was taken", id)
		}
	}
}

func TestInhabitants(t *testing.T) {
	if got := objects.Inhabitants(contents.Contents{}); got != "" {
		t.Errorf("an empty cluster has %q", got)
	}
	var many contents.Contents
	for range 12 {
		many.Objects = append(many.Objects, kube.Ref{Kind: "Pod", Namespace: "dev", Name: "web"})
	}
	many.Forbidden = []string{"pods", "configmaps"}
	many.Hidden = []string{"widgets.example.com: no answer"}
	got := objects.Inhabitants(many)
	for _, want := range []string{"Pod dev/web", "and 2 more", "may not list them: configmaps, pods", "can't list it: widgets.example.com: no answer"} {
		if !contains(got, want) {
			t.Errorf("%q isn't in\n%s", want, got)
		}
	}
}

// TestAdviceOnUnseen holds that each kind that couldn't be looked at has the advice that belongs to its reason.
func TestAdviceOnUnseen(t *testing.T) {
	const credentials, service = "credentials", "kubectl get apiservices"
	for name, c := range map[string]struct {
		of   contents.Contents
		says map[string]bool
	}{
		"forbidden": {contents.Contents{Forbidden: []string{"pods"}}, map[string]bool{credentials: true, service: false}},
		"broken":    {contents.Contents{Hidden: []string{"widgets: no answer"}}, map[string]bool{credentials: false, service: true}},
		"both":      {contents.Contents{Forbidden: []string{"pods"}, Hidden: []string{"widgets: no answer"}}, map[string]bool{credentials: true, service: true}},
	} {
		for text, said := range c.says {
			if got := objects.AdviceOnUnseen(c.of); contains(got, text) != said {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
}

func TestStuckOn(t *testing.T) {
	ns := &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Finalizers: []string{"example.com/hold"}},
		Spec:       corev1.NamespaceSpec{Finalizers: []corev1.FinalizerName{"kubernetes", "example.com/own"}},
		Status: corev1.NamespaceStatus{Conditions: []corev1.NamespaceCondition{
			{Type: corev1.NamespaceFinalizersRemaining, Status: corev1.ConditionTrue, Reason: "SomeFinalizersRemain", Message: "example.com/x in 1 resource instances"},
			{Type: corev1.NamespaceDeletionContentFailure, Status: corev1.ConditionFalse},
		}},
	}
	want := []string{
		"condition NamespaceFinalizersRemaining: SomeFinalizersRemain: example.com/x in 1 resource instances",
		"finalizer of the namespace: example.com/own", "finalizer in its metadata: example.com/hold",
	}
	if diff := cmp.Diff(want, objects.StuckOn(ns)); diff != "" {
		t.Error(diff)
	}
}
