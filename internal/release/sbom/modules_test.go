package sbom_test

import (
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/release/sbom"
)

const document = `{"bomFormat": "CycloneDX", "components": [
  {"name": "example.com/a", "version": "v1.0.0", "purl": "pkg:golang/example.com/a@v1.0.0?type=module"},
  {"name": "std", "version": "go1.26.8", "purl": "pkg:golang/std@go1.26.8"}
]}`

func TestModules_areThoseOfTheDocument(t *testing.T) {
	modules, err := sbom.Modules([]byte(document))
	if err != nil || len(modules) != 2 || modules["example.com/a"] != "v1.0.0" || modules["std"] != "go1.26.8" {
		t.Errorf("got %v, %v", modules, err)
	}
}

func TestModules_refuses(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":         "",
		"another format":  strings.Replace(document, "CycloneDX", "SPDX", 1),
		"a serial number": strings.Replace(document, `"components"`, `"serialNumber": "urn:uuid:1", "components"`, 1),
		"a time":          strings.Replace(document, `"components"`, `"metadata": {"timestamp": "2026-11-30T12:00:00Z"}, "components"`, 1),
		"another kind":    strings.Replace(document, "pkg:golang/std", "pkg:npm/std", 1),
	} {
		if _, err := sbom.Modules([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
