package main

import (
	"context"
	"io"
	"path"
	"path/filepath"
	"runtime"

	"golang.org/x/mod/module"

	"github.com/headgym/terraform-provider-mar/internal/tools/build/cache"
	"github.com/headgym/terraform-provider-mar/internal/tools/build/gobuild"
)

// tool builds a package that a "tool" line of internal/tools/go.mod names, in the version pinned there.
func tool(pkg string) target {
	return toolOf("internal/tools", pkg)
}

// toolOf builds one of another module. GoReleaser requires so much that it would decide the versions of the other tools'
// dependencies, and actionlint needs another version of one than they do.
func toolOf(folder, pkg string) target {
	return func(ctx context.Context, root string, log io.Writer) (string, error) {
		name := programName(pkg)
		dir := filepath.Join(root, filepath.FromSlash(folder))

		key := cache.NewKey()
		key.Text(pkg, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		key.File(filepath.Join(dir, "go.mod"))
		key.File(filepath.Join(dir, "go.sum"))

		artifact := cache.Artifact{
			Path: binPath(root, name),
			Key:  key,
			Build: func(ctx context.Context, output string) error {
				return gobuild.Build{
					Label:   name,
					Why:     "built from source, which takes a minute or two when its packages have never been compiled here",
					Dir:     dir,
					Package: pkg,
					Output:  output,
					LDFlags: "-s -w",
				}.Run(ctx, log)
			},
		}
		return artifact.Path, artifact.Ensure(ctx, log)
	}
}

// programName is what "go install" calls the program of a package: a version at the end is no name.
func programName(pkg string) string {
	name := path.Base(pkg)
	if prefix, _, ok := module.SplitPathVersion(pkg); ok {
		name = path.Base(prefix)
	}
	return name
}
