package main

import (
	"context"
	"io"
	"path/filepath"
	"runtime"

	"github.com/headgym/terraform-provider-mar/internal/tools/build/cache"
	"github.com/headgym/terraform-provider-mar/internal/tools/build/gobuild"
)

// buildReleaseProgram builds what a release is signed, described and verified with.
func buildReleaseProgram(ctx context.Context, root string, log io.Writer) (string, error) {
	module := filepath.Join(root, "internal", "release")

	key := cache.NewKey()
	key.Text(runtime.Version(), runtime.GOOS, runtime.GOARCH)
	key.Tree(module, isProgramSource)

	artifact := cache.Artifact{
		Path: binPath(root, "mar-release"),
		Key:  key,
		Build: func(ctx context.Context, output string) error {
			return gobuild.Build{
				Label:   "mar-release",
				Why:     "built from source",
				Dir:     module,
				Package: ".",
				Output:  output,
				LDFlags: "-s -w",
			}.Run(ctx, log)
		},
	}
	return artifact.Path, artifact.Ensure(ctx, log)
}
