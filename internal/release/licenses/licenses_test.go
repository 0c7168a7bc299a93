package licenses_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/release/licenses"
)

func TestWrite_hasTheTextsOfAllFolders(t *testing.T) {
	first, second := module(t, "example.com/first"), module(t, "example.com/second")
	taken := filepath.Join(first.Folders[0], "third_party", "taken")
	put(t, filepath.Join(taken, "LICENSE"), license(t))
	put(t, filepath.Join(first.Folders[0], "NOTICE"), "This has parts of another work, which is under the GPL-3.0.")
	put(t, filepath.Join(first.Folders[0], "licenses.go"), "package licenses")
	first.Folders = append(first.Folders, taken)

	var text strings.Builder
	if err := licenses.Write(&text, []licenses.Module{first, second}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nexample.com/first v1.0.0: BSD-3-Clause\nexample.com/second v1.0.0: BSD-3-Clause\n",
		"\nexample.com/first v1.0.0, LICENSE\nexample.com/first v1.0.0, third_party/taken/LICENSE\nexample.com/second v1.0.0, LICENSE\n\n",
		"\nexample.com/first v1.0.0, NOTICE\n\nThis has parts",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q isn't in it:\n%s", want, text.String())
		}
	}
	if strings.Contains(text.String(), "licenses.go") {
		t.Error("code is taken for a licence")
	}
	if n := strings.Count(text.String(), "Redistribution and use in source"); n != 1 {
		t.Errorf("the same text is in it %d times", n)
	}
}

func TestWrite_refuses(t *testing.T) {
	for name, test := range map[string]struct{ license, want string }{
		"no licence":      {"", "no licence that is recognized"},
		"a licence's end": {"All rights reserved.", "no licence that is recognized"},
		"another licence": {"Licensed under the GNU Affero General Public License v3.0, see https://www.gnu.org/licenses/agpl-3.0.html", "AGPL"},
	} {
		t.Run(name, func(t *testing.T) {
			strange := module(t, "example.com/strange")
			put(t, filepath.Join(strange.Folders[0], "LICENSE"), test.license)
			err := licenses.Write(&strings.Builder{}, []licenses.Module{strange})
			if err == nil || !strings.Contains(err.Error(), "example.com/strange v1.0.0") {
				t.Errorf("got %v, want an error that names the module", err)
			}
		})
	}
}

// TestLinked_isWhatIsLinked is about this module itself.
func TestLinked_isWhatIsLinked(t *testing.T) {
	modules, err := licenses.Linked(t.Context(), "..", []string{"linux", "windows"})
	if err != nil {
		t.Fatal(err)
	}
	if modules[0].Path != "go" || modules[0].Version != runtime.Version() {
		t.Errorf("the first is %v, not Go", modules[0])
	}
	paths := map[string]licenses.Module{}
	for _, module := range modules {
		paths[module.Path] = module
	}
	if crypto := paths["github.com/ProtonMail/go-crypto"]; len(crypto.Folders) < 2 || crypto.Version == "" {
		t.Errorf("it is linked in parts, and known as %v", crypto)
	}
	if own, ok := paths["github.com/headgym/terraform-provider-mar/internal/release"]; ok {
		t.Errorf("its own code is listed: %v", own)
	}
	var text strings.Builder
	if err := licenses.Write(&text, modules); err != nil {
		t.Error(err)
	}
}

// TestWrite_takesWhatIsShipped holds that each licence of what the provider is linked from is one that may be.
func TestWrite_takesWhatIsShipped(t *testing.T) {
	modules, err := licenses.Linked(t.Context(), "../../..", []string{"linux", "windows"})
	if err != nil {
		t.Fatal(err)
	}
	if err := licenses.Write(&strings.Builder{}, modules); err != nil {
		t.Error(err)
	}
}

// module is one with a licence of Go's.
func module(t *testing.T, path string) licenses.Module {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "module")
	put(t, filepath.Join(folder, "LICENSE"), license(t))
	return licenses.Module{Path: path, Version: "v1.0.0", Folders: []string{folder}}
}

func license(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "BSD-3-Clause.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
