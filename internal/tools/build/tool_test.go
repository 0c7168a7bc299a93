package main

import "testing"

func TestProgramName_isWithoutAMajorVersion(t *testing.T) {
	for pkg, want := range map[string]string{
		"github.com/goreleaser/goreleaser/v2":                    "goreleaser",
		"github.com/golangci/golangci-lint/v2/cmd/golangci-lint": "golangci-lint",
		"github.com/miniscruff/changie":                          "changie",
	} {
		if got := programName(pkg); got != want {
			t.Errorf("%s: got %q, want %q", pkg, got, want)
		}
	}
}
