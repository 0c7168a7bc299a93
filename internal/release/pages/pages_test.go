package pages_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/headgym/terraform-provider-mar/internal/release/pages"
)

const root = "../../.."

// all are the pages that people read, on GitHub and on the registries.
func all(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", ".dev", ".changes", "dist", "node_modules"}, entry.Name()) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 30 {
		t.Fatalf("only %d pages were found", len(names))
	}
	return names
}

func parse(t *testing.T, name string) pages.Page {
	t.Helper()
	source, err := fs.ReadFile(os.DirFS(root), name)
	if err != nil {
		t.Fatal(err)
	}
	return pages.Parse(source)
}

func TestPages_everyLinkLeadsSomewhere(t *testing.T) {
	site := pages.Site{Files: os.DirFS(root)}
	for _, name := range all(t) {
		for _, link := range parse(t, name).Links {
			if err := site.CheckLink(name, link); err != nil {
				t.Errorf("%s links to %s: %v", name, link, err)
			}
		}
	}
}

func TestPages_everyExampleParses(t *testing.T) {
	for _, name := range all(t) {
		for _, fence := range parse(t, name).Fences {
			if err := pages.CheckFence(t.Context(), fence); err != nil {
				t.Errorf("%s: %v\n%s", name, err, fence.Code)
			}
		}
	}
}

func TestCheckLink_findsTheBrokenOnes(t *testing.T) {
	site := pages.Site{Files: fstest.MapFS{
		"README.md":             {Data: []byte("# Top\n## A `b`, c: d_e?\n## Twice\n## Twice\n")},
		"docs/index.md":         {Data: []byte("---\ntitle: x\n---\n# Docs\n<a id=\"nestedblock--exec\"></a>\n### Nested\n")},
		"docs/guides/drift.md":  {Data: []byte("# Drift\n")},
		"examples/main/main.tf": {},
	}}
	for link, ok := range map[string]bool{
		"README.md docs/guides/drift.md":    true,
		"README.md examples/main":           true,
		"README.md examples/other":          false,
		"README.md #a-b-c-d_e":              true,
		"README.md #twice-1":                true,
		"README.md #twice-2":                false,
		"README.md https://example.com/x#y": true,
		"README.md http://example.com/":     false,
		"README.md /docs/index.md":          false,
		"README.md https://github.com/headgym/terraform-provider-mar/tree/main/examples":     true,
		"README.md https://github.com/headgym/terraform-provider-mar/tree/main/exampels":     false,
		"README.md https://github.com/headgym/terraform-provider-mar/blob/main/README.md#no": false,
		"README.md https://github.com/headgym/terraform-provider-mar/issues":                 true,
		"docs/index.md guides/drift":         true,
		"docs/index.md guides/drift.md":      false,
		"docs/index.md guides/drift#drift":   true,
		"docs/index.md guides/drift#none":    false,
		"docs/index.md #nestedblock--exec":   true,
		"docs/index.md ../README.md":         false,
		"docs/guides/drift.md ../index#docs": true,
	} {
		page, target, _ := strings.Cut(link, " ")
		if err := site.CheckLink(page, target); (err == nil) != ok {
			t.Errorf("%s to %s: got %v", page, target, err)
		}
	}
}

func TestCheckFence_findsTheBrokenOnes(t *testing.T) {
	for _, test := range []struct {
		language, code string
		ok             bool
	}{
		{"terraform", "resource \"mar_cluster\" \"dev\" {\n  name = \"dev\"\n}\n", true},
		{"terraform", "resource \"mar_cluster\" \"dev\" {\n  name = \n}\n", false},
		{"terraform", "resource \"mar_cluster\" \"dev\" {\n", false},
		{"shell", "make test && echo \"done\"\n", true},
		{"shell", "if true; then\n", false},
		{"console", "$ terraform plan\n<an answer that (is no command\n", true},
		{"console", "$ echo \"\n", false},
		{"json", `{"a": 1}`, true},
		{"json", `{a: 1}`, false},
		{"yaml", "a: 1\n---\nb: 2\n", true},
		{"yaml", "a: [1\n", false},
		{"text", "anything {", true},
		{"mermaid", "flowchart LR\n  subgraph a[\"A (b\"]\n    b --> c\n  end\n", true},
		{"mermaid", "flowchart LR\n  a[\"A --> b\n", false},
		{"mermaid", "flowchart LR\n  a[b --> c\n", false},
		{"mermaid", "flowchart LR\n  subgraph a\n", false},
		{"mermaid", "flowchart LR\n  end\n", false},
		{"mermaid", "a --> b\n", false},
		{"pyton", "", false},
		{"", "", false},
	} {
		if err := pages.CheckFence(t.Context(), pages.Fence{Language: test.language, Code: test.code}); (err == nil) != test.ok {
			t.Errorf("%s %q: got %v", test.language, test.code, err)
		}
	}
}
