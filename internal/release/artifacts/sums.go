package artifacts

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// ParseSums reads a file as sha256sum writes it: digests by the names of their files.
func ParseSums(text []byte) (map[string]string, error) {
	sums := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		digest, name, ok := strings.Cut(lines.Text(), "  ")
		if decoded, err := hex.DecodeString(digest); !ok || err != nil || len(decoded) != sha256.Size || name == "" {
			return nil, fmt.Errorf("%q is no line of sha256sum", lines.Text())
		}
		if _, twice := sums[name]; twice {
			return nil, fmt.Errorf("%s is listed twice", name)
		}
		sums[name] = digest
	}
	return sums, lines.Err()
}

// Digest is the SHA-256 of a file, in hexadecimal.
func Digest(files fs.FS, name string) (string, error) {
	file, err := files.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
