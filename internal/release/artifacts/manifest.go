package artifacts

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
)

// Protocol is the version of the plugin protocol that the provider speaks.
const Protocol = "6.0"

// A Manifest is what the registry reads of a release. Without one the Terraform Registry takes the protocol for 5.0.
type Manifest struct {
	Version  int `json:"version"`
	Metadata struct {
		ProtocolVersions []string `json:"protocol_versions"`
	} `json:"metadata"`
}

// ReadManifest reads a manifest, whatever protocols it names.
func ReadManifest(files fs.FS, name string) (Manifest, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return Manifest{}, err
	}
	var manifest Manifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	if manifest.Version != 1 || len(manifest.Metadata.ProtocolVersions) == 0 {
		return Manifest{}, fmt.Errorf("%s is no manifest of version 1 with protocol_versions", name)
	}
	return manifest, nil
}

func checkManifest(files fs.FS, name string) error {
	manifest, err := ReadManifest(files, name)
	if err != nil {
		return err
	}
	if protocols := manifest.Metadata.ProtocolVersions; !slices.Equal(protocols, []string{Protocol}) {
		return fmt.Errorf("%s says that the provider speaks %q; it speaks %s", name, protocols, Protocol)
	}
	return nil
}
