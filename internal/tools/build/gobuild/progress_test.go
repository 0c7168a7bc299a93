package gobuild

import (
	"slices"
	"testing"
)

func TestProgress(t *testing.T) {
	var progress progress
	for _, line := range []string{
		"go: downloading k8s.io/api v0.36.3",
		"go: downloading k8s.io/client-go v0.36.3",
		"internal/goarch",
		"k8s.io/api/core/v1",
		"gopkg.in/yaml.v3",
		"# k8s.io/api/core/v1",
		"../api/core/v1/types.go:12:5: undefined: x",
	} {
		progress.add(line)
	}

	if want := "3 packages compiled, 2 modules downloaded"; progress.String() != want {
		t.Errorf("got %q, want %q", progress, want)
	}
	if want := []string{"# k8s.io/api/core/v1", "../api/core/v1/types.go:12:5: undefined: x"}; !slices.Equal(progress.output, want) {
		t.Errorf("took %q for the compiler's words, want %q", progress.output, want)
	}
}

func TestProgress_saysNothingOfDownloadsWithoutAny(t *testing.T) {
	if got := (progress{packages: 7}).String(); got != "7 packages compiled" {
		t.Errorf("got %q", got)
	}
}
