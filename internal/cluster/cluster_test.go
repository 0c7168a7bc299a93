package cluster

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var update = flag.Bool("update", false, "write the golden files anew")

func texts(m map[string]string) types.Map {
	values := map[string]attr.Value{}
	for key, value := range m {
		values[key] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, values)
}

func amounts(m map[string]string) types.Map {
	values := map[string]attr.Value{}
	for key, value := range m {
		values[key] = fwtypes.NewQuantity(value)
	}
	return types.MapValueMust(fwtypes.QuantityType{}, values)
}

func object(t map[string]attr.Type, set map[string]attr.Value) types.Object {
	values := fw.Nulls(t)
	for name, value := range set {
		values[name] = value
	}
	return types.ObjectValueMust(t, values)
}

func quota(set map[string]attr.Value) types.Object { return object(quotaTypes(), set) }

func limitRange(set map[string]attr.Value) types.Object { return object(limitRangeTypes(), set) }

func containerOf(t *testing.T, limitRange types.Object) map[string]attr.Value {
	t.Helper()
	c, ok := limitRange.Attributes()["container"].(types.Object)
	if !ok {
		t.Fatalf("no container in %v", limitRange)
	}
	return c.Attributes()
}

func container(set map[string]attr.Value) types.Object { return object(containerLimitsTypes(), set) }

// configurations are what the golden files show the meaning of.
func configurations() map[string]model {
	bare := newModel("dev")
	bare.LabelsAll = texts(nil)

	labelled := newModel("dev")
	labelled.Region = types.StringValue("us-east-1")
	labelled.Labels = texts(map[string]string{"team": "payments"})
	labelled.LabelsAll = texts(map[string]string{"team": "payments", "env": "test"})
	labelled.Annotations = texts(map[string]string{"example.com/owner": "pay@example.com"})

	full := newModel("prod")
	full.LabelsAll = texts(nil)
	full.Quota = quota(map[string]attr.Value{
		"cpu": fwtypes.NewQuantity("2000m"), "memory": fwtypes.NewQuantity("4096Mi"),
		"requests_cpu": fwtypes.NewQuantity("1"), "requests_memory": fwtypes.NewQuantity("2Gi"),
		"ephemeral_storage": fwtypes.NewQuantity("10Gi"), "storage": fwtypes.NewQuantity("1Ti"),
		"instances": types.Int64Value(10), "services": types.Int64Value(5), "load_balancers": types.Int64Value(0),
		"node_ports": types.Int64Value(0), "volumes": types.Int64Value(4), "config_maps": types.Int64Value(20), "secrets": types.Int64Value(30),
		"extra": amounts(map[string]string{"count/jobs.batch": "10", "requests.nvidia.com/gpu": "4"}),
	})
	full.LimitRange = limitRange(map[string]attr.Value{
		"container": container(map[string]attr.Value{
			"default":                 amounts(map[string]string{"cpu": "500m", "memory": "512Mi"}),
			"default_request":         amounts(map[string]string{"cpu": "250m"}),
			"min":                     amounts(map[string]string{"cpu": "100m"}),
			"max":                     amounts(map[string]string{"cpu": "4", "memory": "8Gi"}),
			"max_limit_request_ratio": amounts(map[string]string{"cpu": "4"}),
		}),
		"instance": object(instanceLimitsTypes(), map[string]attr.Value{"max": amounts(map[string]string{"cpu": "8"})}),
		"volume":   object(volumeLimitsTypes(), map[string]attr.Value{"min": fwtypes.NewQuantity("1Gi"), "max": fwtypes.NewQuantity("100Gi")}),
	})
	return map[string]model{"bare": bare, "labelled": labelled, "full": full}
}

func TestDesired_golden(t *testing.T) {
	for name, m := range configurations() {
		t.Run(name, func(t *testing.T) {
			want, diags := desiredOf(t.Context(), m)
			if diags.HasError() {
				t.Fatal(diags)
			}
			got, err := yaml.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "desired", name+".yaml")
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			expected, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(expected), string(got)); diff != "" {
				t.Errorf("-golden +got, write it anew with -update if that is meant:\n%s", diff)
			}
		})
	}
}

// served is what the API server would hold after an apply.
func served(tb testing.TB, want desired) observed {
	tb.Helper()
	o := observed{Namespace: want.Namespace.DeepCopy()}
	o.Namespace.UID = "u-1"
	if want.Quota != nil {
		o.Quota = &corev1.ResourceQuota{}
		convert(tb, want.Quota, o.Quota)
	}
	if want.LimitRange != nil {
		o.LimitRange = &corev1.LimitRange{}
		convert(tb, want.LimitRange, o.LimitRange)
		for i, item := range o.LimitRange.Spec.Limits {
			if item.Type == corev1.LimitTypeContainer {
				item = withDefaults(item)
				requests := derivedRequests(item)
				for key, value := range item.DefaultRequest {
					requests[key] = value
				}
				item.DefaultRequest = requests
				o.LimitRange.Spec.Limits[i] = item
			}
		}
	}
	return o
}

func convert(tb testing.TB, from, to any) {
	tb.Helper()
	data, err := yaml.Marshal(from)
	if err != nil {
		tb.Fatal(err)
	}
	if err := yaml.Unmarshal(data, to); err != nil {
		tb.Fatal(err)
	}
}

func TestRoundTrip_observedOfDesiredIsTheModel(t *testing.T) {
	for name, m := range configurations() {
		t.Run(name, func(t *testing.T) {
			want, _ := desiredOf(t.Context(), m)
			o := served(t, want)
			o.Namespace.Labels["istio.io/rev"] = "somebody else's"
			o.Namespace.Annotations["example.com/other"] = "somebody else's"
			got, diags := modelOf(t.Context(), o, m)
			if diags.HasError() {
				t.Fatal(diags)
			}
			if steps := changesBetween(m, got); steps != (changes{}) {
				t.Errorf("after an apply there is still something to do: %+v\nwant %v\ngot  %v", steps, m, got)
			}
		})
	}
}

func TestObserved_importLeavesOutWhatNobodyDeclared(t *testing.T) {
	want, _ := desiredOf(t.Context(), configurations()["full"])
	o := served(t, want)
	o.Namespace.Labels = map[string]string{
		"kubernetes.io/metadata.name": "prod", kube.LabelManagedBy: kube.ManagedBy, kube.LabelRegion: "eu", "team": "a", "env": "test",
	}
	o.Namespace.Annotations = map[string]string{kube.AnnotationNonce: "n"}
	m := importedModelOf(o, map[string]string{"env": "test"})
	if !m.Labels.Equal(texts(map[string]string{"team": "a"})) {
		t.Errorf("labels: %v", m.Labels)
	}
	if !m.LabelsAll.Equal(texts(map[string]string{"team": "a", "env": "test"})) {
		t.Errorf("labels_all: %v", m.LabelsAll)
	}
	if !m.Annotations.IsNull() || m.Region.ValueString() != "eu" {
		t.Errorf("annotations %v, region %v", m.Annotations, m.Region)
	}
	if !sameMeaning(m.Quota, configurations()["full"].Quota) {
		t.Errorf("quota: %v", m.Quota)
	}
	c := containerOf(t, m.LimitRange)
	if !sameMeaning(c["default"], amounts(map[string]string{"cpu": "500m", "memory": "512Mi"})) {
		t.Errorf("default: %v", c["default"])
	}
	if !sameMeaning(c["default_request"], amounts(map[string]string{"cpu": "250m"})) {
		t.Errorf("the default request of memory follows from its default and isn't anybody's: %v", c["default_request"])
	}
}

func TestObserved_plainQuotaKeysMeanRequests(t *testing.T) {
	rq := &corev1.ResourceQuota{}
	convert(t, map[string]any{"spec": map[string]any{"hard": map[string]string{"cpu": "2", "memory": "1Gi", "pods": "1k"}}}, rq)
	want := quota(map[string]attr.Value{
		"requests_cpu": fwtypes.NewQuantity("2"), "requests_memory": fwtypes.NewQuantity("1Gi"), "instances": types.Int64Value(1000),
	})
	if got := observedQuota(rq); !sameMeaning(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestObserved_editOfOneDefaultIsThatOneOnly(t *testing.T) {
	prior := limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "500m"})})})
	items, _ := limitItems(t.Context(), prior)
	live := &corev1.LimitRange{}
	convert(t, map[string]any{"spec": map[string]any{"limits": []any{map[string]any{
		"type": "Container", "default": map[string]string{"cpu": "1"}, "defaultRequest": map[string]string{"cpu": "500m"},
	}}}}, live)
	got := containerOf(t, observedLimitRange(live, items))
	if !sameMeaning(got["default"], amounts(map[string]string{"cpu": "1"})) || !got["default_request"].IsNull() {
		t.Errorf("got %v", got)
	}
}

func TestObserved_childrenThatNobodyDeclared(t *testing.T) {
	prior := newModel("dev")
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "dev"}}
	for _, c := range []struct {
		name   string
		labels map[string]string
		null   bool
	}{
		{"made by somebody else under our name", nil, true},
		{"ours by label", childLabels(), false},
	} {
		meta := metav1.ObjectMeta{Labels: c.labels}
		m, _ := modelOf(t.Context(), observed{
			Namespace:  ns,
			Quota:      &corev1.ResourceQuota{ObjectMeta: meta},
			LimitRange: &corev1.LimitRange{ObjectMeta: meta},
		}, prior)
		if m.Quota.IsNull() != c.null || m.LimitRange.IsNull() != c.null {
			t.Errorf("%s: quota %v, limit range %v", c.name, m.Quota, m.LimitRange)
		}
	}
}

func TestChanges(t *testing.T) {
	base := configurations()["full"]
	for name, c := range map[string]struct {
		edit func(*model)
		want changes
	}{
		"nothing":         {func(*model) {}, changes{}},
		"region":          {func(m *model) { m.Region = types.StringValue("eu") }, changes{Namespace: apply}},
		"a label":         {func(m *model) { m.LabelsAll = texts(map[string]string{"a": "b"}) }, changes{Namespace: apply}},
		"an annotation":   {func(m *model) { m.Annotations = texts(map[string]string{"a": "b"}) }, changes{Namespace: apply}},
		"no annotations":  {func(m *model) { m.Annotations = texts(nil) }, changes{}},
		"quota gone":      {func(m *model) { m.Quota = types.ObjectNull(quotaTypes()) }, changes{Quota: remove}},
		"quota changed":   {func(m *model) { m.Quota = quota(map[string]attr.Value{"instances": types.Int64Value(1)}) }, changes{Quota: apply}},
		"limits gone":     {func(m *model) { m.LimitRange = types.ObjectNull(limitRangeTypes()) }, changes{LimitRange: remove}},
		"quota respelled": {func(m *model) { m.Quota = respelled(m.Quota) }, changes{}},
	} {
		want := base
		c.edit(&want)
		if got := changesBetween(want, base); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

func respelled(q types.Object) types.Object {
	values := q.Attributes()
	values["cpu"] = fwtypes.NewQuantity("2")
	values["memory"] = fwtypes.NewQuantity("4Gi")
	return types.ObjectValueMust(quotaTypes(), values)
}

func TestLacksDefaults(t *testing.T) {
	both := quota(map[string]attr.Value{"cpu": fwtypes.NewQuantity("1"), "memory": fwtypes.NewQuantity("1Gi")})
	for name, c := range map[string]struct {
		quota, limitRange types.Object
		want              []string
	}{
		"no quota":          {types.ObjectNull(quotaTypes()), types.ObjectNull(limitRangeTypes()), nil},
		"counts only":       {quota(map[string]attr.Value{"instances": types.Int64Value(1)}), types.ObjectNull(limitRangeTypes()), nil},
		"no limit range":    {both, types.ObjectNull(limitRangeTypes()), []string{"cpu", "memory"}},
		"a default for one": {both, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "1"})})}), []string{"memory"}},
		"max is a default":  {both, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"max": amounts(map[string]string{"cpu": "1", "memory": "1Gi"})})}), nil},
		"not known yet":     {both, types.ObjectUnknown(limitRangeTypes()), nil},
	} {
		m := newModel("dev")
		m.Quota, m.LimitRange = c.quota, c.limitRange
		if diff := cmp.Diff(c.want, lacksDefaults(t.Context(), m)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestValidateLimitRange(t *testing.T) {
	of := func(set map[string]attr.Value) types.Object {
		return limitRange(map[string]attr.Value{"container": container(set)})
	}
	for name, c := range map[string]struct {
		limitRange types.Object
		paths      []string
	}{
		"in order": {of(map[string]attr.Value{
			"min": amounts(map[string]string{"cpu": "100m"}), "default_request": amounts(map[string]string{"cpu": "0.1"}),
			"default": amounts(map[string]string{"cpu": "1"}), "max": amounts(map[string]string{"cpu": "1000m"}),
		}), nil},
		"min above max":         {of(map[string]attr.Value{"min": amounts(map[string]string{"cpu": "2"}), "max": amounts(map[string]string{"cpu": "1"})}), []string{`limit_range.container.min["cpu"]`}},
		"default above max":     {of(map[string]attr.Value{"default": amounts(map[string]string{"memory": "2Gi"}), "max": amounts(map[string]string{"memory": "1Gi"})}), []string{`limit_range.container.default["memory"]`}},
		"default below min":     {of(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "1m"}), "min": amounts(map[string]string{"cpu": "1"})}), []string{`limit_range.container.min["cpu"]`}},
		"request above limit":   {of(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "1"}), "default_request": amounts(map[string]string{"cpu": "2"})}), []string{`limit_range.container.default_request["cpu"]`}},
		"ratio below 1":         {of(map[string]attr.Value{"max_limit_request_ratio": amounts(map[string]string{"cpu": "0.5"})}), []string{`limit_range.container.max_limit_request_ratio["cpu"]`}},
		"different resources":   {of(map[string]attr.Value{"min": amounts(map[string]string{"cpu": "2"}), "max": amounts(map[string]string{"memory": "1"})}), nil},
		"instance min and max":  {limitRange(map[string]attr.Value{"instance": object(instanceLimitsTypes(), map[string]attr.Value{"min": amounts(map[string]string{"cpu": "2"}), "max": amounts(map[string]string{"cpu": "1"})})}), []string{`limit_range.instance.min["cpu"]`}},
		"volume min and max":    {limitRange(map[string]attr.Value{"volume": object(volumeLimitsTypes(), map[string]attr.Value{"min": fwtypes.NewQuantity("2Gi"), "max": fwtypes.NewQuantity("1Gi")})}), []string{"limit_range.volume.min"}},
		"volume without either": {limitRange(map[string]attr.Value{"volume": object(volumeLimitsTypes(), nil)}), []string{"limit_range.volume"}},
		"unknown":               {types.ObjectUnknown(limitRangeTypes()), nil},
	} {
		var got []string
		for _, d := range validateLimitRange(t.Context(), c.limitRange) {
			got = append(got, pathOf(t, d))
		}
		if diff := cmp.Diff(c.paths, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
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
	if got := inhabitants(kube.Contents{}); got != "" {
		t.Errorf("an empty cluster has %q", got)
	}
	var many kube.Contents
	for range 12 {
		many.Objects = append(many.Objects, kube.Ref{Kind: "Pod", Namespace: "dev", Name: "web"})
	}
	many.Forbidden = []string{"pods", "configmaps"}
	many.Hidden = []string{"widgets.example.com: no answer"}
	got := inhabitants(many)
	for _, want := range []string{"Pod dev/web", "and 2 more", "may not list them: configmaps, pods", "can't list it: widgets.example.com: no answer"} {
		if !contains(got, want) {
			t.Errorf("%q isn't in\n%s", want, got)
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
	if diff := cmp.Diff(want, stuckOn(ns)); diff != "" {
		t.Error(diff)
	}
}
