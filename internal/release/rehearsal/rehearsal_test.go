package rehearsal_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

// A release is one that was built, whole, and may be installed.
type release struct {
	dist, version, commit string
	source                string // a checkout of it
	publicKey             string // armored
	before                string // the tag of the release before, or empty
}

// TestRehearsal goes through a release from the changelog to an upgrade of what it has made. Each stage needs the ones
// before it.
func TestRehearsal(t *testing.T) {
	s := readSetting(t)

	var made release
	ok := t.Run("build", func(t *testing.T) { made = obtain(t, s) }) &&
		t.Run("verify", func(t *testing.T) { verify(t, s, made) }) &&
		t.Run("incomplete", func(t *testing.T) { incomplete(t, made) })
	if ok && s.dist == "" {
		ok = t.Run("reproduce", func(t *testing.T) { reproduce(t, s, made) }) &&
			t.Run("vet", func(t *testing.T) { vet(t, s, made) })
	}
	if !ok || !t.Run("start", func(t *testing.T) { start(t, s, made) }) {
		t.FailNow()
	}
	for _, cli := range s.clis {
		t.Run("refuse/"+cli.name, func(t *testing.T) { refuse(t, cli, made) })
		t.Run("expired/"+cli.name, func(t *testing.T) { expiredSince(t, cli, made) })
	}
	kubeconfig := startCluster(t, s)
	for _, cli := range s.clis {
		t.Run("install/"+cli.name, func(t *testing.T) { install(t, s, cli, made, kubeconfig) })
		t.Run("upgrade/"+cli.name, func(t *testing.T) { upgrade(t, s, cli, made, kubeconfig) })
	}
}

// obtain builds the release, unless one was given.
func obtain(t *testing.T, s setting) release {
	t.Helper()
	if s.dist != "" {
		return release{
			dist: s.dist, version: s.version, commit: s.commit, source: s.root, publicKey: read(t, s.publicKey),
			before: newestBefore(tags(t, s.root), "v"+s.version),
		}
	}
	key, public := newKey(t, time.Now(), 0)
	checkout := prepare(t, s)
	t.Logf("%s at %s; the release before is %q", checkout.version, checkout.commit, checkout.before)
	first := build{checkout: checkout.clone(t, filepath.Join(s.work, "first")), platforms: s.platforms, key: armored(t, key), umask: "022"}
	dist := first.run(t, s)
	write(t, filepath.Join(s.work, "public.asc"), public)
	return release{
		dist: dist, version: checkout.version, commit: checkout.commit, source: checkout.dir, publicKey: public, before: checkout.before,
	}
}

// verify is what the release workflow does before it publishes.
func verify(t *testing.T, s setting, made release) {
	t.Helper()
	key, err := signing.ReadPublicKey(made.publicKey)
	if err != nil {
		t.Fatal(err)
	}
	files, err := artifacts.Release{
		Files:     os.DirFS(made.dist),
		Names:     artifacts.Names{Version: made.version},
		Commit:    made.commit,
		Key:       key,
		Platforms: s.platforms,
		Now:       time.Now(),
	}.Verify()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("to publish:\n%s", strings.Join(files, "\n"))
}

// reproduce builds again. What could make a difference differs: the folder, the time of day, the time zone, the umask
// and the language. All platforms take packages from the one build cache, for a package is compiled to the same bytes
// whenever it is compiled (https://go.dev/blog/rebuild), and to compile everything again takes an hour. That this holds
// for the provider is shown on one platform, with an empty cache.
func reproduce(t *testing.T, s setting, made release) {
	t.Helper()
	key, _ := newKey(t, time.Now(), 0)
	checkout := checkout{dir: made.source, version: made.version, commit: made.commit}
	elsewhere := []string{"TZ=Pacific/Auckland", "LC_ALL=C.UTF-8"}

	again := build{
		checkout:  checkout.clone(t, filepath.Join(s.work, "second", "in another folder")),
		platforms: s.platforms, key: armored(t, key), env: elsewhere, umask: "077",
	}
	compare(t, made.dist, again.run(t, s), ".zip", ".json", "_SHA256SUMS")

	cold := build{
		checkout:  checkout.clone(t, filepath.Join(s.work, "third")),
		platforms: []artifacts.Platform{here()}, key: armored(t, key), umask: "027",
		env: append(elsewhere, "GOCACHE="+t.TempDir()),
	}
	compare(t, made.dist, cold.run(t, s), ".zip", ".cdx.json")
}

// vet has "go vet" look at all packages and their tests, as they are compiled for the systems that nothing is started on
// here. On ARM that is version 6, which is what GoReleaser compiles for.
func vet(t *testing.T, s setting, made release) {
	t.Helper()
	for _, platform := range s.platforms {
		if platform.OS == here().OS {
			continue
		}
		there := process{dir: made.source, env: []string{"GOOS=" + platform.OS, "GOARCH=" + platform.Arch, "GOARM=6", "CGO_ENABLED=0"}}
		there.must(t, "go", "vet", "./...")
		t.Logf("%s: go vet finds nothing", platform)
	}
}

// start runs the program of each platform that this machine can run, and says of the others that it didn't.
func start(t *testing.T, s setting, made release) {
	t.Helper()
	names := artifacts.Names{Version: made.version}
	for _, platform := range s.platforms {
		dir := t.TempDir()
		unpack(t, filepath.Join(made.dist, names.Zip(platform)), dir)
		output, err := exec.CommandContext(t.Context(), filepath.Join(dir, names.Executable(platform)), "-version").Output()
		switch {
		case err == nil && platform.OS == here().OS:
			want := artifacts.Project + " " + made.version + " (" + made.commit[:12] + ", "
			if !strings.HasPrefix(string(output), want) {
				t.Errorf("%s: -version prints %q, not %q", platform, output, want)
			}
		case platform == here():
			t.Errorf("%s: %v", platform, err)
		default:
			t.Logf("%s can't be started here; its header was looked at", platform)
		}
	}
}
