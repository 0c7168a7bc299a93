package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

type quantityParse struct{}

func newQuantityParse() function.Function { return quantityParse{} }

func (quantityParse) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "quantity_parse"
}

func (quantityParse) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "A Kubernetes quantity as a number",
		MarkdownDescription: "Turns a Kubernetes quantity into the number that it means, in base units: cores of CPU, bytes of memory and storage, pieces of anything counted. `\"500m\"` is 0.5, `\"4Gi\"` is 4294967296. The number is exact, however large or small it is; what Kubernetes itself would round or cap is an error.",
		Parameters:          []function.Parameter{quantityParameter("quantity", "The quantity, such as `\"500m\"`, `\"4Gi\"`, `\"2\"` or `\"1e3\"`.")},
		Return:              function.NumberReturn{},
	}
}

func (quantityParse) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	quantity, err := fwtypes.ParseExact(text)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	number, err := numberOf(quantity)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, types.NumberValue(number))
}

func quantityParameter(name, says string) function.Parameter {
	return function.StringParameter{Name: name, MarkdownDescription: says}
}
