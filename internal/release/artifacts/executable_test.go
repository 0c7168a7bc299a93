package artifacts_test

import (
	"os"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
)

// TestCheckExecutable_refusesAnotherPrograms looks at the test itself, which is a program of this platform alone.
func TestCheckExecutable_refusesAnotherPrograms(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fitting := 0
	for _, platform := range artifacts.Platforms() {
		_, err := artifacts.CheckExecutable(program, platform, "0.1.0", "8aad20d150bbac5944a9f9d289da16a4b0d87c1e")
		switch {
		case err == nil:
			t.Errorf("%s: it is taken for the provider", platform)
		case strings.Contains(err.Error(), "it says that it is"):
			fitting++
		case !strings.Contains(err.Error(), "its header isn't one for "+platform.String()):
			t.Errorf("%s: got %v", platform, err)
		}
	}
	if fitting > 1 {
		t.Errorf("its header fits %d platforms", fitting)
	}
	if _, err := artifacts.CheckExecutable([]byte("#!/bin/sh\n"), artifacts.Platforms()[0], "0.1.0", ""); err == nil {
		t.Error("a script is taken")
	}
}
