package rehearsal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
)

// standIn is the version under which the same code stands in for the release before, where there is none.
const standIn = "0.0.1"

// upgrade has the release before create something, and holds that the new one finds nothing to do about it, and that one
// can go back.
func upgrade(t *testing.T, s setting, cli cli, made release, kubeconfig string) {
	t.Helper()
	old := releaseBefore(t, s, made)
	// Both are of one key, as in a registry.
	renewed := newBroken(t, made)
	renewed.key, renewed.publicKey = old.key, old.publicKey
	renewed.sign(time.Now())
	server := serve(t, old.publicKey, ingest(t, old.dir, old.names.Version, old.publicKey), ingest(t, renewed.dir, made.version, old.publicKey))

	w := newWorkspace(t, cli, server, kubeconfig)
	w.declare(t, "upgrade")
	w.require(t, old.names.Version)
	w.must(t, "init")
	w.must(t, "apply", "-auto-approve")
	t.Cleanup(func() { w.must(t, "destroy", "-auto-approve") })

	w.require(t, made.version)
	w.must(t, "init", "-upgrade")
	w.must(t, "plan", "-detailed-exitcode", "-refresh=false")
	w.must(t, "plan", "-detailed-exitcode")
	w.must(t, "apply", "-auto-approve", "-refresh-only")

	w.require(t, old.names.Version)
	if printed := w.refused(t, "plan"); !strings.Contains(printed, "init") {
		t.Errorf("a plan with another version than the installed one doesn't say to init:\n%s", printed)
	}
	w.must(t, "init", "-upgrade")
	w.must(t, "plan", "-detailed-exitcode")

	w.require(t, made.version)
	w.must(t, "init", "-upgrade")
}

// releaseBefore builds the last release from its tag, for this platform: the highest tag below the new version. Before
// the first release the same code stands in for it.
func releaseBefore(t *testing.T, s setting, made release) *broken {
	t.Helper()
	old := &broken{t: t, dir: t.TempDir(), names: artifacts.Names{Version: standIn}}
	tag := "HEAD"
	if made.before != "" {
		tag, old.names.Version = made.before, strings.TrimPrefix(made.before, "v")
	}
	t.Logf("the release before is %s, as %s", tag, old.names.Version)

	source := filepath.Join(s.work, "before")
	if err := os.RemoveAll(source); err != nil {
		t.Fatal(err)
	}
	process{}.must(t, "git", "clone", "--quiet", made.source, source)
	process{dir: source}.must(t, "git", "checkout", "--quiet", tag)
	program := filepath.Join(t.TempDir(), "program")
	process{dir: source, env: []string{"CGO_ENABLED=0"}}.must(t, "go", "build", "-trimpath",
		"-ldflags", "-s -w -X main.version="+old.names.Version, "-o", program, ".")
	executable := old.names.Executable(here())
	pack(t, filepath.Join(old.dir, old.names.Zip(here())), executable, map[string]string{executable: read(t, program)})
	write(t, filepath.Join(old.dir, old.names.Manifest()), read(t, filepath.Join(source, "terraform-registry-manifest.json")))
	old.key, old.publicKey = newKey(t, time.Now().Add(-time.Hour), 0)
	old.list(old.names.Zip(here()), old.names.Manifest())
	old.sign(time.Now())
	return old
}
