package functions_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/cluster"
	"github.com/headgym/terraform-provider-mar/internal/functions"
)

// later stands for a value that isn't known yet.
const later = "later"

// value is JSON as Terraform has it, in which nulls are of any type.
func value(t *testing.T, text string) types.Dynamic {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	inner := valueOf(t, decoded)
	if dynamic, ok := inner.(types.Dynamic); ok {
		return dynamic
	}
	return types.DynamicValue(inner)
}

func valueOf(t *testing.T, v any) attr.Value {
	t.Helper()
	switch v := v.(type) {
	case nil:
		return types.DynamicNull()
	case bool:
		return types.BoolValue(v)
	case json.Number:
		return number(t, v.String())
	case string:
		if v == later {
			return types.DynamicUnknown()
		}
		return types.StringValue(v)
	case []any:
		var kinds []attr.Type
		var values []attr.Value
		for _, element := range v {
			inner := valueOf(t, element)
			kinds, values = append(kinds, inner.Type(t.Context())), append(values, inner)
		}
		return types.TupleValueMust(kinds, values)
	case map[string]any:
		kinds, values := map[string]attr.Type{}, map[string]attr.Value{}
		for name, member := range v {
			values[name] = valueOf(t, member)
			kinds[name] = values[name].Type(t.Context())
		}
		return types.ObjectValueMust(kinds, values)
	}
	t.Fatalf("%T", v)
	return nil
}

// brief is a value on one line, without what is null or empty.
func brief(t *testing.T, v attr.Value) string {
	t.Helper()
	raw, err := v.ToTerraformValue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return briefly(t, raw)
}

func briefly(t *testing.T, v tftypes.Value) string {
	t.Helper()
	if !v.IsKnown() {
		return "?"
	}
	var members map[string]tftypes.Value
	var elements []tftypes.Value
	switch {
	case v.IsNull():
		return ""
	case v.As(&members) == nil:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(members)) {
			if text := briefly(t, members[name]); text != "" && text != "[]" && text != "{}" {
				parts = append(parts, name+"="+text)
			}
		}
		return "{" + strings.Join(parts, " ") + "}"
	case v.As(&elements) == nil:
		var parts []string
		for _, element := range elements {
			parts = append(parts, briefly(t, element))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	var text string
	var yes bool
	if v.As(&text) == nil {
		return text
	}
	if v.As(&yes) == nil {
		return fmt.Sprint(yes)
	}
	n, _ := types.NumberType.ValueFromTerraform(t.Context(), v)
	return n.String()
}

func fits(t *testing.T, quota, instances string, limitRange ...string) (map[string]attr.Value, string) {
	t.Helper()
	args := []attr.Value{value(t, quota), value(t, instances)}
	for _, l := range limitRange {
		args = append(args, value(t, l))
	}
	got, err := call(t, "quota_fits", args...)
	if err != nil {
		t.Fatalf("%s, %s: %s", quota, instances, err.Text)
	}
	object, ok := got.(types.Object)
	if !ok {
		t.Fatalf("got a %T", got)
	}
	values := object.Attributes()
	var parts []string
	for _, name := range []string{"fits", "needed", "over", "missing"} {
		if text := brief(t, values[name]); text != "{}" {
			parts = append(parts, name+" "+text)
		}
	}
	return values, strings.Join(parts, ", ")
}

func TestQuotaFits(t *testing.T) {
	const sized = `{"cpu": "500m", "memory": "1Gi"}`
	for name, c := range map[string]struct{ quota, instances, limitRange, want string }{
		"none":             {`{"cpu": "1"}`, `[]`, `null`, "fits true, needed {instances=0}"},
		"no quota":         {`null`, `[` + sized + `]`, `null`, "fits true, needed {cpu=500m instances=1 memory=1Gi requests_cpu=500m requests_memory=1Gi}"},
		"just fits":        {`{"cpu": "1", "memory": "2048Mi", "requests_cpu": 1, "instances": 2, "services": 1}`, `[` + sized + `,` + sized + `]`, `null`, "fits true, needed {cpu=1 instances=2 memory=2Gi requests_cpu=1 requests_memory=2Gi}"},
		"a map":            {`{"cpu": "1"}`, `{"a": ` + sized + `, "b": ` + sized + `}`, `null`, "fits true, needed {cpu=1 instances=2 memory=2Gi requests_cpu=1 requests_memory=2Gi}"},
		"over":             {`{"cpu": "1.2", "instances": 2, "memory": null}`, `[` + sized + `,` + sized + `,` + sized + `]`, `null`, "fits false, needed {cpu=1500m instances=3 memory=3Gi requests_cpu=1500m requests_memory=3Gi}, over {cpu=300m instances=1}"},
		"a thousandth":     {`{"cpu": "999m"}`, `[` + sized + `,` + sized + `]`, `null`, "fits false, needed {cpu=1 instances=2 memory=2Gi requests_cpu=1 requests_memory=2Gi}, over {cpu=1m}"},
		"requests":         {`{"requests_cpu": "250m"}`, `[{"cpu": "500m", "requests": {"cpu": "250m"}}]`, `null`, "fits true, needed {cpu=500m instances=1 requests_cpu=250m}"},
		"null elements":    {`null`, `[null, ` + sized + `]`, `null`, "fits true, needed {cpu=500m instances=1 memory=1Gi requests_cpu=500m requests_memory=1Gi}"},
		"numbers":          {`{"cpu": 2}`, `[{"cpu": 1.5}]`, `null`, "fits true, needed {cpu=1500m instances=1 requests_cpu=1500m}"},
		"silent":           {`{"cpu": "4", "requests_memory": "1Gi"}`, `{"web": {"memory": "1Gi"}, "db": {"name": "store"}}`, `null`, "fits false, needed {instances=2 memory=1Gi requests_memory=1Gi}, missing {cpu=[store web] requests_memory=[store]}"},
		"storage is free":  {`{"ephemeral_storage": "1Gi"}`, `[{}]`, `null`, "fits true, needed {instances=1}"},
		"other limits":     {`{"ephemeral_storage": "15Gi", "extra": {"requests.nvidia.com/gpu": "1", "limits.cpu": "1"}}`, `[{"limits": {"nvidia.com/gpu": "1", "ephemeral-storage": "10Gi"}}, {"cpu": 1, "limits": {"nvidia.com/gpu": 1, "ephemeral-storage": "10Gi"}}]`, `null`, "fits false, needed {cpu=1 ephemeral_storage=20Gi extra={requests.ephemeral-storage=20Gi requests.nvidia.com/gpu=2} instances=2 requests_cpu=1}, over {ephemeral_storage=5Gi requests.nvidia.com/gpu=1}, missing {cpu=[instances[0]]}"},
		"other names":      {`{"extra": {"count/pods": "1", "ephemeral-storage": "1Gi", "count/jobs.batch": "0"}}`, `[{"limits": {"ephemeral-storage": "1Gi"}}, {}]`, `null`, "fits false, needed {ephemeral_storage=1Gi extra={count/pods=2 ephemeral-storage=1Gi requests.ephemeral-storage=1Gi} instances=2}, over {count/pods=1}"},
		"huge pages":       {`{"extra": {"hugepages-2Mi": "2Mi"}}`, `[{"limits": {"hugepages-2Mi": "4Mi"}}]`, `null`, "fits false, needed {extra={hugepages-2Mi=4Mi requests.hugepages-2Mi=4Mi} instances=1}, over {hugepages-2Mi=2Mi}"},
		"beyond 64 bits":   {`{"memory": "7Ei"}`, `[{"memory": "7Ei"}, {"memory": "7Ei"}]`, `null`, "fits false, needed {instances=2 memory=16140901064495857664 requests_memory=16140901064495857664}, over {memory=7Ei}"},
		"sidecar":          {`{"cpu": "1"}`, `[{"cpu": "1", "pod": {"initContainers": [{"name": "proxy", "restartPolicy": "Always", "resources": {"limits": {"cpu": "500m"}}}]}}]`, `null`, "fits false, needed {cpu=1500m instances=1 requests_cpu=1500m}, over {cpu=500m}"},
		"init container":   {`{"cpu": "2"}`, `[{"cpu": "1", "pod": {"initContainers": [{"name": "init", "resources": {"limits": {"cpu": "2"}}}]}}]`, `null`, "fits true, needed {cpu=2 instances=1 requests_cpu=2}"},
		"a nameless one":   {`{"cpu": "2"}`, `[{"cpu": "1", "pod": "containers: [{name: first, image: a}]"}]`, `null`, "fits false, needed {cpu=1 instances=1 requests_cpu=1}, missing {cpu=[instances[0] (container first)]}"},
		"parts of a unit":  {`{"memory": "1Gi"}`, `[{"memory": "1.01Gi"}]`, `null`, "fits false, needed {instances=1 memory=1.01Gi requests_memory=1.01Gi}, over {memory=10.24Mi}"},
		"parts of a byte":  {`{"memory": "1Ki"}`, `[{"memory": "1025500m"}]`, `null`, "fits false, needed {instances=1 memory=1025500m requests_memory=1025500m}, over {memory=1500m}"},
		"silent container": {`{"cpu": "2"}`, `{"web": {"cpu": "1", "pod": "containers: [{name: proxy, image: a}]"}}`, `null`, "fits false, needed {cpu=1 instances=1 requests_cpu=1}, missing {cpu=[web (container proxy)]}"},
		"overhead":         {`null`, `[{"cpu": "1", "pod": {"overhead": {"cpu": "250m", "memory": "64Mi"}}}]`, `null`, "fits true, needed {cpu=1250m instances=1 requests_cpu=1250m requests_memory=64Mi}"},
		"as a whole":       {`{"cpu": "2", "memory": "1Gi"}`, `[{"pod": {"resources": {"limits": {"cpu": "2", "memory": "1Gi"}}}}]`, `null`, "fits true, needed {cpu=2 instances=1 memory=1Gi requests_cpu=2 requests_memory=1Gi}"},
		"defaults":         {`{"cpu": "1", "requests_cpu": "1"}`, `[{}, {"cpu": "800m"}]`, `{"container": {"default": {"cpu": "500m"}, "default_request": {"cpu": "100m"}}}`, "fits false, needed {cpu=1300m instances=2 requests_cpu=900m}, over {cpu=300m}"},
		"max is a default": {`{"cpu": "1"}`, `[{}]`, `{"container": {"max": {"cpu": "2"}, "min": {"memory": "1Mi"}}, "instance": null}`, "fits false, needed {cpu=2 instances=1 requests_cpu=2 requests_memory=1Mi}, over {cpu=1}"},

		"unknown, and it matters":       {`{"cpu": "1"}`, `[{"cpu": "later"}]`, `null`, "fits ?, needed {cpu=? instances=1 requests_cpu=?}, over ?, missing ?"},
		"unknown, and it doesn't":       {`{"memory": "1Gi"}`, `[{"uid": "later", "cpu": "later", "memory": "1Gi"}]`, `null`, "fits true, needed {cpu=? instances=1 memory=1Gi requests_cpu=? requests_memory=1Gi}"},
		"unknown limit, known request":  {`{"requests_cpu": "1"}`, `[{"cpu": "later", "requests": {"cpu": "1"}}]`, `null`, "fits true, needed {cpu=? instances=1 requests_cpu=1}"},
		"unknown, and over anyway":      {`{"cpu": "1"}`, `[{"cpu": "later"}, {"cpu": "2"}]`, `null`, "fits false, needed {cpu=? instances=2 requests_cpu=?}, over ?, missing ?"},
		"unknown, no default meant":     {`{"cpu": "1"}`, `[{"cpu": "later"}]`, `{"container": {"default": {"cpu": "8"}}}`, "fits ?, needed {cpu=? instances=1 requests_cpu=?}, over ?, missing ?"},
		"unknown instances":             {`{"cpu": "1"}`, `"later"`, `null`, "fits ?, needed {cpu=? ephemeral_storage=? extra=? instances=? memory=? requests_cpu=? requests_memory=?}, over ?, missing ?"},
		"unknown instances, no limits":  {`{"services": 3}`, `"later"`, `null`, "fits true, needed {cpu=? ephemeral_storage=? extra=? instances=? memory=? requests_cpu=? requests_memory=?}"},
		"an unknown instance":           {`{"instances": 1}`, `["later", {}, {}]`, `null`, "fits false, needed {cpu=? ephemeral_storage=? extra=? instances=? memory=? requests_cpu=? requests_memory=?}, over ?, missing ?"},
		"unknown limits":                {`{"cpu": "1", "instances": 1}`, `[{"cpu": "1", "limits": "later"}]`, `null`, "fits ?, needed {cpu=? ephemeral_storage=? extra=? instances=1 memory=? requests_cpu=? requests_memory=?}, over ?, missing ?"},
		"unknown pod":                   {`{"instances": 1}`, `[{"pod": "later"}]`, `null`, "fits true, needed {cpu=? ephemeral_storage=? extra=? instances=1 memory=? requests_cpu=? requests_memory=?}"},
		"unknown part of pod":           {`{"cpu": "1"}`, `[{"cpu": "1", "pod": {"priorityClassName": "later"}}]`, `null`, "fits ?, needed {cpu=? ephemeral_storage=? extra=? instances=1 memory=? requests_cpu=? requests_memory=?}, over ?, missing ?"},
		"unknown gpu":                   {`null`, `[{"limits": {"nvidia.com/gpu": "later"}}]`, `null`, "fits true, needed {extra={requests.nvidia.com/gpu=?} instances=1}"},
		"unknown quota":                 {`"later"`, `[{"cpu": "1"}]`, `null`, "fits ?, needed {cpu=1 extra=? instances=1 requests_cpu=1}, over ?, missing ?"},
		"an unknown limit of the quota": {`{"cpu": "later", "instances": 1}`, `[{"cpu": "1"}]`, `null`, "fits ?, needed {cpu=1 instances=1 requests_cpu=1}, over ?, missing ?"},
		"another unknown limit":         {`{"services": "later", "ephemeral_storage": "later"}`, `[{"cpu": "1"}]`, `null`, "fits true, needed {cpu=1 instances=1 requests_cpu=1}"},
		"an unknown limit range":        {`{"cpu": "1", "instances": 1}`, `[{}]`, `{"container": {"default": "later"}}`, "fits ?, needed {cpu=? ephemeral_storage=? extra=? instances=1 memory=? requests_cpu=? requests_memory=?}, over ?, missing ?"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := fits(t, c.quota, c.instances, c.limitRange); got != c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
		})
	}
}

func TestQuotaFits_saysWhatIsWrong(t *testing.T) {
	values, _ := fits(t, `{"cpu": "1", "memory": "2Gi"}`, `{"web": {"cpu": "1500m", "memory": "1Gi"}, "job": {"cpu": "1"}}`)
	want := "[cpu: the instances need 2500m and the quota has 1, which is 1500m too little. memory: the quota limits it, so each container must set it, and these don't: job.]"
	if got := brief(t, values["problems"]); got != want {
		t.Errorf("got %s", got)
	}
}

func TestQuotaFits_refuses(t *testing.T) {
	for _, c := range []struct {
		quota, instances, limitRange string
		argument                     int64
		want                         string
	}{
		{`{"cpus": "1"}`, `[]`, `null`, 0, "a quota has no attribute cpus; it has cpu, ephemeral_storage"},
		{`{"cpu": "4 cores"}`, `[]`, `null`, 0, `cpu: "4 cores" is not a Kubernetes quantity`},
		{`{"extra": {"requests.nvidia.com/gpu": true}}`, `[]`, `null`, 0, `extra["requests.nvidia.com/gpu"]: must be a quantity such as "500m" or "4Gi", but is true or false`},
		{`{"extra": []}`, `[]`, `null`, 0, "extra: it must be a map of quantities, but is a list"},
		{`"16"`, `[]`, `null`, 0, "it must be an object like the quota of a mar_cluster, such as { cpu = \"16\", instances = 20 }, but is a text"},
		{`null`, `{"cpu": "1", "image": "a"}`, `null`, 1, `["cpu"] must be an instance, an object with cpu, memory and so on, but is a text; put a single instance into a list: [mar_instance.web]`},
		{`null`, `3`, `null`, 1, "it must be a list, a set or a map of instances, such as values(mar_instance.web), but is a number"},
		{`null`, `{"web": {"memory": "4GB"}}`, `null`, 1, `["web"].memory: "4GB" is not a Kubernetes quantity`},
		{`null`, `[{"limits": {"nvidia.com/gpu": "-1"}}]`, `null`, 1, `[0].limits["nvidia.com/gpu"]: "-1" is negative`},
		{`null`, `[{"cpu": "1500u"}]`, `null`, 1, `[0].cpu: "1500u" is finer than a thousandth`},
		{`null`, `[{"requests": "1"}]`, `null`, 1, "[0].requests must be a map of quantities, but is a text"},
		{`null`, `[{"pod": {"container": []}}]`, `null`, 1, "[0].pod.container: PodSpec has no field"},
		{`null`, `[]`, `{"container": {"max": {"cpu": "x"}}}`, 2, `container.max["cpu"]: "x" is not`},
		{`null`, `[]`, `"small"`, 2, "it must be an object like the limit_range of a mar_cluster"},
	} {
		_, err := call(t, "quota_fits", value(t, c.quota), value(t, c.instances), value(t, c.limitRange))
		refused(t, err, c.argument, c.want)
	}
	_, err := call(t, "quota_fits", value(t, `null`), value(t, `[]`), value(t, `null`), value(t, `null`))
	refused(t, err, 3, "one limit range")
}

// The attributes of a quota are those that mar_cluster has.
func TestQuotaFits_knowsEveryAttributeOfAQuota(t *testing.T) {
	var resp resource.SchemaResponse
	cluster.NewResource().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	quota, ok := resp.Schema.Attributes["quota"].(schema.SingleNestedAttribute)
	if !ok {
		t.Fatal("mar_cluster has no quota")
	}
	want, got := slices.Sorted(maps.Keys(quota.Attributes)), slices.Sorted(slices.Values(functions.QuotaAttributes()))
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
