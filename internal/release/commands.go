package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
	"github.com/headgym/terraform-provider-mar/internal/release/licenses"
	"github.com/headgym/terraform-provider-mar/internal/release/provenance"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

const (
	// The private key and its passphrase are never arguments: those are in the list of processes.
	envKey        = "RELEASE_SIGNING_KEY"
	envPassphrase = "RELEASE_SIGNING_PASSPHRASE"
)

func writeLicenses(ctx context.Context, arguments []string, _ io.Writer) error {
	flags := flag.NewFlagSet("licenses", flag.ContinueOnError)
	output := flags.String("output", "", "write the licences of all that is linked to this `file`")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	var systems []string
	for _, platform := range artifacts.Platforms() {
		if !slices.Contains(systems, platform.OS) {
			systems = append(systems, platform.OS)
		}
	}
	modules, err := licenses.Linked(ctx, ".", systems)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := licenses.Write(&text, modules); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(*output), 0o755); err != nil {
		return err
	}
	return os.WriteFile(*output, text.Bytes(), 0o644)
}

func writeProvenance(_ context.Context, arguments []string, _ io.Writer) error {
	flags := flag.NewFlagSet("provenance", flag.ContinueOnError)
	var build provenance.Build
	flags.StringVar(&build.Tag, "tag", "", "the release's `tag`")
	flags.StringVar(&build.Commit, "commit", "", "the `commit` that was built")
	flags.StringVar(&build.Builder, "builder", "", "who builds, as a `URI`")
	dist := flags.String("dist", "", "the `folder` with the zips and SBOMs")
	output := flags.String("output", "", "write the statement to this `file`")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	// This program and the provider are built by the same Go.
	build.GoVersion = runtime.Version()
	files, err := provenance.Subjects(os.DirFS(*dist), "*.zip", "*.cdx.json")
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := provenance.New(build, files).Write(&text); err != nil {
		return err
	}
	return os.WriteFile(*output, text.Bytes(), 0o644)
}

func sign(_ context.Context, arguments []string, _ io.Writer) error {
	flags := flag.NewFlagSet("sign", flag.ContinueOnError)
	input := flags.String("input", "", "the `file` to sign, with the key in "+envKey)
	output := flags.String("output", "", "write the detached signature to this `file`")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	armored := os.Getenv(envKey)
	if armored == "" {
		return errors.New(envKey + " is empty; it has to hold the armored private key")
	}
	key, err := signing.ReadPrivateKey(armored, os.Getenv(envPassphrase))
	if err != nil {
		return fmt.Errorf("%s: %w", envKey, err)
	}
	message, err := os.ReadFile(*input)
	if err != nil {
		return err
	}
	var signature bytes.Buffer
	if err := signing.Sign(&signature, key, bytes.NewReader(message), time.Now()); err != nil {
		return err
	}
	return os.WriteFile(*output, signature.Bytes(), 0o644)
}

func newKey(_ context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("new-key", flag.ContinueOnError)
	name := flags.String("name", "", "whose key it is")
	email := flags.String("email", "", "their e-mail address")
	years := flags.Int("years", 3, "how long the key is good for")
	private := flags.String("private", "", "write the private key to this new `file`, locked with "+envPassphrase+" where it is set")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	now := time.Now()
	key, err := signing.NewKey(signing.NewOptions{
		Name: *name, Email: *email, Bits: 4096, Created: now, Lifetime: now.AddDate(*years, 0, 0).Sub(now),
	})
	if err != nil {
		return err
	}
	if err := signing.WritePublicKey(out, key); err != nil {
		return err
	}
	file, err := os.OpenFile(*private, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := signing.WritePrivateKey(file, key, os.Getenv(envPassphrase)); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}

func verify(_ context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	dist := flags.String("dist", "", "the `folder` with the release")
	version := flags.String("version", "", "its `version`, without a v")
	commit := flags.String("commit", "", "the `commit` that it has to be built from")
	public := flags.String("key", "", "the `file` with the armored public key")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	armored, err := os.ReadFile(*public)
	if err != nil {
		return err
	}
	key, err := signing.ReadPublicKey(string(armored))
	if err != nil {
		return fmt.Errorf("%s: %w", *public, err)
	}
	files, err := artifacts.Release{
		Files:     os.DirFS(*dist),
		Names:     artifacts.Names{Version: *version},
		Commit:    *commit,
		Key:       key,
		Platforms: artifacts.Platforms(),
		Now:       time.Now(),
	}.Verify()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, strings.Join(files, "\n"))
	return err
}
