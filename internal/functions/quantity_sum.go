package functions

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

type quantitySum struct{}

func newQuantitySum() function.Function { return quantitySum{} }

func (quantitySum) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "quantity_sum"
}

func (quantitySum) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "The sum of Kubernetes quantities",
		MarkdownDescription: "Adds quantities, however each is spelt, exactly: `[\"1500m\", \"1\"]` is `\"2500m\"`, `[\"1Gi\", \"512Mi\"]` is `\"1536Mi\"`. As in Kubernetes the sum has the kind of suffix (decimal or binary) that the first quantity has that isn't zero. The sum of none is `\"0\"`.",
		Parameters: []function.Parameter{function.ListParameter{
			Name:                "quantities",
			ElementType:         types.StringType,
			MarkdownDescription: "The quantities: a list, a tuple or a set (in which equal spellings are one), such as `[for i in local.instances : i.memory]`. A null among them is an error.",
		}},
		Return: function.StringReturn{},
	}
}

func (quantitySum) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var texts []types.String
	if resp.Error = req.Arguments.Get(ctx, &texts); resp.Error != nil {
		return
	}
	sum, err := sumOf(texts)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, sum)
}

func sumOf(texts []types.String) (string, error) {
	sum, format := new(big.Rat), resource.Format("")
	for i, text := range texts {
		if text.IsNull() {
			return "", fmt.Errorf("[%d]: it is null; leave it out, or give it a value: coalesce(…, \"0\")", i)
		}
		quantity, err := fwtypes.ParseExact(text.ValueString())
		if err != nil {
			return "", fmt.Errorf("[%d]: %w", i, err)
		}
		if format == "" && !quantity.IsZero() {
			format = quantity.Format
		}
		sum.Add(sum, fwtypes.Rat(quantity))
	}
	return canonical(sum, format)
}
