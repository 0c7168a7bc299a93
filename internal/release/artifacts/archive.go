package artifacts

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"slices"
)

// readZip returns the files of a release's zip. It errs unless they are just those that belong in it, with the modes that
// they need.
func readZip(files fs.FS, names Names, platform Platform) (map[string][]byte, error) {
	content, err := fs.ReadFile(files, names.Zip(platform))
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	executable := names.Executable(platform)
	want := []string{Changelog, License, ThirdPartyLicense, executable}
	var have []string
	found := map[string][]byte{}
	for _, entry := range archive.File {
		have = append(have, entry.Name)
		mode := fs.FileMode(0o644)
		if entry.Name == executable {
			mode = 0o755
		}
		if entry.Mode() != mode {
			return nil, fmt.Errorf("%s has mode %s, not %s", entry.Name, entry.Mode(), mode)
		}
		found[entry.Name], err = readEntry(entry)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name, err)
		}
	}
	slices.Sort(have)
	if slices.Sort(want); !slices.Equal(have, want) {
		return nil, fmt.Errorf("it holds %q, not %q", have, want)
	}
	return found, nil
}

func readEntry(entry *zip.File) ([]byte, error) {
	reader, err := entry.Open()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(reader)
}
