package keycheck

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

const (
	// mostOfFile and mostOfAll bound what is parsed: people write less, and a plan mustn't
	// wait for what a generator has written.
	mostOfFile = 1 << 20
	mostOfAll  = 8 << 20
)

// file is one that may have blocks of the provider's types.
type file struct {
	path    string
	content []byte
	// overrides is whether it changes blocks of other files.
	overrides bool
}

// folders are those of the root module and of the installed modules. Terraform notes the
// latter in a manifest, which may be missing.
func folders(root, data string) []string {
	all, known := []string{root}, map[string]bool{filepath.Clean(root): true}
	manifest := struct {
		Modules []struct{ Dir string }
	}{}
	content := read(filepath.Join(data, "modules", "modules.json"))
	if json.Unmarshal(content, &manifest) != nil {
		return all
	}
	for _, module := range manifest.Modules {
		folder := filepath.FromSlash(module.Dir)
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(root, folder)
		}
		if folder = filepath.Clean(folder); module.Dir != "" && !known[folder] {
			known[folder] = true
			all = append(all, folder)
		}
	}
	return all
}

// files are those of a folder that mention the provider, as far as the room lasts. Files that
// override come last.
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

// isRead reports whether Terraform or OpenTofu reads the file. Where a folder has both
// x.tf and x.tofu, each of the two reads another one, so neither is certain.
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

// cut splits the name of a file of a configuration. The extension of any other is empty.
func cut(name string) (stem, extension string) {
	for _, extension := range []string{".tf", ".tf.json", ".tofu", ".tofu.json", ".tfquery.hcl", ".tfquery.json"} {
		if stem, found := strings.CutSuffix(name, extension); found {
			return stem, extension
		}
	}
	return name, ""
}

// read returns the content of a regular file without the mark that some editors begin it
// with, or nothing.
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
