// Package artifacts knows what a release consists of, and verifies that a folder holds a whole one.
package artifacts

import (
	"fmt"
	"strings"
)

// Project is the name that every file of a release begins with.
const Project = "terraform-provider-mar"

// A Platform is an operating system and a processor, as Go and the registries name them.
type Platform struct{ OS, Arch string }

func (p Platform) String() string { return p.OS + "_" + p.Arch }

// ParsePlatform reads what String writes.
func ParsePlatform(text string) (Platform, error) {
	goos, goarch, ok := strings.Cut(text, "_")
	if !ok || goos == "" || goarch == "" || strings.Contains(goarch, "_") {
		return Platform{}, fmt.Errorf("%q is no platform; write it like linux_amd64", text)
	}
	return Platform{OS: goos, Arch: goarch}, nil
}

// Platforms returns all that a release is built for. A release that lacks one is refused: its users would find that
// out from an upgrade that doesn't install.
func Platforms() []Platform {
	return []Platform{
		{"darwin", "amd64"},
		{"darwin", "arm64"},
		{"freebsd", "386"},
		{"freebsd", "amd64"},
		{"freebsd", "arm"},
		{"freebsd", "arm64"},
		{"linux", "386"},
		{"linux", "amd64"},
		{"linux", "arm"},
		{"linux", "arm64"},
		{"windows", "386"},
		{"windows", "amd64"},
		{"windows", "arm64"},
	}
}

// Names are the names of a release's files. They are the Terraform Registry's.
type Names struct{ Version string }

func (n Names) base() string { return Project + "_" + n.Version }

// Zip is what Terraform downloads.
func (n Names) Zip(platform Platform) string { return n.base() + "_" + platform.String() + ".zip" }

// Executable is the program in the zip.
func (n Names) Executable(platform Platform) string {
	name := Project + "_v" + n.Version
	if platform.OS == "windows" {
		name += ".exe"
	}
	return name
}

// SBOM is the CycloneDX list of what the program of a platform is made of.
func (n Names) SBOM(platform Platform) string {
	return n.base() + "_" + platform.String() + ".cdx.json"
}

// Sums lists the digests of the zips, the manifest and the provenance statement.
func (n Names) Sums() string { return n.base() + "_SHA256SUMS" }

// Signature is the detached signature of Sums.
func (n Names) Signature() string { return n.Sums() + ".sig" }

// Manifest tells the registry which protocol the provider speaks.
func (n Names) Manifest() string { return n.base() + "_manifest.json" }

// Provenance says from what the release was built, and has the digests of the zips and SBOMs.
func (n Names) Provenance() string { return n.base() + "_provenance.intoto.json" }

// Files which are in each zip beside the program.
const (
	License           = "LICENSE"
	Changelog         = "CHANGELOG.md"
	ThirdPartyLicense = "THIRD_PARTY_LICENSES.txt"
)
