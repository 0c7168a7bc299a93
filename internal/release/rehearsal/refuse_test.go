package rehearsal_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
	"github.com/headgym/terraform-provider-mar/internal/release/registry"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

// A broken release has one thing wrong with it. It is for this platform only, and signed by a key of its own.
type broken struct {
	t         *testing.T
	dir       string
	names     artifacts.Names
	key       *openpgp.Entity
	publicKey string // the armored one that the registry announces
	known     string // the one by which it judges a release that it is given, if that is another one
}

// A damage is what is wrong with a release. Before the registry takes the release in, or after it.
type damage struct {
	name          string
	before, after func(b *broken)
	want          string // a regular expression over what is printed, without line breaks
}

func damages() []damage {
	const (
		badSignature = `(?i)signature|signed`
		notOffered   = `(?i)not found in any of the search locations|no available releases`
	)
	return []damage{
		{
			name:  "a byte of the zip is another",
			after: func(b *broken) { b.flip(b.names.Zip(here())) },
			want:  `(?i)checksum`,
		},
		{
			name:  "a byte of the checksums is another",
			after: func(b *broken) { b.flip(b.names.Sums()) },
			want:  `(?i)checksum|signature`,
		},
		{
			name:  "a byte of the signature is another",
			after: func(b *broken) { b.flip(b.names.Signature()) },
			want:  badSignature,
		},
		{
			name: "another key has signed another zip",
			before: func(b *broken) {
				b.flip(b.names.Zip(here()))
				b.list(b.names.Zip(here()), b.names.Manifest())
				b.key, b.known = newKey(b.t, time.Now().Add(-time.Hour), 0)
				b.sign(time.Now())
			},
			want: badSignature,
		},
		{
			name:   "the key had expired when it signed",
			before: func(b *broken) { b.publicKey = expired(b.t, b.key, 30*time.Minute) },
			want:   notOffered,
		},
		{
			name: "the manifest is missing",
			before: func(b *broken) {
				if err := os.Remove(filepath.Join(b.dir, b.names.Manifest())); err != nil {
					b.t.Fatal(err)
				}
			},
			want: notOffered,
		},
		{
			name: "the protocol is a later one",
			before: func(b *broken) {
				write(b.t, filepath.Join(b.dir, b.names.Manifest()), `{"version": 1, "metadata": {"protocol_versions": ["7.0"]}}`)
				b.list(b.names.Zip(here()), b.names.Manifest())
				b.sign(time.Now())
			},
			want: `(?i)protocol|incompatible`,
		},
	}
}

// refuse holds that each way in which a release can be broken ends "init" in an error, with nothing installed.
func refuse(t *testing.T, cli cli, made release) {
	t.Helper()
	for _, damage := range damages() {
		t.Run(strings.ReplaceAll(damage.name, " ", "_"), func(t *testing.T) {
			b := newBroken(t, made)
			w := damage.workspace(t, cli, b)
			printed := strings.Join(strings.Fields(strings.ReplaceAll(w.refused(t, "init"), "│", " ")), " ")
			if !regexp.MustCompile(damage.want).MatchString(printed) {
				t.Errorf("it isn't said why:\n%s", printed)
			}
			t.Logf("%s", printed)
			if installed := find(t, w.dir, b.names.Executable(here())); installed != "" {
				t.Errorf("it is installed all the same, as %s", installed)
			}
		})
	}
}

// expiredSince holds what becomes of releases that were signed before their key expired: they go on installing, unless
// OpenTofu is told to refuse them.
func expiredSince(t *testing.T, cli cli, made release) {
	t.Helper()
	signed := newBroken(t, made)
	twoDaysAgo := time.Now().AddDate(0, 0, -2)
	signed.key, signed.publicKey = newKey(t, twoDaysAgo, 24*time.Hour)
	signed.sign(twoDaysAgo.Add(time.Hour))
	ingested, err := registry.Ingest(os.DirFS(signed.dir), made.version, signed.key, twoDaysAgo.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorkspace(t, cli, serve(t, signed.publicKey, ingested), "")
	w.require(t, made.version)
	if cli.isOpenTofu() {
		strict := w
		strict.process.env = append(slices.Clone(w.process.env), "OPENTOFU_ENFORCE_GPG_EXPIRATION=true")
		if printed := strict.refused(t, "init"); !strings.Contains(printed, "signing key") {
			t.Errorf("it isn't said why:\n%s", printed)
		}
	}
	w.must(t, "init")
}

// workspace is one whose registry has the release, damaged.
func (d damage) workspace(t *testing.T, cli cli, b *broken) workspace {
	t.Helper()
	if d.before != nil {
		d.before(b)
	}
	var releases []registry.Release
	if release, err := b.ingest(); err == nil {
		releases = append(releases, release)
	} else {
		t.Logf("the registry doesn't take it in: %v", err)
	}
	if d.after != nil {
		d.after(b)
	}
	w := newWorkspace(t, cli, serve(t, b.publicKey, releases...), "")
	w.require(t, b.names.Version)
	return w
}

// expired is the public key under which it has expired so long after it was made.
func expired(t *testing.T, key *openpgp.Entity, after time.Duration) string {
	t.Helper()
	lifetime := uint32(after.Seconds())
	for _, identity := range key.Identities {
		identity.SelfSignature.KeyLifetimeSecs = &lifetime
		if err := identity.SelfSignature.SignUserId(identity.UserId.Id, key.PrimaryKey, key.PrivateKey, nil); err != nil {
			t.Fatal(err)
		}
	}
	var text bytes.Buffer
	if err := signing.WritePublicKey(&text, key); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// newBroken returns a copy in which nothing is wrong yet.
func newBroken(t *testing.T, made release) *broken {
	t.Helper()
	b := &broken{t: t, dir: t.TempDir(), names: artifacts.Names{Version: made.version}}
	for _, name := range []string{b.names.Zip(here()), b.names.Manifest()} {
		write(t, filepath.Join(b.dir, name), read(t, filepath.Join(made.dist, name)))
	}
	b.key, b.publicKey = newKey(t, time.Now().Add(-time.Hour), 0)
	b.list(b.names.Zip(here()), b.names.Manifest())
	b.sign(time.Now())
	return b
}

// ingest is what the registry says of it.
func (b *broken) ingest() (registry.Release, error) {
	b.t.Helper()
	key, err := signing.ReadPublicKey(cmp.Or(b.known, b.publicKey))
	if err != nil {
		b.t.Fatal(err)
	}
	return registry.Ingest(os.DirFS(b.dir), b.names.Version, key, time.Now())
}

// list writes the checksums of the files.
func (b *broken) list(names ...string) {
	b.t.Helper()
	var text strings.Builder
	for _, name := range names {
		digest, err := artifacts.Digest(os.DirFS(b.dir), name)
		if err != nil {
			b.t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s  %s\n", digest, name)
	}
	write(b.t, filepath.Join(b.dir, b.names.Sums()), text.String())
}

func (b *broken) sign(at time.Time) {
	b.t.Helper()
	var signature bytes.Buffer
	if err := signing.Sign(&signature, b.key, strings.NewReader(read(b.t, filepath.Join(b.dir, b.names.Sums()))), at); err != nil {
		b.t.Fatal(err)
	}
	write(b.t, filepath.Join(b.dir, b.names.Signature()), signature.String())
}

// flip makes a byte in the middle of a file another one: another digit, where it is one of a checksum.
func (b *broken) flip(name string) {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	content := []byte(read(b.t, path))
	if name == b.names.Sums() {
		content[0] = '0' + (content[0]+1)%2
	} else {
		content[len(content)/2] ^= 1
	}
	write(b.t, path, string(content))
}

// find returns a file of that name in the folder, or below, or "".
func find(t *testing.T, dir, name string) string {
	t.Helper()
	found := ""
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Name() == name {
			found = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
