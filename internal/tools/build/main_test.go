package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun_refusesWhatIsNoTarget(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"none":    {nil, "name what to build: devcluster, terraform"},
		"unknown": {[]string{"kubelet"}, `there is no target "kubelet"; there are: devcluster, terraform`},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			err := run(t.Context(), test.arguments, &stdout, &stderr)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			if stdout.Len() > 0 {
				t.Errorf("printed %q where only paths belong", stdout.String())
			}
		})
	}
}

func TestFindRoot(t *testing.T) {
	root := t.TempDir()
	tools := filepath.Join(root, "internal", "tools")
	below := filepath.Join(tools, "build", "cache")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := findRoot(below); err == nil || !strings.Contains(err.Error(), below) {
		t.Errorf("outside of a checkout: got %v, want an error that names the folder", err)
	}

	if err := os.WriteFile(filepath.Join(tools, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, tools, below} {
		if got, err := findRoot(dir); err != nil || got != root {
			t.Errorf("from %s: got %q, %v, want %q", dir, got, err, root)
		}
	}
}
