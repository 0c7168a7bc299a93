package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/headgym/terraform-provider-mar/internal/tools/build/terraform"
)

const targetNames = "devcluster, terraform, terraform@VERSION, opentofu@VERSION, golangci-lint, tfplugindocs, changie, " +
	"goreleaser, cyclonedx-gomod, actionlint, govulncheck, mar-release"

// A target makes sure that a program is there and up to date, and returns its path.
type target func(ctx context.Context, root string, log io.Writer) (string, error)

func targetNamed(name string) (target, error) {
	if version, ok := strings.CutPrefix(name, "terraform@"); ok {
		return func(ctx context.Context, root string, log io.Writer) (string, error) {
			return terraform.BuildVersion(ctx, root, version, log)
		}, nil
	}
	if version, ok := strings.CutPrefix(name, "opentofu@"); ok {
		return func(ctx context.Context, root string, log io.Writer) (string, error) {
			return terraform.BuildOpenTofu(ctx, root, version, log)
		}, nil
	}
	switch name {
	case "devcluster":
		return buildDevcluster, nil
	case "terraform":
		return terraform.Resolve, nil
	case "golangci-lint":
		return tool("github.com/golangci/golangci-lint/v2/cmd/golangci-lint"), nil
	case "tfplugindocs":
		return tool("github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs"), nil
	case "changie":
		return tool("github.com/miniscruff/changie"), nil
	case "goreleaser":
		return toolOf("internal/tools/release", "github.com/goreleaser/goreleaser/v2"), nil
	case "cyclonedx-gomod":
		return toolOf("internal/tools/release", "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod"), nil
	case "actionlint":
		return toolOf("internal/tools/workflows", "github.com/rhysd/actionlint/cmd/actionlint"), nil
	case "govulncheck":
		return toolOf("internal/tools/release", "golang.org/x/vuln/cmd/govulncheck"), nil
	case "mar-release":
		return buildReleaseProgram, nil
	default:
		return nil, fmt.Errorf("there is no target %q; there are: %s", name, targetNames)
	}
}

// binPath is where a program of that name is put.
func binPath(root, name string) string {
	return filepath.Join(root, ".dev", "bin", name)
}
