package protocol

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"
)

// Two builds from source have one version, and are told apart all the same.
func TestBuild_isToldFromOthersOfItsVersion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "provider")
	build := func(content string, at time.Time) string {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		return fileOf(path, nil)
	}
	now := time.Now()
	first := build("a", now)
	if build("a", now) != first {
		t.Error("a build isn't itself")
	}
	if build("b", now.Add(time.Second)) == first || build("aa", now) == first {
		t.Error("another build of the same version is taken for the first")
	}
	unknown := errors.New("no executable")
	if one, other := fileOf("", unknown), fileOf("", unknown); one == other {
		t.Error("a build that can't be known is taken for another")
	}
	if one, again := BuildOf("dev"), BuildOf("dev"); one != again || one == BuildOf("1.0.0") {
		t.Error("a build isn't itself, or is of another version")
	}
}

// A release is the same on every machine, by its commit. Of a tree with changes the commit says too little.
func TestBuild_isKnownByItsCommit(t *testing.T) {
	t.Parallel()
	info := func(modified string) *debug.BuildInfo {
		return &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: modified}}}
	}
	for name, c := range map[string]struct {
		info *debug.BuildInfo
		want string
	}{
		"clean": {info("false"), "abc"}, "changed": {info("true"), ""}, "no repository": {&debug.BuildInfo{}, ""}, "nothing known": {nil, ""},
	} {
		if got := commitOf(c.info); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
