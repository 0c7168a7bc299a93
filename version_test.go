package main

import (
	"fmt"
	"runtime"
	"testing"
)

func TestVersionLine_saysVersionCommitAndPlatform(t *testing.T) {
	built := fmt.Sprintf("%s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for name, test := range map[string]struct{ version, revision, want string }{
		"a release":                {"0.1.0", "8aad20d150bbac5944a9f9d289da16a4b0d87c1e", "terraform-provider-mar 0.1.0 (8aad20d150bb, " + built + ")"},
		"a build without a commit": {"dev", "", "terraform-provider-mar dev (" + built + ")"},
	} {
		if got := describe(test.version, test.revision); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
