package rehearsal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
	"github.com/headgym/terraform-provider-mar/internal/release/provenance"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

// incomplete holds that a release with something wrong isn't published, though everything is signed.
func incomplete(t *testing.T, made release) {
	t.Helper()
	for name, test := range map[string]struct {
		damage func(c *candidate)
		want   string
	}{
		"nothing":                     {func(*candidate) {}, ""},
		"the manifest is missing":     {func(c *candidate) { c.remove(c.names.Manifest()) }, "_manifest.json"},
		"the SBOM is missing":         {func(c *candidate) { c.remove(c.names.SBOM(here())) }, ".cdx.json"},
		"the SBOM lacks a module":     {func(c *candidate) { c.replace(c.names.SBOM(here()), `"k8s.io/api"`, `"k8s.io/abi"`) }, "lacks k8s.io/api "},
		"the provenance is missing":   {func(c *candidate) { c.bare = true }, "lists"},
		"the provenance is another's": {func(c *candidate) { c.commit = strings.Repeat("0", 40) }, "it is about the commit 000"},
		"the protocol is another":     {func(c *candidate) { c.replace(c.names.Manifest(), `"6.0"`, `"5.0"`) }, "says that the provider speaks"},
		"the zip is another's":        {func(c *candidate) { c.zip(artifacts.Changelog, "# Changelog\n") }, "CHANGELOG.md has no section of"},
		"a licence is missing":        {func(c *candidate) { c.zip(artifacts.ThirdPartyLicense, "none\n") }, "lacks the licence of"},
		"the program is a script":     {func(c *candidate) { c.zip(c.names.Executable(here()), "#!/bin/sh\n") }, "its header isn't one for"},
		"a file is too many":          {func(c *candidate) { c.zip("notes.txt", "x") }, "it holds"},
		"the key has expired":         {func(c *candidate) { c.later = 48 * time.Hour }, "key expired"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			c := newCandidate(t, made)
			test.damage(c)
			err := c.verify(made.commit)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// A candidate is a whole release for this platform, to be damaged before it is described and signed.
type candidate struct {
	broken
	commit string
	bare   bool          // without a provenance statement
	later  time.Duration // when it is verified
}

func newCandidate(t *testing.T, made release) *candidate {
	t.Helper()
	c := &candidate{
		broken: broken{t: t, dir: t.TempDir(), names: artifacts.Names{Version: made.version}},
		commit: made.commit,
	}
	c.key, c.publicKey = newKey(t, time.Now().Add(-time.Hour), 24*time.Hour)
	for _, name := range []string{c.names.Zip(here()), c.names.Manifest(), c.names.SBOM(here())} {
		write(t, filepath.Join(c.dir, name), read(t, filepath.Join(made.dist, name)))
	}
	return c
}

func (c *candidate) remove(name string) {
	c.t.Helper()
	if err := os.Remove(filepath.Join(c.dir, name)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *candidate) replace(name, from, to string) {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	text := read(c.t, path)
	if !strings.Contains(text, from) {
		c.t.Fatalf("%s has no %s", name, from)
	}
	write(c.t, path, strings.ReplaceAll(text, from, to))
}

// zip has another file in the zip, of that content.
func (c *candidate) zip(name, content string) {
	c.t.Helper()
	path := filepath.Join(c.dir, c.names.Zip(here()))
	files := map[string]string{}
	for _, known := range []string{artifacts.Changelog, artifacts.License, artifacts.ThirdPartyLicense, c.names.Executable(here())} {
		files[known] = unzip(c.t, path, known)
	}
	files[name] = content
	pack(c.t, path, c.names.Executable(here()), files)
}

// verify describes the release, signs it, and verifies it.
func (c *candidate) verify(commit string) error {
	c.t.Helper()
	listed := []string{c.names.Zip(here())}
	if _, err := os.Stat(filepath.Join(c.dir, c.names.Manifest())); err == nil {
		listed = append(listed, c.names.Manifest())
	}
	if !c.bare {
		c.describe()
		listed = append(listed, c.names.Provenance())
	}
	c.list(listed...)
	c.sign(time.Now())
	key, err := signing.ReadPublicKey(c.publicKey)
	if err != nil {
		c.t.Fatal(err)
	}
	_, err = artifacts.Release{
		Files: os.DirFS(c.dir), Names: c.names, Commit: commit, Key: key, Platforms: []artifacts.Platform{here()}, Now: time.Now().Add(c.later),
	}.Verify()
	return err
}

func (c *candidate) describe() {
	c.t.Helper()
	files, err := provenance.Subjects(os.DirFS(c.dir), "*.zip")
	if err != nil {
		c.t.Fatal(err)
	}
	if sboms, err := provenance.Subjects(os.DirFS(c.dir), "*.cdx.json"); err == nil {
		files = append(files, sboms...)
	}
	var text bytes.Buffer
	if err := provenance.New(provenance.Build{Tag: "v" + c.names.Version, Commit: c.commit}, files).Write(&text); err != nil {
		c.t.Fatal(err)
	}
	write(c.t, filepath.Join(c.dir, c.names.Provenance()), text.String())
}
