package terraform

import (
	"context"
	"io"

	"github.com/headgym/terraform-provider-mar/internal/tools/build/gobuild"
)

// compileOpenTofu builds OpenTofu where the module cache has it: unlike Terraform's, its go.mod replaces nothing by
// a folder, and so needs no patch.
func compileOpenTofu(ctx context.Context, version, output string, log io.Writer) error {
	source, err := download(ctx, "github.com/opentofu/opentofu", version, log)
	if err != nil {
		return err
	}
	return gobuild.Build{
		Label:   "opentofu " + version,
		Why:     "built from source, which takes some minutes when its packages have never been compiled here",
		Dir:     source,
		Package: "./cmd/tofu",
		Output:  output,
		LDFlags: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
	}.Run(ctx, log)
}
