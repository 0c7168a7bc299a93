// Package licenses gathers the licences of everything that is linked into the provider.
package licenses

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Module is linked, in parts: Folders are those of its packages that are, and all folders above them in the module.
type Module struct {
	Path, Version string
	Folders       []string
}

// Linked returns the modules that the main package in dir is linked from on any of the systems, and Go itself under the
// name "go".
func Linked(ctx context.Context, dir string, systems []string) ([]Module, error) {
	modules := map[string]*Module{}
	for _, system := range systems {
		if err := list(ctx, dir, system, modules); err != nil {
			return nil, fmt.Errorf("list what is linked on %s: %w", system, err)
		}
	}
	golang, err := toolchain(ctx, dir)
	if err != nil {
		return nil, err
	}
	all := []Module{golang}
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		all = append(all, *modules[path])
	}
	return all, nil
}

func list(ctx context.Context, dir, system string, modules map[string]*Module) error {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Dir,Module", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH=amd64")
	output, err := cmd.Output()
	if err != nil {
		return withStderr(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for {
		var pkg struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if pkg.Module == nil || pkg.Module.Main {
			continue
		}
		module := modules[pkg.Module.Path]
		if module == nil {
			module = &Module{Path: pkg.Module.Path, Version: pkg.Module.Version}
			modules[module.Path] = module
		}
		for _, folder := range upTo(pkg.Dir, pkg.Module.Dir) {
			if !slices.Contains(module.Folders, folder) {
				module.Folders = append(module.Folders, folder)
			}
		}
		slices.Sort(module.Folders)
	}
}

// upTo returns the folder and all above it, up to the root.
func upTo(folder, root string) []string {
	folders := []string{folder}
	for folder != root && folder != filepath.Dir(folder) {
		folder = filepath.Dir(folder)
		folders = append(folders, folder)
	}
	return folders
}

func toolchain(ctx context.Context, dir string) (Module, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOVERSION", "GOROOT")
	cmd.Dir = dir
	output, err := cmd.Output()
	if err != nil {
		return Module{}, withStderr(err)
	}
	version, root, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	return Module{Path: "go", Version: version, Folders: []string{root}}, nil
}

func withStderr(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%w\n%s", err, exit.Stderr)
	}
	return err
}
