package artifacts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"

	"github.com/headgym/terraform-provider-mar/internal/release/provenance"
	"github.com/headgym/terraform-provider-mar/internal/release/sbom"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

// A Release is a folder of files, and what they have to be.
type Release struct {
	Files     fs.FS
	Names     Names
	Commit    string
	Key       *openpgp.Entity // the public one
	Platforms []Platform      // those that it has to be built for
	Now       time.Time
}

// Verify errs unless the folder holds everything that a release consists of, it all belongs together, and the key has
// signed it. It returns the names of the files to publish.
func (r Release) Verify() ([]string, error) {
	sums, err := r.signedSums()
	if err != nil {
		return nil, err
	}
	if err := r.checkSums(sums); err != nil {
		return nil, err
	}
	if err := checkManifest(r.Files, r.Names.Manifest()); err != nil {
		return nil, err
	}
	if err := r.checkProvenance(sums); err != nil {
		return nil, fmt.Errorf("%s: %w", r.Names.Provenance(), err)
	}
	for _, platform := range r.Platforms {
		if err := r.checkPlatform(platform); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Names.Zip(platform), err)
		}
	}
	return r.published(sums), nil
}

func (r Release) signedSums() (map[string]string, error) {
	text, err := fs.ReadFile(r.Files, r.Names.Sums())
	if err != nil {
		return nil, err
	}
	signature, err := fs.ReadFile(r.Files, r.Names.Signature())
	if err != nil {
		return nil, err
	}
	if err := signing.Verify(r.Key, text, signature, r.Now); err != nil {
		return nil, fmt.Errorf("%s: %w", r.Names.Signature(), err)
	}
	sums, err := ParseSums(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Names.Sums(), err)
	}
	return sums, nil
}

// checkSums errs unless just the files are listed that have to be, and each is as listed. The SBOMs aren't: what is
// listed there becomes a line in every user's lock file. Their digests are in the provenance statement.
func (r Release) checkSums(sums map[string]string) error {
	want := []string{r.Names.Manifest(), r.Names.Provenance()}
	for _, platform := range r.Platforms {
		want = append(want, r.Names.Zip(platform))
	}
	slices.Sort(want)
	if have := slices.Sorted(maps.Keys(sums)); !slices.Equal(have, want) {
		return fmt.Errorf("%s lists %q, not %q", r.Names.Sums(), have, want)
	}
	for name, listed := range sums {
		digest, err := Digest(r.Files, name)
		if err != nil {
			return err
		}
		if digest != listed {
			return fmt.Errorf("%s has the SHA-256 %s, and %s lists %s", name, digest, r.Names.Sums(), listed)
		}
	}
	return nil
}

func (r Release) checkProvenance(sums map[string]string) error {
	text, err := fs.ReadFile(r.Files, r.Names.Provenance())
	if err != nil {
		return err
	}
	statement, err := provenance.Parse(text)
	if err != nil {
		return err
	}
	if commit := statement.Commit(); commit != r.Commit {
		return fmt.Errorf("it is about the commit %s, not %s", commit, r.Commit)
	}
	want := map[string]string{}
	for _, platform := range r.Platforms {
		want[r.Names.Zip(platform)] = sums[r.Names.Zip(platform)]
		want[r.Names.SBOM(platform)], err = Digest(r.Files, r.Names.SBOM(platform))
		if err != nil {
			return err
		}
	}
	if have := statement.Digests(); !maps.Equal(have, want) {
		return fmt.Errorf("its subjects are %q, not the zips and SBOMs that are here: %q", have, want)
	}
	return nil
}

func (r Release) checkPlatform(platform Platform) error {
	content, err := readZip(r.Files, r.Names, platform)
	if err != nil {
		return err
	}
	info, err := CheckExecutable(content[r.Names.Executable(platform)], platform, r.Names.Version, r.Commit)
	if err != nil {
		return err
	}
	heading := "\n## " + r.Names.Version + " ("
	if !bytes.Contains(content[Changelog], []byte(heading)) {
		return fmt.Errorf("%s has no section of %s; \"changie batch\" and \"changie merge\" write it", Changelog, r.Names.Version)
	}
	if err := checkLicenses(content[ThirdPartyLicense], info); err != nil {
		return err
	}
	return r.checkSBOM(platform, info)
}

// checkLicenses errs unless every module that is linked has its licence in the text.
func checkLicenses(text []byte, info *debug.BuildInfo) error {
	for _, linked := range info.Deps {
		if !bytes.Contains(text, []byte("\n"+linked.Path+" "+linked.Version+": ")) {
			return fmt.Errorf("%s lacks the licence of %s %s, which is linked", ThirdPartyLicense, linked.Path, linked.Version)
		}
	}
	return nil
}

func (r Release) checkSBOM(platform Platform, info *debug.BuildInfo) error {
	text, err := fs.ReadFile(r.Files, r.Names.SBOM(platform))
	if err != nil {
		return err
	}
	modules, err := sbom.Modules(text)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Names.SBOM(platform), err)
	}
	if std := modules["std"]; std != info.GoVersion {
		return fmt.Errorf("%s says that the standard library is %q, not %s", r.Names.SBOM(platform), std, info.GoVersion)
	}
	delete(modules, "std")
	var missing []string
	for _, linked := range info.Deps {
		if modules[linked.Path] != linked.Version {
			missing = append(missing, linked.Path+" "+linked.Version)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s lacks %s", r.Names.SBOM(platform), strings.Join(missing, ", "))
	}
	if len(modules) != len(info.Deps) {
		return errors.New(r.Names.SBOM(platform) + " lists modules that aren't linked")
	}
	return nil
}

func (r Release) published(sums map[string]string) []string {
	files := slices.Collect(maps.Keys(sums))
	files = append(files, r.Names.Sums(), r.Names.Signature())
	for _, platform := range r.Platforms {
		files = append(files, r.Names.SBOM(platform))
	}
	slices.Sort(files)
	return files
}
