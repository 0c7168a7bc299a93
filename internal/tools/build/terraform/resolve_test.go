package terraform

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestResolve_takesTheOneInTheEnvironment(t *testing.T) {
	program := fakeTerraform(t, `{"terraform_version": "1.15.2"}`)
	t.Setenv("MAR_TERRAFORM", program)
	t.Setenv("PATH", filepath.Dir(fakeTerraform(t, `{"terraform_version": "1.16.0"}`))+string(os.PathListSeparator)+os.Getenv("PATH"))

	got, err := Resolve(t.Context(), t.TempDir(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if got != program {
		t.Errorf("got %s, want %s", got, program)
	}
}

func TestResolve_refusesTheOneInTheEnvironment(t *testing.T) {
	for name, test := range map[string]struct{ program, want string }{
		"that isn't there": {filepath.Join(t.TempDir(), "terraform"), "no such file"},
		"that is relative": {"bin/terraform", "absolute path"},
		"that is too old":  {fakeTerraform(t, `{"terraform_version": "1.13.5"}`), "is 1.13.5, and 1.14.0 or later is needed"},
		"that is a beta":   {fakeTerraform(t, `{"terraform_version": "1.14.0-beta1"}`), "1.14.0 or later is needed"},
		"that is no Terraform": {
			fakeTerraform(t, "hello"), "doesn't tell its version",
		},
		"that tells no version": {fakeTerraform(t, "{}"), "no terraform_version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("MAR_TERRAFORM", test.program)

			_, err := Resolve(t.Context(), t.TempDir(), t.Output())
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "MAR_TERRAFORM") {
				t.Errorf("got %v, want an error with %q that names MAR_TERRAFORM", err, test.want)
			}
		})
	}
}

func TestResolve_takesTheOneOnPath(t *testing.T) {
	program := fakeTerraform(t, `{"terraform_version": "1.14.0"}`)
	t.Setenv("MAR_TERRAFORM", "")
	t.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))

	got, err := Resolve(t.Context(), t.TempDir(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if got != program {
		t.Errorf("got %s, want %s", got, program)
	}
}

func TestBuildVersion_refusesWhatIsNoVersion(t *testing.T) {
	for name, build := range map[string]func(context.Context, string, string, io.Writer) (string, error){"Terraform": BuildVersion, "OpenTofu": BuildOpenTofu} {
		_, err := build(t.Context(), t.TempDir(), "latest", t.Output())
		if err == nil || !strings.Contains(err.Error(), `"latest" is no version`) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// fakeTerraform is a program that answers anything with the text.
func fakeTerraform(t *testing.T, answer string) string {
	t.Helper()

	program := filepath.Join(t.TempDir(), "terraform")
	script := "#!/bin/sh\ncat <<'END'\n" + answer + "\nEND\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return program
}
