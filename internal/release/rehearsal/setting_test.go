package rehearsal_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
)

// A setting is what a rehearsal runs with.
type setting struct {
	root string // the checkout
	bin  string // the programs that make has built
	work string // what stays when it is over: the release, and logs
	clis []cli  // the newest Terraform first
	// platforms are those that are built. Fewer than all are for trying out the rehearsal itself.
	platforms []artifacts.Platform
	// dist is a finished release to rehearse, with its public key and commit, in place of one that is built here.
	dist, publicKey, version, commit string
}

// A cli is a program that installs providers, and the registry that it asks for headgym/mar.
type cli struct{ name, path, registry string }

// readSetting skips the test outside of a rehearsal.
func readSetting(t *testing.T) setting {
	t.Helper()
	if os.Getenv("MAR_REHEARSAL") == "" {
		t.Skip("make release-rehearsal runs it")
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	s := setting{
		root:      root,
		bin:       filepath.Join(root, ".dev", "bin"),
		work:      filepath.Join(root, ".dev", "rehearsal"),
		platforms: artifacts.Platforms(),
		dist:      os.Getenv("RELEASE_DIST"),
		publicKey: os.Getenv("RELEASE_PUBLIC_KEY_FILE"),
		version:   os.Getenv("RELEASE_VERSION"),
		commit:    os.Getenv("RELEASE_COMMIT"),
	}
	for _, path := range filepath.SplitList(os.Getenv("MAR_REHEARSAL_CLIS")) {
		s.clis = append(s.clis, newCLI(path))
	}
	if len(s.clis) == 0 {
		t.Fatal("MAR_REHEARSAL_CLIS names no Terraform")
	}
	if chosen := os.Getenv("RELEASE_PLATFORMS"); chosen != "" {
		s.platforms = nil
		for _, text := range strings.Fields(chosen) {
			platform, err := artifacts.ParsePlatform(text)
			if err != nil {
				t.Fatal(err)
			}
			s.platforms = append(s.platforms, platform)
		}
		t.Logf("only for %v: a release is for more", s.platforms)
	}
	return s
}

func newCLI(path string) cli {
	c := cli{name: filepath.Base(path), path: path, registry: "registry.terraform.io"}
	if c.isOpenTofu() {
		c.registry = "registry.opentofu.org"
	}
	return c
}

func (c cli) isOpenTofu() bool { return strings.HasPrefix(c.name, "tofu") }

// here is the platform that this runs on.
func here() artifacts.Platform {
	return artifacts.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}
}

// A process is a program to run, with additions to the environment.
type process struct {
	dir string
	env []string
}

// must runs the program and returns what it prints. It fails the test unless the program ends with 0.
func (p process) must(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	output, err := p.run(t, name, arguments...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(arguments, " "), err, output)
	}
	return output
}

func (p process) run(t *testing.T, name string, arguments ...string) (string, error) {
	t.Helper()
	// What is made is taken away again after the test, too.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), name, arguments...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), p.env...)
	output, err := cmd.CombinedOutput()
	return string(output), err
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// fresh empties the folder.
func fresh(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

func pathWith(bin string) string {
	return fmt.Sprintf("PATH=%s%c%s", bin, filepath.ListSeparator, os.Getenv("PATH"))
}
