package rehearsal_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/semver"
)

// A checkout is a clone of what is committed, with the release's tag.
type checkout struct {
	dir             string
	version, commit string
	// before is the tag of the last release before it, or empty.
	before string
}

// prepare clones the repository and makes of it what will be tagged, as CONTRIBUTING.md says: the fragments become a
// version, the version goes into the changelog. A commit that has a tag already is taken as it is.
func prepare(t *testing.T, s setting) checkout {
	t.Helper()
	dir := filepath.Join(s.work, "repository")
	fresh(t, s.work)
	process{}.must(t, "git", "clone", "--quiet", "--no-hardlinks", s.root, dir)
	if dirty := (process{dir: s.root}).must(t, "git", "status", "--porcelain"); dirty != "" {
		t.Logf("what isn't committed isn't rehearsed:\n%s", dirty)
	}

	git := process{dir: dir}
	tag, err := git.run(t, "git", "describe", "--exact-match", "--tags", "--match", "v*", "HEAD")
	if tag = strings.TrimSpace(tag); err != nil {
		tag = gather(t, s, dir)
	}
	return checkout{
		dir:     dir,
		version: strings.TrimPrefix(tag, "v"),
		commit:  strings.TrimSpace(git.must(t, "git", "rev-parse", "HEAD")),
		before:  newestBefore(tags(t, dir), tag),
	}
}

// gather writes the changelog, commits that, and tags the commit.
func gather(t *testing.T, s setting, dir string) string {
	t.Helper()
	git := process{dir: dir}
	date := strings.TrimSpace(git.must(t, "git", "log", "-1", "--format=%cI"))
	git.env = []string{
		"GIT_AUTHOR_DATE=" + date, "GIT_COMMITTER_DATE=" + date,
		"GIT_AUTHOR_NAME=rehearsal", "GIT_AUTHOR_EMAIL=rehearsal@example.com",
		"GIT_COMMITTER_NAME=rehearsal", "GIT_COMMITTER_EMAIL=rehearsal@example.com",
	}
	changie := filepath.Join(s.bin, "changie")
	git.must(t, changie, "batch", "auto")
	git.must(t, changie, "merge")
	tag := strings.TrimSpace(git.must(t, changie, "latest"))
	git.must(t, "git", "add", "--all")
	git.must(t, "git", "commit", "--quiet", "--message", "Release "+tag)
	git.must(t, "git", "tag", tag)
	return tag
}

// tags are those of versions on the way to the checkout's commit.
func tags(t *testing.T, dir string) []string {
	t.Helper()
	return strings.Fields(process{dir: dir}.must(t, "git", "tag", "--list", "v*", "--merged", "HEAD"))
}

// newestBefore returns the highest of the tags that is lower than the tag. Those before 1.0.0 count, prereleases don't.
func newestBefore(tags []string, tag string) string {
	newest := ""
	for _, candidate := range tags {
		if semver.Prerelease(candidate) == "" && semver.Compare(candidate, tag) < 0 && semver.Compare(candidate, newest) > 0 {
			newest = candidate
		}
	}
	return newest
}

func TestNewestBefore_isTheLastRelease(t *testing.T) {
	for name, test := range map[string]struct {
		tags []string
		want string
	}{
		"no release yet":  {[]string{"v0.1.0"}, ""},
		"one":             {[]string{"v0.0.9", "v0.1.0"}, "v0.0.9"},
		"by number":       {[]string{"v0.0.9", "v0.0.10", "v0.1.0"}, "v0.0.10"},
		"a prerelease":    {[]string{"v0.0.9", "v0.1.0-rc.1", "v0.1.0"}, "v0.0.9"},
		"a later one":     {[]string{"v0.0.9", "v0.1.0", "v0.2.0"}, "v0.0.9"},
		"something else":  {[]string{"vendor", "v0.0.9", "v0.1.0"}, "v0.0.9"},
		"none altogether": {nil, ""},
	} {
		if got := newestBefore(slices.Clone(test.tags), "v0.1.0"); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// clone returns a second checkout of the same commit and tag elsewhere.
func (c checkout) clone(t *testing.T, dir string) checkout {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	process{}.must(t, "git", "clone", "--quiet", "--no-hardlinks", c.dir, dir)
	c.dir = dir
	return c
}
