package provenance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
)

// Subjects returns the files that match any of the patterns, with their digests. It errs for a pattern that matches none.
func Subjects(files fs.FS, patterns ...string) ([]Subject, error) {
	var subjects []Subject
	for _, pattern := range patterns {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("no file matches %s", pattern)
		}
		for _, name := range names {
			content, err := fs.ReadFile(files, name)
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(content)
			subjects = append(subjects, Subject{Name: name, Digest: Digest{SHA256: hex.EncodeToString(sum[:])}})
		}
	}
	return subjects, nil
}
