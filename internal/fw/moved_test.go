package fw_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

func TestMovedFrom(t *testing.T) {
	const terraform, pod = "registry.terraform.io/hashicorp/kubernetes", "kubernetes_pod_v1"
	const state = `{"id": "dev/web", "metadata": [{"labels": {}, "name": "web", "namespace": "dev", "uid": "u"}], "spec": [{}]}`
	web := fw.Moved{Namespace: "dev", Name: "web", UID: "u"}
	for name, c := range map[string]struct {
		address, typeName, state string
		want                     fw.Moved
		says                     string
	}{
		"a Pod":                      {terraform, pod, state, web, ""},
		"the type's older name":      {terraform, "kubernetes_pod", state, web, ""},
		"by OpenTofu":                {"registry.opentofu.org/hashicorp/kubernetes", pod, state, web, ""},
		"metadata as an attribute":   {terraform, pod, `{"metadata": {"name": "web", "namespace": "dev", "uid": "u"}}`, web, ""},
		"another type":               {terraform, "kubernetes_namespace_v1", state, fw.Moved{}, ""},
		"another provider":           {"registry.terraform.io/example/kubernetes", pod, state, fw.Moved{}, ""},
		"no metadata":                {terraform, pod, `{"id": "dev/web"}`, fw.Moved{}, "no metadata"},
		"empty metadata":             {terraform, pod, `{"metadata": []}`, fw.Moved{}, "no metadata"},
		"metadata of another kind":   {terraform, pod, `{"metadata": "web"}`, fw.Moved{}, "can't be read"},
		"what is no state of a type": {terraform, pod, `[]`, fw.Moved{}, "can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			got, ok := fw.MovedFrom(resource.MoveStateRequest{
				SourceProviderAddress: c.address, SourceTypeName: c.typeName, SourceRawState: &tfprotov6.RawState{JSON: []byte(c.state)},
			}, &diags, "kubernetes_pod", pod)
			if got != c.want || ok != (c.want != fw.Moved{}) {
				t.Errorf("got %v, %t", got, ok)
			}
			if c.says == "" && diags.HasError() || c.says != "" && (!diags.HasError() || !strings.Contains(diags[0].Detail(), c.says)) {
				t.Errorf("it says %v", diags)
			}
		})
	}
}
