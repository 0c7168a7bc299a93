package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKey_Tree(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sum := func() string {
		t.Helper()
		key := NewKey()
		key.Tree(dir, func(path string) bool { return !strings.HasSuffix(path, "_test.go") })
		return sumOf(t, key)
	}
	write("main.go", "package main")
	write("stages/pod.yaml", "kind: Stage")
	first := sum()

	if sum() != first {
		t.Error("the same tree has two keys")
	}
	write("main_test.go", "package main")
	if sum() != first {
		t.Error("a file that isn't kept changes the key")
	}
	write("stages/pod.yaml", "kind: Steak")
	changed := sum()
	if changed == first {
		t.Error("a changed file doesn't change the key")
	}
	if err := os.Rename(filepath.Join(dir, "stages/pod.yaml"), filepath.Join(dir, "stages/node.yaml")); err != nil {
		t.Fatal(err)
	}
	if sum() == changed {
		t.Error("a renamed file doesn't change the key")
	}
}

func TestKey_partsDontRunTogether(t *testing.T) {
	one, other := NewKey(), NewKey()
	one.Text("ab", "c")
	other.Text("a", "bc")

	if sumOf(t, one) == sumOf(t, other) {
		t.Error(`"ab", "c" has the key of "a", "bc"`)
	}
}

func TestKey_Sum_tellsWhatCouldNotBeRead(t *testing.T) {
	key := NewKey()
	key.File(filepath.Join(t.TempDir(), "go.mod"))
	key.Text("more")

	_, err := key.Sum()
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func sumOf(t *testing.T, key *Key) string {
	t.Helper()
	sum, err := key.Sum()
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
