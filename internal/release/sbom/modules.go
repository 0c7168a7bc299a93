// Package sbom reads the CycloneDX document of a program.
package sbom

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Modules returns the versions of the Go modules that a CycloneDX document in JSON lists, by their paths.
func Modules(document []byte) (map[string]string, error) {
	var bom struct {
		BOMFormat    string `json:"bomFormat"`
		SerialNumber string `json:"serialNumber"`
		Metadata     struct {
			Timestamp string `json:"timestamp"`
		} `json:"metadata"`
		Components []struct {
			Name, Version, PURL string
		} `json:"components"`
	}
	if err := json.Unmarshal(document, &bom); err != nil {
		return nil, err
	}
	if bom.BOMFormat != "CycloneDX" {
		return nil, errors.New("it is no CycloneDX document")
	}
	if bom.SerialNumber != "" || bom.Metadata.Timestamp != "" {
		return nil, errors.New("it has a serial number or a time, which differ from build to build")
	}
	modules := map[string]string{}
	for _, component := range bom.Components {
		if !strings.HasPrefix(component.PURL, "pkg:golang/") {
			return nil, fmt.Errorf("%s is no Go module", component.Name)
		}
		modules[component.Name] = component.Version
	}
	return modules, nil
}
