package terraform

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// patchGoMod takes out of Terraform's go.mod the modules that it replaces by folders of its own repository:
// a published module holds no other modules, so those folders aren't there. With them goes a setting of
// older versions that Go no longer knows, and refuses.
func patchGoMod(goMod []byte) ([]byte, error) {
	file, err := modfile.Parse("go.mod", goMod, nil)
	if err != nil {
		return nil, err
	}
	for _, replace := range slices.Clone(file.Replace) {
		if !modfile.IsDirectoryPath(replace.New.Path) {
			continue
		}
		nested := replace.Old // dropping empties the statement itself
		if err := file.DropReplace(nested.Path, nested.Version); err != nil {
			return nil, err
		}
		if err := file.DropRequire(nested.Path); err != nil {
			return nil, err
		}
	}
	if err := file.DropGodebug("tlskyber"); err != nil {
		return nil, err
	}
	file.Cleanup()
	return file.Format()
}

// dropCloudBackends takes the backends that keep state in somebody's cloud out of the file that lists
// all of them: since Terraform 1.9 they are modules of their own, and before that they pull in every
// cloud's SDK. The tests need local state only.
func dropCloudBackends(initGo []byte) ([]byte, error) {
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, "init.go", initGo, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}

	dropped := make(map[int]bool) // line numbers
	names := make(map[string]bool)
	for _, spec := range file.Imports {
		if name, ok := cloudBackend(spec); ok {
			names[name] = true
			dropLines(dropped, positions, spec)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		entry, ok := node.(*ast.KeyValueExpr)
		if ok && mentions(entry, names) {
			dropLines(dropped, positions, entry)
			return false
		}
		return true
	})
	return withoutLines(initGo, dropped), nil
}

// cloudBackend says under which name such a backend is imported, if the import is one.
func cloudBackend(spec *ast.ImportSpec) (string, bool) {
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil || !strings.HasSuffix(path.Dir(imported), "/internal/backend/remote-state") {
		return "", false
	}
	switch name := path.Base(imported); {
	case name == "http" || name == "inmem":
		return "", false
	case spec.Name != nil:
		return spec.Name.Name, true
	default:
		return name, true
	}
}

func mentions(node ast.Node, packages map[string]bool) bool {
	found := false
	ast.Inspect(node, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if pkg, ok := selector.X.(*ast.Ident); ok && packages[pkg.Name] {
				found = true
			}
		}
		return !found
	})
	return found
}

func dropLines(dropped map[int]bool, positions *token.FileSet, node ast.Node) {
	for line := positions.Position(node.Pos()).Line; line <= positions.Position(node.End()).Line; line++ {
		dropped[line] = true
	}
}

func withoutLines(source []byte, dropped map[int]bool) []byte {
	var kept bytes.Buffer
	number := 0
	for line := range bytes.Lines(source) {
		number++
		if !dropped[number] {
			kept.Write(line)
		}
	}
	return kept.Bytes()
}
