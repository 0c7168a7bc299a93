package terraform

import (
	"context"
	"embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/headgym/terraform-provider-mar/internal/tools/build/cache"
	"github.com/headgym/terraform-provider-mar/internal/tools/build/gobuild"
)

// recipe is part of what a Terraform is made from: a changed recipe makes a new one.
//
//go:embed build.go patch.go opentofu.go
var recipe embed.FS

// A compiler makes a version's program from its source.
type compiler func(ctx context.Context, version, output string, log io.Writer) error

func build(ctx context.Context, root, version, name string, compile compiler, log io.Writer) (string, error) {
	key := cache.NewKey()
	key.Text(name, version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, file := range []string{"build.go", "patch.go", "opentofu.go"} {
		source, err := recipe.ReadFile(file)
		if err != nil {
			return "", err
		}
		key.Text(string(source))
	}

	artifact := cache.Artifact{
		Path: filepath.Join(root, ".dev", "bin", name),
		Key:  key,
		Build: func(ctx context.Context, output string) error {
			return compile(ctx, version, output, log)
		},
	}
	return artifact.Path, artifact.Ensure(ctx, log)
}

// compile builds Terraform from a patched copy of its source.
func compile(ctx context.Context, version, output string, log io.Writer) error {
	source, err := download(ctx, "github.com/hashicorp/terraform", version, log)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "terraform-"+version+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)

	if err := os.CopyFS(scratch, os.DirFS(source)); err != nil {
		return err
	}
	if err := patchFile(filepath.Join(scratch, "go.mod"), patchGoMod); err != nil {
		return err
	}
	if err := patchFile(filepath.Join(scratch, "internal", "backend", "init", "init.go"), dropCloudBackends); err != nil {
		return err
	}

	return gobuild.Build{
		Label:   "terraform " + version,
		Why:     "built from source, which takes some minutes when its packages have never been compiled here",
		Dir:     scratch,
		Package: ".",
		Output:  output,
		LDFlags: "-s -w -X github.com/hashicorp/terraform/version.dev=no",
	}.Run(ctx, log)
}

func patchFile(path string, patch func([]byte) ([]byte, error)) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	patched, err := patch(content)
	if err != nil {
		return fmt.Errorf("patching %s: %w", path, err)
	}
	return os.WriteFile(path, patched, 0o644)
}
