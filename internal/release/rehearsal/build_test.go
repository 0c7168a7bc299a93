package rehearsal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"go.yaml.in/yaml/v3"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

const configuration = ".goreleaser.yml"

// A build is one run of GoReleaser.
type build struct {
	checkout  checkout
	platforms []artifacts.Platform
	key       string // armored, private
	env       []string
	umask     string
}

// run builds, and returns the folder with the release.
func (b build) run(t *testing.T, s setting) string {
	t.Helper()
	started := time.Now()
	arguments := []string{"release", "--clean", "--skip=announce,publish", "--timeout=3h"}
	if !slices.Equal(b.platforms, artifacts.Platforms()) {
		cut := b.checkout.dir + ".yml"
		write(t, cut, cutConfiguration(t, read(t, filepath.Join(b.checkout.dir, configuration)), b.platforms))
		arguments = append(arguments, "--config", cut)
	}
	goreleaser := process{dir: b.checkout.dir, env: append([]string{pathWith(s.bin), "RELEASE_SIGNING_KEY=" + b.key}, b.env...)}
	script := "umask " + b.umask + ` && exec goreleaser "$@"`
	log := goreleaser.must(t, "sh", append([]string{"-c", script, "sh"}, arguments...)...)
	write(t, b.checkout.dir+".log", log)
	if strings.Contains(log, "PRIVATE KEY") {
		t.Error("the log shows the private key")
	}
	t.Logf("built for %d platforms in %s", len(b.platforms), time.Since(started).Round(time.Second))
	return filepath.Join(b.checkout.dir, "dist")
}

// cutConfiguration is GoReleaser's configuration for fewer platforms.
func cutConfiguration(t *testing.T, text string, platforms []artifacts.Platform) string {
	t.Helper()
	var config map[string]any
	if err := yaml.Unmarshal([]byte(text), &config); err != nil {
		t.Fatal(err)
	}
	builds, _ := config["builds"].([]any)
	only, ok := builds[0].(map[string]any)
	if !ok || len(builds) != 1 {
		t.Fatalf("%s has another number of builds than one", configuration)
	}
	for _, key := range []string{"goos", "goarch", "ignore"} {
		delete(only, key)
	}
	var targets []string
	for _, platform := range platforms {
		targets = append(targets, platform.String())
	}
	only["targets"] = targets
	cut, err := yaml.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return string(cut)
}

// TestConfiguration_isForAllPlatforms holds that GoReleaser builds what a release has to have.
func TestConfiguration_isForAllPlatforms(t *testing.T) {
	var config struct {
		Builds []struct {
			Goos, Goarch []string
			Ignore       []struct{ Goos, Goarch string }
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join("../../..", configuration))), &config); err != nil {
		t.Fatal(err)
	}
	var got []artifacts.Platform
	for _, goos := range config.Builds[0].Goos {
		for _, goarch := range config.Builds[0].Goarch {
			if !slices.Contains(config.Builds[0].Ignore, struct{ Goos, Goarch string }{goos, goarch}) {
				got = append(got, artifacts.Platform{OS: goos, Arch: goarch})
			}
		}
	}
	if want := artifacts.Platforms(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// newKey returns a key for one rehearsal, and its public part.
func newKey(t *testing.T, created time.Time, lifetime time.Duration) (key *openpgp.Entity, public string) {
	t.Helper()
	key, err := signing.NewKey(signing.NewOptions{
		Name: "Rehearsal", Email: "rehearsal@example.com", Bits: 2048, Created: created, Lifetime: lifetime,
	})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := signing.WritePublicKey(&text, key); err != nil {
		t.Fatal(err)
	}
	return key, text.String()
}

func armored(t *testing.T, key *openpgp.Entity) string {
	t.Helper()
	var text bytes.Buffer
	if err := signing.WritePrivateKey(&text, key, ""); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// compare fails where a file of the second folder, of those of the release whose names end so, is another one in the
// first. GoReleaser's own notes, with the time of day, are no part of the release.
func compare(t *testing.T, first, second string, ends ...string) {
	t.Helper()
	compared := 0
	for _, path := range entries(t, second) {
		if !strings.HasPrefix(path, artifacts.Project+"_") || !slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(path, end) }) {
			continue
		}
		compared++
		if read(t, filepath.Join(first, path)) != read(t, filepath.Join(second, path)) {
			t.Errorf("%s differs from build to build", path)
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
	t.Logf("%d files are the same", compared)
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
