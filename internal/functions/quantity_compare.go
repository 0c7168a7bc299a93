package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

type quantityCompare struct{}

func newQuantityCompare() function.Function { return quantityCompare{} }

func (quantityCompare) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "quantity_compare"
}

func (quantityCompare) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "Which of two Kubernetes quantities is larger",
		MarkdownDescription: "Compares two quantities by what they mean, exactly: -1 where the first is less, 0 where they are equal, such as `\"2000m\"` and `\"2\"`, and 1 where it is more.",
		Parameters: []function.Parameter{
			quantityParameter("a", "The first quantity, such as `\"1500m\"`."),
			quantityParameter("b", "The second quantity, such as `\"2\"`."),
		},
		Return: function.Int64Return{},
	}
}

func (quantityCompare) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var a, b string
	if resp.Error = req.Arguments.Get(ctx, &a, &b); resp.Error != nil {
		return
	}
	first, err := fwtypes.ParseExact(a)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	second, err := fwtypes.ParseExact(b)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, int64(fwtypes.Rat(first).Cmp(fwtypes.Rat(second))))
}
