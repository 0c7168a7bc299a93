package functions_test

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/functions"
)

// call runs one of the provider's functions. Arguments beyond its parameters are variadic.
func call(t *testing.T, name string, args ...attr.Value) (attr.Value, *function.FuncError) {
	t.Helper()
	for _, construct := range functions.All() {
		f := construct()
		var metadata function.MetadataResponse
		f.Metadata(t.Context(), function.MetadataRequest{}, &metadata)
		if metadata.Name != name {
			continue
		}
		var definition function.DefinitionResponse
		f.Definition(t.Context(), function.DefinitionRequest{}, &definition)
		return run(t.Context(), t, f, definition.Definition, args)
	}
	t.Fatalf("there is no function %s", name)
	return nil, nil
}

func run(ctx context.Context, t *testing.T, f function.Function, d function.Definition, args []attr.Value) (attr.Value, *function.FuncError) {
	t.Helper()
	fixed := len(d.Parameters)
	if d.VariadicParameter != nil {
		rest, kinds := args[fixed:], []attr.Type{}
		for range rest {
			kinds = append(kinds, d.VariadicParameter.GetType())
		}
		args = append(args[:fixed:fixed], types.TupleValueMust(kinds, rest))
	}
	data, err := d.Return.NewResultData(ctx)
	if err != nil {
		t.Fatal(err)
	}
	resp := function.RunResponse{Result: data}
	f.Run(ctx, function.RunRequest{Arguments: function.NewArgumentsData(args)}, &resp)
	return resp.Result.Value(), resp.Error
}

// refused checks that the error names the argument and has the text.
func refused(t *testing.T, err *function.FuncError, argument int64, text string) {
	t.Helper()
	if err == nil || err.FunctionArgument == nil || *err.FunctionArgument != argument || !strings.Contains(err.Text, text) {
		t.Errorf("got %+v, want an error on argument %d with %q", err, argument, text)
	}
}

func TestFunctions_areDocumented(t *testing.T) {
	for _, construct := range functions.All() {
		f := construct()
		var metadata function.MetadataResponse
		f.Metadata(t.Context(), function.MetadataRequest{}, &metadata)
		var resp function.DefinitionResponse
		f.Definition(t.Context(), function.DefinitionRequest{}, &resp)
		var checked function.DefinitionValidateResponse
		resp.Definition.ValidateImplementation(t.Context(), function.DefinitionValidateRequest{FuncName: metadata.Name}, &checked)
		if checked.Diagnostics.HasError() || resp.Definition.Summary == "" || resp.Definition.MarkdownDescription == "" {
			t.Errorf("%s: %v", metadata.Name, checked.Diagnostics)
		}
	}
}
