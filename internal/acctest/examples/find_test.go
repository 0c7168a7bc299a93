package examples_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../../../examples"

// kind says how an example is tried out.
type kind int

const (
	unknown kind = iota
	// whole is a folder that is a configuration of its own, instance one that is
	// about a kind of instance.
	whole
	instance
	// providerBlock is a file that configures the provider.
	providerBlock
	// resourceBlock is a file with resources, dataSourceBlock one with a data source.
	resourceBlock
	dataSourceBlock
	// functionCall is a file with calls of a function, and outputs of their results.
	functionCall
	// sized makes a cluster whose quota is computed from its instances.
	sized
	// importBlock and importCommand import what the folder's resource.tf makes.
	importBlock
	importCommand
	// listBlock is a query, actionBlock a file with an action, ephemeralBlock one
	// with an ephemeral resource.
	listBlock
	actionBlock
	ephemeralBlock
	// module is a folder with a module that has tests of its own, modular one with a
	// configuration that is made of such modules.
	module
	modular
	// manifest is a file of Kubernetes objects.
	manifest
	// elsewhere is applied by the tests of the package provider, whose API server takes
	// the tokens that it is about.
	elsewhere
)

// example is a file, or a folder where it is a configuration of its own; the
// path is within root.
type example struct {
	path string
	kind kind
}

func (e example) isFolder() bool {
	return slices.Contains([]kind{whole, instance, module, modular}, e.kind)
}

func kindOf(file string) kind {
	for _, c := range []struct {
		pattern string
		kind    kind
	}{
		{"provider/provider*.tf", providerBlock},
		{"resources/mar_*/resource*.tf", resourceBlock},
		{"guides/quota/sized.tf", sized},
		{"guides/*/*.tf", resourceBlock},
		{"guides/*/*.yaml", manifest},
		{"functions/*/function.tf", functionCall},
		{"resources/mar_*/import-by-*.tf", importBlock},
		{"resources/mar_*/import.sh", importCommand},
		{"data-sources/mar_*/data-source*.tf", dataSourceBlock},
		{"list-resources/mar_*/list-resource*.tfquery.hcl", listBlock},
		{"actions/mar_*/action*.tf", actionBlock},
		{"ephemeral-resources/mar_*/ephemeral-resource*.tf", ephemeralBlock},
		{"instances/*/*.tf", instance},
		{"modules/*/*.tf", module},
		{"modules/*/*.tofu", module},
		{"modules/*/README.md", module},
		{"modules/*/tests/*.tftest.hcl", module},
		{"modules/*/tests/*/*.tf", module},
		{"environments/*.tf", modular},
		{"hcp_terraform*/*.tf", elsewhere},
		{"*/*.tf", whole},
	} {
		if match, err := path.Match(c.pattern, file); err == nil && match {
			return c.kind
		}
	}
	return unknown
}

// find returns all examples. It fails on a file that none of the tests would
// look at.
func find(t *testing.T) []example {
	t.Helper()
	var found []example
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), ".terraform") {
				return fs.SkipDir
			}
			return nil
		}
		e := example{file, kindOf(file)}
		if e.kind == unknown {
			t.Errorf("examples/%s: no test applies it", file)
			return nil
		}
		switch {
		case e.kind == module:
			e.path = strings.Join(strings.SplitN(file, "/", 3)[:2], "/")
		case e.isFolder():
			e.path = path.Dir(file)
		}
		if e.kind != elsewhere && !slices.Contains(found, e) {
			found = append(found, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestExamples_allAreTried(t *testing.T) {
	seen := map[kind]bool{}
	for _, e := range find(t) {
		seen[e.kind] = true
	}
	for _, k := range []kind{whole, instance, providerBlock, resourceBlock, dataSourceBlock, importBlock, importCommand, listBlock, actionBlock, ephemeralBlock, module, modular, manifest, functionCall, sized} {
		if !seen[k] {
			t.Errorf("there is no example of kind %d", k)
		}
	}
}

func TestExamples_everyTypeHasAPage(t *testing.T) {
	for _, folder := range []string{"resources", "data-sources", "list-resources", "actions", "ephemeral-resources"} {
		types, err := os.ReadDir(path.Join(root, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range types {
			page := path.Join(root, "../templates", folder, strings.TrimPrefix(entry.Name(), "mar_")+".md.tmpl")
			if _, err := os.Stat(page); err != nil {
				t.Errorf("examples/%s/%s: %v", folder, entry.Name(), err)
			}
		}
	}
}

func TestExamples_areShownInAGuide(t *testing.T) {
	guides := path.Join(root, "../templates/guides")
	pages, err := os.ReadDir(guides)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, page := range pages {
		text, err := os.ReadFile(path.Join(guides, page.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, e := range find(t) {
		if (e.kind == instance || strings.HasPrefix(e.path, "guides/")) && !strings.Contains(all.String(), "examples/"+e.path) {
			t.Errorf("examples/%s is in no guide", e.path)
		}
	}
}

// Examples are copied, so they must run with whatever version is the newest.
func TestExamples_nameNoProviderVersion(t *testing.T) {
	constraint := regexp.MustCompile(`(?m)^\s*version\s*=`)
	for _, e := range find(t) {
		for file, text := range read(t, e) {
			if constraint.MatchString(text) {
				t.Errorf("examples/%s: %s constrains the provider's version", e.path, file)
			}
		}
	}
}

// read returns an example's files by name, and where it is a folder by their path
// in it.
func read(t *testing.T, e example) map[string]string {
	t.Helper()
	if !e.isFolder() {
		return map[string]string{path.Base(e.path): readFile(t, e.path)}
	}
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), e.path, func(file string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(entry.Name(), ".terraform") && entry.IsDir() {
			return fs.SkipDir
		}
		if err == nil && kindOf(file) == e.kind {
			files[strings.TrimPrefix(file, e.path+"/")] = readFile(t, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(path.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
