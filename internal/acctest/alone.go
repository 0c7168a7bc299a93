package acctest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest/processes"
)

// envAlone names the directory of the control plane that the process' only test has for
// itself.
const envAlone = "MAR_ACC_ALONE"

// Alone runs a test that changes the whole control plane, such as one that pauses its
// controllers, beside the other tests. A test calls it first:
//
//	if !acctest.Alone(t) {
//		return
//	}
//
// In the package's process it runs the test once more, in a process of its own, reports
// how that ended, and returns false. In the test's own process it returns true. The
// package's tests that call it share a second control plane, and run there one after the
// other.
func Alone(t *testing.T) bool {
	t.Helper()
	NeedsEmbedded(t)
	first := filepath.Dir(Kubeconfig(t))
	if os.Getenv(envAlone) != "" {
		return true
	}
	t.Parallel()
	release := lock(t, filepath.Join(first, "alone.lock"))
	defer release()
	dir := aloneDir(first)
	if err := startClusterIn(dir, nil); err != nil {
		t.Fatal(err)
	}
	runAlone(t, dir)
	return false
}

func aloneDir(first string) string { return filepath.Join(first, "alone") }

// runAlone runs the test, and no other, in a process that has the control plane in dir.
func runAlone(t *testing.T, dir string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-test.run=^" + t.Name() + "$", "-test.v", "-test.count=1"}
	if deadline, ok := t.Deadline(); ok {
		args = append(args, "-test.timeout="+time.Until(deadline).String())
	}
	command := exec.CommandContext(t.Context(), self, args...)
	command.Env = append(os.Environ(), envAlone+"="+dir)
	output, err := command.CombinedOutput()
	switch text := string(output); {
	case err != nil:
		t.Errorf("alone it ended with %v:\n%s", err, text)
	case strings.Contains(text, "--- SKIP: "+t.Name()+" "):
		t.Skipf("alone it was skipped:\n%s", text)
	case !strings.Contains(text, "--- PASS: "+t.Name()+" "):
		t.Errorf("alone it didn't run:\n%s", text)
	}
}

// lock blocks until nobody else holds the file's lock.
func lock(t *testing.T, path string) (release func()) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := processes.Lock(file); err != nil {
		t.Fatal(err)
	}
	return func() { _ = file.Close() }
}
