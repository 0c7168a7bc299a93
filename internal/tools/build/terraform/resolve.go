// Package terraform finds a Terraform that is new enough for the tests, or builds one from its module.
package terraform

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/mod/semver"
)

const (
	// minimum is the first version that has all that the tests use: queries and actions.
	minimum = "1.14.0"
	// built is the version to build where none is found.
	built = "1.16.4"
)

// Resolve returns the path of the Terraform to use: MAR_TERRAFORM's, else the one on PATH when it is new
// enough, else one that is built here.
func Resolve(ctx context.Context, root string, log io.Writer) (string, error) {
	if chosen := os.Getenv("MAR_TERRAFORM"); chosen != "" {
		return fromEnvironment(ctx, chosen)
	}

	if found, err := exec.LookPath("terraform"); err == nil {
		version, err := versionOf(ctx, found)
		switch {
		case err != nil:
			fmt.Fprintf(log, "terraform: using %s, for %v\n", built, err)
		case isOld(version):
			fmt.Fprintf(log, "terraform: using %s, for %s is %s and %s or later is needed\n", built, found, version, minimum)
		default:
			return filepath.Abs(found)
		}
	}

	return build(ctx, root, built, "terraform", compile, log)
}

// BuildVersion builds a given version, to test with several.
func BuildVersion(ctx context.Context, root, version string, log io.Writer) (string, error) {
	if !semver.IsValid("v" + version) {
		return "", fmt.Errorf("%q is no version; write it like %s", version, built)
	}
	return build(ctx, root, version, "terraform-"+version, compile, log)
}

// BuildOpenTofu builds a given version of OpenTofu.
func BuildOpenTofu(ctx context.Context, root, version string, log io.Writer) (string, error) {
	if !semver.IsValid("v" + version) {
		return "", fmt.Errorf("%q is no version; write it like 1.12.6", version)
	}
	return build(ctx, root, version, "tofu-"+version, compileOpenTofu, log)
}

func fromEnvironment(ctx context.Context, chosen string) (string, error) {
	if filepath.Base(chosen) != chosen && !filepath.IsAbs(chosen) {
		return "", fmt.Errorf("MAR_TERRAFORM is %q; give a name that is on PATH, or an absolute path", chosen)
	}
	path, err := exec.LookPath(chosen)
	if err != nil {
		return "", fmt.Errorf("MAR_TERRAFORM names no program that can be run: %w", err)
	}
	version, err := versionOf(ctx, path)
	if err != nil {
		return "", fmt.Errorf("MAR_TERRAFORM: %w", err)
	}
	if isOld(version) {
		return "", fmt.Errorf("MAR_TERRAFORM: %s is %s, and %s or later is needed; unset it to have %s built", path, version, minimum, built)
	}
	return filepath.Abs(path)
}

func isOld(version string) bool {
	return semver.Compare("v"+version, "v"+minimum) < 0
}
