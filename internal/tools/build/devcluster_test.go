package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKubernetesVersion(t *testing.T) {
	got, err := kubernetesVersion([]byte("module x\n\nrequire (\n\tk8s.io/api v0.36.3\n\tk8s.io/kubernetes v1.36.3\n)\n"))
	if err != nil || got != "v1.36.3" {
		t.Errorf("got %q, %v", got, err)
	}

	if _, err := kubernetesVersion([]byte("module x\n")); err == nil || !strings.Contains(err.Error(), "requires no k8s.io/kubernetes") {
		t.Errorf("without the requirement: got %v", err)
	}
}

func TestKubernetesLDFlags(t *testing.T) {
	const want = "-s -w" +
		" -X k8s.io/component-base/version.gitVersion=v1.36.3" +
		" -X k8s.io/component-base/version.gitMajor=1" +
		" -X k8s.io/component-base/version.gitMinor=36" +
		" -X k8s.io/client-go/pkg/version.gitVersion=v1.36.3" +
		" -X k8s.io/client-go/pkg/version.gitMajor=1" +
		" -X k8s.io/client-go/pkg/version.gitMinor=36"

	if got := kubernetesLDFlags("v1.36.3"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestIsProgramSource(t *testing.T) {
	for path, want := range map[string]bool{
		"go.mod":                      true,
		"main.go":                     true,
		"stages/pod/ready.yaml":       true,
		"README.md":                   false,
		"state/state_test.go":         false,
		"stages/testdata/failed.yaml": false,
	} {
		if got := isProgramSource(path); got != want {
			t.Errorf("%s: got %t", path, got)
		}
	}
}

func TestLinkTo_replacesWhatIsThere(t *testing.T) {
	for name, prepare := range map[string]func(link string) error{
		"nothing":      func(string) error { return nil },
		"the link":     func(link string) error { return os.Symlink("program", link) },
		"another link": func(link string) error { return os.Symlink("other", link) },
		"a file":       func(link string) error { return os.WriteFile(link, []byte("old"), 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			link := filepath.Join(t.TempDir(), "kubectl")
			if err := prepare(link); err != nil {
				t.Fatal(err)
			}
			if err := linkTo("program", link); err != nil {
				t.Fatal(err)
			}
			if got, err := os.Readlink(link); err != nil || got != "program" {
				t.Errorf("links to %q, %v", got, err)
			}
		})
	}
}
