package main

import (
	"context"
	"io"
	"path"
	"path/filepath"
	"runtime"

	"github.com/headgym/terraform-provider-mar/internal/tools/build/cache"
	"github.com/headgym/terraform-provider-mar/internal/tools/build/gobuild"
)

// tool builds a package that a "tool" line of internal/tools/go.mod names, in the version pinned there.
func tool(pkg string) target {
	return func(ctx context.Context, root string, log io.Writer) (string, error) {
		name := path.Base(pkg)
		module := filepath.Join(root, "internal", "tools")

		key := cache.NewKey()
		key.Text(pkg, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		key.File(filepath.Join(module, "go.mod"))
		key.File(filepath.Join(module, "go.sum"))

		artifact := cache.Artifact{
			Path: binPath(root, name),
			Key:  key,
			Build: func(ctx context.Context, output string) error {
				return gobuild.Build{
					Label:   name,
					Why:     "built from source, which takes a minute or two when its packages have never been compiled here",
					Dir:     module,
					Package: pkg,
					Output:  output,
					LDFlags: "-s -w",
				}.Run(ctx, log)
			},
		}
		return artifact.Path, artifact.Ensure(ctx, log)
	}
}
