package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type quotaFits struct{}

func newQuotaFits() function.Function { return quotaFits{} }

func (quotaFits) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "quota_fits"
}

func (quotaFits) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "Whether a quota has room for instances",
		MarkdownDescription: "Adds up what a set of instances needs of a cluster's quota, as Kubernetes counts it, and says what is over. It asks no server: all is computed from the arguments, so that a `precondition` can check it in the plan. What isn't known yet makes unknown what depends on it, and no more.",
		Parameters: []function.Parameter{
			function.DynamicParameter{
				Name:                "quota",
				AllowNullValue:      true,
				AllowUnknownValues:  true,
				MarkdownDescription: "An object like the `quota` of a `mar_cluster`, such as `{ cpu = \"16\", memory = \"64Gi\", instances = 20 }`, or `{}` for one without limits, to see what the instances need; null is the same, but of a `null` that is written here OpenTofu makes a null result. What instances don't say, such as `services`, is allowed and not looked at.",
			},
			function.DynamicParameter{
				Name:                "instances",
				AllowUnknownValues:  true,
				MarkdownDescription: "A list, set or map of instances: `values(mar_instance.web)`, or objects with any of `cpu`, `memory`, `limits`, `requests` and `pod` as in a `mar_instance`. Other attributes don't matter; `name`, or else the key, is what an instance is called in the result; in a list it is `instances[0]` and so on. A null among them is left out.",
			},
		},
		VariadicParameter: function.DynamicParameter{
			Name:                "limit_range",
			AllowNullValue:      true,
			AllowUnknownValues:  true,
			MarkdownDescription: "An object like the `limit_range` of the same `mar_cluster`, at most one: its defaults are used for what an instance doesn't say.",
		},
		Return: function.ObjectReturn{AttributeTypes: resultTypes()},
	}
}

func (quotaFits) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var quota, instances types.Dynamic
	var limitRanges []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &quota, &instances, &limitRanges); resp.Error != nil {
		return
	}
	if len(limitRanges) > 1 {
		resp.Error = function.NewArgumentFuncError(3, "a cluster has one limit range")
		return
	}
	var limitRange types.Dynamic
	if len(limitRanges) == 1 {
		limitRange = limitRanges[0]
	}
	h, err := hardOf(quota)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	defaults, err := defaultsOf(limitRange)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(2, err.Error())
		return
	}
	n, err := needsOf(instances, defaults)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	value, err := result(h, n)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, value)
}
