package keycheck

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	// mostOfFile and mostOfAll limit what is parsed. People write less, and a plan must not wait
	// for generated files.
	mostOfFile = 1 << 20
	mostOfAll  = 8 << 20
)

// file may have blocks with the provider's types.
type file struct {
	path    string
	content []byte
	// overrides is set if it changes blocks of other files.
	overrides bool
}

// module is an entry of the manifest in which Terraform lists installed modules. Key is the path of
// the calls that lead to it, such as "network.subnets", and empty for the root module.
type module struct{ Key, Dir string }

// folders returns the folders of the root module and of installed modules that are still called.
// The manifest may be missing, and keeps modules that no file calls any more.
func folders(root, data string) []string {
	all, known := []string{root}, map[string]bool{filepath.Clean(root): true}
	manifest := struct{ Modules []module }{}
	content := read(filepath.Join(data, "modules", "modules.json"))
	if json.Unmarshal(content, &manifest) != nil {
		return all
	}
	byKey := map[string]string{"": root}
	// A module's key is longer than its caller's key.
	slices.SortStableFunc(manifest.Modules, func(a, b module) int { return len(a.Key) - len(b.Key) })
	for _, m := range manifest.Modules {
		caller, name := "", m.Key
		if dot := strings.LastIndex(m.Key, "."); dot >= 0 {
			caller, name = m.Key[:dot], m.Key[dot+1:]
		}
		from, called := byKey[caller]
		if m.Dir == "" || m.Key == "" || !called || !calls(from, name) {
			continue
		}
		folder := filepath.FromSlash(m.Dir)
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(root, folder)
		}
		folder = filepath.Clean(folder)
		byKey[m.Key] = folder
		if !known[folder] {
			known[folder] = true
			all = append(all, folder)
		}
	}
	return all
}

// calls reports whether a file in the folder calls a module with that name.
func calls(folder, name string) bool {
	block := regexp.MustCompile(`(?m)^\s*module\s+"?` + regexp.QuoteMeta(name) + `"?\s*\{`)
	inJSON := regexp.MustCompile(`"module"(?s:.*)"` + regexp.QuoteMeta(name) + `"\s*:`)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		if _, extension := cut(entry.Name()); extension == "" {
			continue
		}
		if content := read(filepath.Join(folder, entry.Name())); block.Match(content) || inJSON.Match(content) {
			return true
		}
	}
	return false
}

// files returns the files of a folder that mention the provider, within the limits. Override files
// come last.
func files(folder string, room *int) []file {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	names := map[string]bool{}
	for _, entry := range entries {
		names[entry.Name()] = true
	}
	var plain, overriding []file
	for _, entry := range entries {
		name := entry.Name()
		if !isRead(name, names) {
			continue
		}
		path := filepath.Join(folder, name)
		content := read(path)
		if !bytes.Contains(content, []byte("mar_")) || len(content) > *room {
			continue
		}
		*room -= len(content)
		if f := (file{path: path, content: content, overrides: isOverride(name)}); f.overrides {
			overriding = append(overriding, f)
		} else {
			plain = append(plain, f)
		}
	}
	return append(plain, overriding...)
}

// isRead reports whether Terraform or OpenTofu reads the file. If a folder has both x.tf and
// x.tofu, each of the two reads another file, so neither is certain.
func isRead(name string, all map[string]bool) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") {
		return false
	}
	stem, extension := cut(name)
	switch extension {
	case ".tf", ".tf.json":
		return !all[stem+strings.Replace(extension, ".tf", ".tofu", 1)]
	case ".tofu", ".tofu.json":
		return !all[stem+strings.Replace(extension, ".tofu", ".tf", 1)]
	}
	return extension != ""
}

func isOverride(name string) bool {
	stem, _ := cut(name)
	return stem == "override" || strings.HasSuffix(stem, "_override")
}

// cut splits the name of a configuration file. Any other file has an empty extension.
func cut(name string) (stem, extension string) {
	for _, extension := range []string{".tf", ".tf.json", ".tofu", ".tofu.json", ".tfquery.hcl", ".tfquery.json"} {
		if stem, found := strings.CutSuffix(name, extension); found {
			return stem, extension
		}
	}
	return name, ""
}

// read returns the content of a regular file without a byte order mark, or nothing.
func read(path string) []byte {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostOfFile {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
}
