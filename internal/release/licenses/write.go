package licenses

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licences, by their SPDX names, under which something may be linked: the provider is under MPL-2.0, and
// these ask for no more than their own text. Another one is a decision, and so an error.
func allowed() []string {
	return []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "MPL-2.0-no-copyleft-exception", "Unicode-DFS-2016"}
}

// isLegal tells the files that have to go along with a copy.
func isLegal(name string) bool {
	return isLicense(name) || regexp.MustCompile(`(?i)^(notice|patents)([.-].*)?$`).MatchString(name)
}

// isLicense tells the files that say under which licence something is. Notices name others' works, and files PATENTS
// only grant more.
func isLicense(name string) bool {
	return regexp.MustCompile(`(?i)^(licen[cs]e|copying)([.-].*)?$`).MatchString(name)
}

// known is how much of a text has to be a licence's own words for it to count as that licence.
const known = 75 // percent

type text struct {
	file, content string
	spdx          []string
}

// Write writes a table of the modules and their licences, and then all texts, each once. It errs for a module that has
// no licence, or one that isn't allowed.
func Write(w io.Writer, modules []Module) error {
	var table strings.Builder
	var contents []string // in the order in which they were found
	owners := map[string][]string{}
	for _, module := range modules {
		found, err := read(module)
		if err != nil {
			return fmt.Errorf("%s %s: %w", module.Path, module.Version, err)
		}
		names, err := judge(found)
		if err != nil {
			return fmt.Errorf("%s %s: %w", module.Path, module.Version, err)
		}
		fmt.Fprintf(&table, "%s %s: %s\n", module.Path, module.Version, strings.Join(names, ", "))
		for _, text := range found {
			content := strings.TrimSpace(text.content)
			if owners[content] == nil {
				contents = append(contents, content)
			}
			owners[content] = append(owners[content], fmt.Sprintf("%s %s, %s", module.Path, module.Version, text.file))
		}
	}
	if _, err := fmt.Fprintf(w, "terraform-provider-mar is linked from these modules, each under its own licence:\n\n%s", table.String()); err != nil {
		return err
	}
	for _, content := range contents {
		_, err := fmt.Fprintf(w, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(owners[content], "\n"), content)
		if err != nil {
			return err
		}
	}
	return nil
}

// read returns a module's legal texts. A folder of a package that was taken from elsewhere may have its own.
func read(module Module) ([]text, error) {
	var found []text
	root := slices.MinFunc(module.Folders, func(a, b string) int { return len(a) - len(b) })
	for _, folder := range module.Folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if !entry.Type().IsRegular() || !isLegal(entry.Name()) {
				continue
			}
			path := filepath.Join(folder, entry.Name())
			content, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			file, err := filepath.Rel(root, path)
			if err != nil {
				return nil, err
			}
			legal := text{file: filepath.ToSlash(file), content: string(content)}
			if isLicense(entry.Name()) {
				legal.spdx = recognize(content)
			}
			found = append(found, legal)
		}
	}
	return found, nil
}

func recognize(content []byte) []string {
	coverage := licensecheck.Scan(content)
	if coverage.Percent < known {
		return nil
	}
	var names []string
	for _, match := range coverage.Match {
		if !slices.Contains(names, match.ID) {
			names = append(names, match.ID)
		}
	}
	return names
}

// judge returns the names of the licences among the texts.
func judge(texts []text) ([]string, error) {
	var names []string
	for _, text := range texts {
		for _, name := range text.spdx {
			if !slices.Contains(allowed(), name) {
				return nil, fmt.Errorf("%s is under %s, which isn't one of %s", text.file, name, strings.Join(allowed(), ", "))
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil, errors.New("it has no licence that is recognized")
	}
	slices.Sort(names)
	return names, nil
}
