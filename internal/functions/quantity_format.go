package functions

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"k8s.io/apimachinery/pkg/api/resource"
)

const (
	suffixDecimal = "decimal"
	suffixBinary  = "binary"
)

type quantityFormat struct{}

func newQuantityFormat() function.Function { return quantityFormat{} }

func (quantityFormat) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "quantity_format"
}

func (quantityFormat) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "A number as a Kubernetes quantity",
		MarkdownDescription: "Writes a number of base units (cores, bytes, pieces) as Kubernetes would: 0.5 as `\"500m\"`, 2000 as `\"2k\"`, and with `\"binary\"` 4294967296 as `\"4Gi\"`. It is the reverse of `quantity_parse`, and as exact: a number that Kubernetes can't hold, for it is finer than a billionth, is an error.",
		Parameters: []function.Parameter{
			function.NumberParameter{Name: "number", MarkdownDescription: "The number of base units, such as `0.5` or `4 * pow(1024, 3)`."},
		},
		VariadicParameter: function.StringParameter{
			Name:                "suffix",
			MarkdownDescription: "`\"decimal\"` (default; m, k, M, G, T, P, E: powers of 1000), as is usual for CPU and counts, or `\"binary\"` (Ki, Mi, Gi, Ti, Pi, Ei: powers of 1024), as is usual for memory. A number that isn't whole, or is less than 1024, gets a decimal suffix in any case.",
			Validators:          []function.StringParameterValidator{stringvalidator.OneOf(suffixDecimal, suffixBinary)},
		},
		Return: function.StringReturn{},
	}
}

func (quantityFormat) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var number *big.Float
	var suffixes []string
	if resp.Error = req.Arguments.Get(ctx, &number, &suffixes); resp.Error != nil {
		return
	}
	if len(suffixes) > 1 {
		resp.Error = function.NewArgumentFuncError(2, fmt.Sprintf("give one suffix, %q or %q", suffixDecimal, suffixBinary))
		return
	}
	format := resource.DecimalSI
	if len(suffixes) == 1 && suffixes[0] == suffixBinary {
		format = resource.BinarySI
	}
	amount, err := fromNumber(number)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	text, err := canonical(amount, format)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, text)
}
