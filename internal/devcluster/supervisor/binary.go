package supervisor

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"k8s.io/component-base/version"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/state"
)

// ownBinary identifies the file that this process was started from: it is all components, too.
func ownBinary() (state.Binary, error) {
	path, err := os.Executable()
	if err != nil {
		return state.Binary{}, fmt.Errorf("finding this program's own file: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return state.Binary{}, fmt.Errorf("reading this program's own file: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return state.Binary{}, fmt.Errorf("reading this program's own file: %w", err)
	}
	return state.Binary{Path: path, SHA256: hex.EncodeToString(hash.Sum(nil)), Version: version.Get().GitVersion}, nil
}
