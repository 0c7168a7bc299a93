package robustness_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// built is the provider, built once for all tests.
type built struct {
	once sync.Once
	path string
	err  error
}

var theProvider built

func (b *built) remove() {
	if b.path != "" {
		_ = os.RemoveAll(filepath.Dir(b.path))
	}
}

// provider is the path of the provider under test.
func provider(tb testing.TB) string {
	tb.Helper()
	theProvider.once.Do(func() {
		dir, err := os.MkdirTemp("", "mar-provider-") //nolint:usetesting // it outlives the test that is first to need it
		if err != nil {
			theProvider.err = err
			return
		}
		theProvider.path = filepath.Join(dir, "terraform-provider-mar")
		theProvider.err = build(theProvider.path, nil)
	})
	if theProvider.err != nil {
		tb.Fatal(theProvider.err)
	}
	return theProvider.path
}

// build builds the provider, with further environment variables and arguments.
func build(path string, env []string, args ...string) error {
	args = append(append([]string{"build", "-ldflags", "-s -w -X main.version=0.0.1", "-o", path}, args...), "github.com/headgym/terraform-provider-mar")
	command := exec.Command("go", args...)
	command.Env = append(os.Environ(), env...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build the provider: %w: %s", err, output)
	}
	return nil
}
