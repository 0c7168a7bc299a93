package rehearsal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

// startCluster starts the development cluster, which records its requests, and returns its kubeconfig.
func startCluster(t *testing.T, s setting) string {
	t.Helper()
	dir := filepath.Join(s.work, "cluster")
	fresh(t, dir)
	devcluster := filepath.Join(s.bin, "mar-devcluster")
	process{}.must(t, devcluster, "up", "--dir", dir, "--audit", "--timeout", "5m")
	t.Cleanup(func() { process{}.must(t, devcluster, "down", "--dir", dir) })
	return filepath.Join(dir, "kubeconfig")
}

// install goes the way of a user: init, a lock file for a team, a mirror for those without the internet, plan, apply.
func install(t *testing.T, s setting, cli cli, made release, kubeconfig string) {
	t.Helper()
	server := serve(t, made.publicKey, ingest(t, made.dist, made.version, made.publicKey))
	w := newWorkspace(t, cli, server, kubeconfig)
	w.require(t, made.version)
	w.declare(t, "rehearsal")

	printed := w.must(t, "init")
	key, err := signing.ReadPublicKey(made.publicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Installed headgym/mar v" + made.version, "key ID " + signing.KeyID(key)} {
		if !strings.Contains(printed, want) {
			t.Errorf("init doesn't say %q:\n%s", want, printed)
		}
	}
	platforms := lockable(s)
	lock(t, w, made, platforms)
	mirrored := mirror(t, w, made, platforms)
	initFromMirror(t, w, mirrored)

	w.must(t, "plan", "-out=plan")
	w.must(t, "apply", "plan")
	t.Cleanup(func() { w.must(t, "destroy", "-auto-approve") })
	w.must(t, "plan", "-detailed-exitcode")
	if printed := w.must(t, "version"); !strings.Contains(printed, "provider "+cli.registry+"/headgym/mar v"+made.version) {
		t.Errorf("it runs another provider:\n%s", printed)
	}
	userAgent(t, s, w, made)
}

// lockable are three platforms, of different systems where there are so many.
func lockable(s setting) []artifacts.Platform {
	platforms := []artifacts.Platform{here()}
	for _, platform := range s.platforms {
		if known := platforms[len(platforms)-1]; platform.OS != known.OS && platform.OS != here().OS && len(platforms) < 3 {
			platforms = append(platforms, platform)
		}
	}
	return platforms
}

func platformArguments(platforms []artifacts.Platform) []string {
	var arguments []string
	for _, platform := range platforms {
		arguments = append(arguments, "-platform="+platform.String())
	}
	return arguments
}

// lock has the lock file list the platforms, and looks for their hashes in it.
func lock(t *testing.T, w workspace, made release, platforms []artifacts.Platform) {
	t.Helper()
	w.must(t, append([]string{"providers", "lock"}, platformArguments(platforms)...)...)
	text := read(t, filepath.Join(w.dir, ".terraform.lock.hcl"))
	names := artifacts.Names{Version: made.version}
	for _, platform := range platforms {
		hash, err := dirhash.HashZip(filepath.Join(made.dist, names.Zip(platform)), dirhash.Hash1)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, `"`+hash+`"`) {
			t.Errorf("the lock file lacks the hash of %s, %s:\n%s", platform, hash, text)
		}
	}
	sums, err := artifacts.ParseSums([]byte(read(t, filepath.Join(made.dist, names.Sums()))))
	if err != nil {
		t.Fatal(err)
	}
	for name, digest := range sums {
		if !strings.Contains(text, `"zh:`+digest+`"`) {
			t.Errorf("the lock file lacks the digest of %s:\n%s", name, text)
		}
	}
}

// mirror returns a folder with the zips of the platforms, as "providers mirror" makes it.
func mirror(t *testing.T, w workspace, made release, platforms []artifacts.Platform) string {
	t.Helper()
	dir := filepath.Join(w.dir, "mirror")
	w.must(t, append(append([]string{"providers", "mirror"}, platformArguments(platforms)...), dir)...)
	names := artifacts.Names{Version: made.version}
	for _, platform := range platforms {
		mirrored := filepath.Join(dir, w.cli.registry, "headgym", "mar", names.Zip(platform))
		if read(t, mirrored) != read(t, filepath.Join(made.dist, names.Zip(platform))) {
			t.Errorf("the mirror has another %s", names.Zip(platform))
		}
	}
	return dir
}

// initFromMirror installs again, from the mirror alone, what the lock file says.
func initFromMirror(t *testing.T, w workspace, mirror string) {
	t.Helper()
	settings := filepath.Join(w.dir, "mirror.tfrc")
	write(t, settings, fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
	if err := os.RemoveAll(filepath.Join(w.dir, ".terraform")); err != nil {
		t.Fatal(err)
	}
	w.process.env = append(w.process.env, "TF_CLI_CONFIG_FILE="+settings)
	w.must(t, "init", "-lockfile=readonly")
}

// userAgent looks in the API server's log for how the provider has introduced itself.
func userAgent(t *testing.T, s setting, w workspace, made release) {
	t.Helper()
	log := read(t, filepath.Join(s.work, "cluster", "cluster", "logs", "audit.log"))
	want := fmt.Sprintf(`"userAgent":"%s/%s (%s/%s) Terraform/`, artifacts.Project, made.version, runtime.GOOS, runtime.GOARCH)
	if !strings.Contains(log, want) {
		t.Errorf("%s: no request has a %s", w.cli.name, want)
	}
}
