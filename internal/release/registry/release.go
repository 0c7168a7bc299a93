// Package registry answers as a provider registry does, from folders with releases: so much of the protocol as
// Terraform and OpenTofu ask for.
//
// https://developer.hashicorp.com/terraform/internals/provider-registry-protocol
package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

// A Release is what a registry has taken in.
type Release struct {
	names     artifacts.Names
	files     fs.FS
	protocols []string
	sums      map[string]string
	platforms []artifacts.Platform
}

// Ingest reads a release, at a time. Like a registry it doesn't look into zips. It refuses a release that lacks a file,
// and one that the key hasn't signed, or had signed after it expired: Terraform takes expired keys, so that old releases
// go on installing, and so nobody but a registry would refuse it. The Terraform Registry takes a release without a
// manifest, for protocol 5; a provider of protocol 6 then installs and doesn't start.
func Ingest(files fs.FS, version string, key *openpgp.Entity, now time.Time) (Release, error) {
	names := artifacts.Names{Version: version}
	manifest, err := artifacts.ReadManifest(files, names.Manifest())
	if err != nil {
		return Release{}, err
	}
	text, err := fs.ReadFile(files, names.Sums())
	if err != nil {
		return Release{}, err
	}
	sums, err := artifacts.ParseSums(text)
	if err != nil {
		return Release{}, fmt.Errorf("%s: %w", names.Sums(), err)
	}
	signature, err := fs.ReadFile(files, names.Signature())
	if err != nil {
		return Release{}, err
	}
	if err := signing.Verify(key, text, signature, now); err != nil {
		return Release{}, fmt.Errorf("%s: %w", names.Signature(), err)
	}
	release := Release{names: names, files: files, protocols: manifest.Metadata.ProtocolVersions, sums: sums}
	for _, platform := range artifacts.Platforms() {
		if _, listed := sums[names.Zip(platform)]; listed {
			release.platforms = append(release.platforms, platform)
		}
	}
	if len(release.platforms) == 0 {
		return Release{}, errors.New("the release is for no platform")
	}
	return release, nil
}
