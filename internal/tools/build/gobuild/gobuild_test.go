package gobuild

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	build := moduleWith(t, `package main

var greeting string

func main() { print(greeting) }
`)
	build.LDFlags = "-X main.greeting=hello"

	var log bytes.Buffer
	if err := build.Run(t.Context(), &log); err != nil {
		t.Fatal(err)
	}

	output, err := exec.Command(build.Output).CombinedOutput()
	if err != nil || string(output) != "hello" {
		t.Errorf("the program says %q, %v", output, err)
	}
	for _, want := range []string{"program: because\n", "program: built in ", " packages compiled)\n"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %q in the log:\n%s", want, log.String())
		}
	}
}

func TestRun_aFailureHasTheCompilersWords(t *testing.T) {
	build := moduleWith(t, `package main

func main() { missing() }
`)

	err := build.Run(t.Context(), &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "main.go:3:15: undefined: missing") {
		t.Errorf("got %v", err)
	}
}

func TestRun_aGoThatIsTooOldSaysHowToGetAnother(t *testing.T) {
	build := moduleWith(t, "package main\n\nfunc main() {}\n")
	goMod := filepath.Join(build.Dir, "go.mod")
	if err := os.WriteFile(goMod, []byte("module program\n\ngo 1.999.0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOTOOLCHAIN", "local")

	err := build.Run(t.Context(), &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "With GOTOOLCHAIN=auto it fetches the one that is needed.") {
		t.Errorf("got %v", err)
	}
}

func moduleWith(t *testing.T, main string) Build {
	t.Helper()

	dir := t.TempDir()
	for name, content := range map[string]string{"go.mod": "module program\n\ngo 1.26\n", "main.go": main} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Build{Label: "program", Why: "because", Dir: dir, Package: ".", Output: filepath.Join(dir, "program")}
}
