package validate_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func TestQuantities(t *testing.T) {
	for name, c := range map[string]struct {
		value attr.Value
		want  string
	}{
		"right":   {fwtypes.NewQuantity("500m"), ""},
		"unknown": {fwtypes.NewQuantityUnknown(), ""},
		"wrong":   {fwtypes.NewQuantity("4GB"), "is meant"},
		"null":    {fwtypes.NewQuantityNull(), "leave the key out"},
	} {
		var resp validator.MapResponse
		validate.Quantities().ValidateMap(t.Context(), validator.MapRequest{
			Path:        path.Root("limits"),
			ConfigValue: types.MapValueMust(fwtypes.QuantityType{}, map[string]attr.Value{"cpu": c.value}),
		}, &resp)
		if got := details(resp.Diagnostics.Errors()); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestQuotaAmounts_countsAreWhole(t *testing.T) {
	for key, amount := range map[string]string{
		"count/jobs.batch": "1.5", "resourcequotas": "500m", "limits.example.com/gpu": "0.5",
		// These are taken.
		"count/pods": "1k", "requests.example.com/gpu": "0.5", "requests.ephemeral-storage": "0.5", "gold.storageclass.storage.k8s.io/requests.storage": "1.5Gi",
	} {
		var resp validator.MapResponse
		validate.QuotaAmounts().ValidateMap(t.Context(), validator.MapRequest{
			Path:        path.Root("extra"),
			ConfigValue: types.MapValueMust(fwtypes.QuantityType{}, map[string]attr.Value{key: fwtypes.NewQuantity(amount)}),
		}, &resp)
		want := key == "count/jobs.batch" || key == "resourcequotas" || key == "limits.example.com/gpu"
		if got := details(resp.Diagnostics.Errors()); want != strings.Contains(got, "isn't a whole number") {
			t.Errorf("%s = %s: %q", key, amount, got)
		}
	}
}

func TestContainerAmounts_ofVendorsAreWhole(t *testing.T) {
	for key, amount := range map[string]string{"nvidia.com/gpu": "0.5", "example.com/nic": "1500m", "smarter-devices/fuse": "2", "ephemeral-storage": "0.5", "cpu": "500m"} {
		var resp validator.MapResponse
		validate.ContainerAmounts().ValidateMap(t.Context(), validator.MapRequest{
			Path:        path.Root("limits"),
			ConfigValue: types.MapValueMust(fwtypes.QuantityType{}, map[string]attr.Value{key: fwtypes.NewQuantity(amount)}),
		}, &resp)
		want := key == "nvidia.com/gpu" || key == "example.com/nic"
		if got := details(resp.Diagnostics.Errors()); want != strings.Contains(got, "isn't a whole number") {
			t.Errorf("%s = %s: %q", key, amount, got)
		}
	}
}
