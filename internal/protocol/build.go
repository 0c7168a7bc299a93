package protocol

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

// BuildOf tells this build of the provider from every other of the same version, since two builds
// from source may see the same state differently. A build of a commit without changes is known
// by the commit, on every machine. Any other is known by its file's size and time.
func BuildOf(version string) string {
	info, _ := debug.ReadBuildInfo()
	if commit := commitOf(info); commit != "" {
		return version + " " + commit
	}
	return version + " " + fileOf(os.Executable())
}

// commitOf is the commit that a build was made of, empty where that isn't known, or where files
// were changed since.
func commitOf(info *debug.BuildInfo) string {
	if info == nil {
		return ""
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	if settings["vcs.modified"] != "false" {
		return ""
	}
	return settings["vcs.revision"]
}

// fileOf tells a file from another that was built in its place. One that can't be looked at is
// like no other.
func fileOf(path string, err error) string {
	if err == nil {
		var file os.FileInfo
		if file, err = os.Stat(path); err == nil {
			return fmt.Sprint(file.Size(), " ", file.ModTime().UnixNano())
		}
	}
	return fmt.Sprint(os.Getpid(), " ", time.Now().UnixNano())
}
