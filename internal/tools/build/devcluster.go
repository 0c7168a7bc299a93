package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/headgym/terraform-provider-mar/internal/tools/build/cache"
	"github.com/headgym/terraform-provider-mar/internal/tools/build/gobuild"
)

const devclusterProgram = "mar-devcluster"

// buildDevcluster builds the embedded control plane, and makes kubectl a link to it: the program does
// what its name says.
func buildDevcluster(ctx context.Context, root string, log io.Writer) (string, error) {
	module := filepath.Join(root, "internal", "devcluster")

	goMod, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return "", err
	}
	version, err := kubernetesVersion(goMod)
	if err != nil {
		return "", err
	}
	ldflags := kubernetesLDFlags(version)

	key := cache.NewKey()
	key.Text(ldflags, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	key.Tree(module, isProgramSource)

	artifact := cache.Artifact{
		Path: binPath(root, devclusterProgram),
		Key:  key,
		Build: func(ctx context.Context, output string) error {
			return gobuild.Build{
				Label: devclusterProgram,
				Why: "a whole control plane (etcd, Kubernetes " + version + ", KWOK, kubectl) built from source, " +
					"which takes some minutes when its packages have never been compiled here",
				Dir:     module,
				Package: ".",
				Output:  output,
				LDFlags: ldflags,
			}.Run(ctx, log)
		},
	}
	if err := artifact.Ensure(ctx, log); err != nil {
		return "", err
	}
	return artifact.Path, linkTo(devclusterProgram, binPath(root, "kubectl"))
}

// isProgramSource says whether a file can change the program: everything can, embedded files too,
// except tests and prose.
func isProgramSource(path string) bool {
	return !strings.HasSuffix(path, "_test.go") &&
		!strings.HasSuffix(path, ".md") &&
		!strings.Contains(filepath.ToSlash(path), "testdata/")
}

// kubernetesVersion is the version of k8s.io/kubernetes that a go.mod requires.
func kubernetesVersion(goMod []byte) (string, error) {
	file, err := modfile.ParseLax("go.mod", goMod, nil)
	if err != nil {
		return "", err
	}
	for _, require := range file.Require {
		if require.Mod.Path == "k8s.io/kubernetes" {
			return require.Mod.Version, nil
		}
	}
	return "", errors.New("internal/devcluster/go.mod requires no k8s.io/kubernetes, so the control plane's version is unknown")
}

// kubernetesLDFlags stamp the version as Kubernetes' own build does; without it clients can't parse
// what the server says it is.
func kubernetesLDFlags(version string) string {
	major, minor, _ := strings.Cut(strings.TrimPrefix(semver.MajorMinor(version), "v"), ".")

	flags := []string{"-s", "-w"}
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		flags = append(flags,
			"-X", pkg+".gitVersion="+version,
			"-X", pkg+".gitMajor="+major,
			"-X", pkg+".gitMinor="+minor,
		)
	}
	return strings.Join(flags, " ")
}

// linkTo makes link a symbolic link to name in the same folder, unless it is one already.
func linkTo(name, link string) error {
	if current, err := os.Readlink(link); err == nil && current == name {
		return nil
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(name, link); err != nil {
		return fmt.Errorf("linking kubectl to the control plane's program: %w", err)
	}
	return nil
}
