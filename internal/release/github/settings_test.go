package github_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

func decode(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// TestDependabot_knowsEveryModule holds that no go.mod is forgotten.
func TestDependabot_knowsEveryModule(t *testing.T) {
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
		}
	}
	decode(t, filepath.Join(root, ".github", "dependabot.yml"), &config)
	var known []string
	for _, update := range config.Updates {
		if update.Ecosystem == "gomod" {
			known = append(known, update.Directories...)
			if update.Directory != "" {
				known = append(known, update.Directory)
			}
		}
	}
	var modules []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".dev", "testdata"}, entry.Name()):
			return fs.SkipDir
		case entry.Name() == "go.mod":
			modules = append(modules, path.Join("/", path.Dir(name)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(known)
	slices.Sort(modules)
	if !slices.Equal(known, modules) {
		t.Errorf("it knows %q, and there are %q", known, modules)
	}
}

type form struct {
	Name, Description string
	Labels            []string
	Body              []struct {
		Type, ID   string
		Attributes struct {
			Label, Description, Value, Render string
			Options                           []any
		}
		Validations struct{ Required bool }
	}
}

// TestIssueForms_areAsGitHubWantsThem holds what GitHub would otherwise only say by not showing the form:
// https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
func TestIssueForms_areAsGitHubWantsThem(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, ".github", "ISSUE_TEMPLATE", "*.yml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("there are %q: %v", files, err)
	}
	for _, file := range files {
		if filepath.Base(file) == "config.yml" {
			continue
		}
		var f form
		decode(t, file, &f)
		if f.Name == "" || f.Description == "" || len(f.Body) == 0 {
			t.Errorf("%s lacks a name, a description or a body", file)
		}
		var ids []string
		for _, element := range f.Body {
			a := element.Attributes
			switch element.Type {
			case "markdown":
				if a.Value == "" {
					t.Errorf("%s: a text is empty", file)
				}
				continue
			case "textarea", "input":
			case "dropdown", "checkboxes":
				if len(a.Options) == 0 {
					t.Errorf("%s: %s has no options", file, element.ID)
				}
			default:
				t.Errorf("%s: there is no element %q", file, element.Type)
			}
			if a.Label == "" || element.ID == "" || slices.Contains(ids, element.ID) {
				t.Errorf("%s: %q has no label, or no ID of its own", file, element.ID)
			}
			ids = append(ids, element.ID)
		}
	}
}

// TestBugForm_asksForWhatAMaintainerNeeds holds what can't be left out.
func TestBugForm_asksForWhatAMaintainerNeeds(t *testing.T) {
	var f form
	decode(t, filepath.Join(root, ".github", "ISSUE_TEMPLATE", "bug.yml"), &f)
	var required []string
	for _, element := range f.Body {
		if element.Validations.Required {
			required = append(required, element.ID)
		}
	}
	if want := []string{"versions", "kind", "configuration", "expected", "happened"}; !slices.Equal(required, want) {
		t.Errorf("it needs %q, not %q", required, want)
	}
}
