package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionLine says which provider this is: its version, the commit that it was built from if that is known, and what
// for. A bug report asks for it.
func versionLine() string {
	return describe(version, revision())
}

func describe(version, revision string) string {
	const length = 12 // as short as git shows one, and still unique
	built := fmt.Sprintf("%s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if len(revision) >= length {
		built = revision[:length] + ", " + built
	}
	return fmt.Sprintf("terraform-provider-mar %s (%s)", version, built)
}

// revision is the commit that Go has noted in the program, or empty.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return ""
}
