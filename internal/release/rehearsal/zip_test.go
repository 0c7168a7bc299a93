package rehearsal_test

import (
	"archive/zip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// unpack writes a zip's files into the folder.
func unpack(t *testing.T, path, dir string) {
	t.Helper()
	archive := openZip(t, path)
	for _, entry := range archive.File {
		if err := os.WriteFile(filepath.Join(dir, entry.Name), []byte(unzip(t, path, entry.Name)), entry.Mode()); err != nil {
			t.Fatal(err)
		}
	}
}

// unzip returns one file of a zip.
func unzip(t *testing.T, path, name string) string {
	t.Helper()
	content, err := fs.ReadFile(openZip(t, path), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func openZip(t *testing.T, path string) *zip.ReadCloser {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = archive.Close() })
	return archive
}

// pack writes a zip of files, of which one is a program.
func pack(t *testing.T, path, program string, files map[string]string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	for name, content := range files {
		header := &zip.FileHeader{Name: name, Method: zip.Deflate}
		header.SetMode(0o644)
		if name == program {
			header.SetMode(0o755)
		}
		entry, err := archive.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(entry, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
}
