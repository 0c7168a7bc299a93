package artifacts_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
)

func TestParseSums_readsWhatSha256sumWrites(t *testing.T) {
	const digest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
	sums, err := artifacts.ParseSums([]byte(digest + "  a.zip\n" + digest + "  b.zip\n"))
	if err != nil || len(sums) != 2 || sums["a.zip"] != digest {
		t.Errorf("got %v, %v", sums, err)
	}
	for name, text := range map[string]string{
		"a short digest": "ca97  a.zip\n",
		"no digest":      strings.Repeat("x", 64) + "  a.zip\n",
		"no name":        digest + "  \n",
		"one space":      digest + " a.zip\n",
		"a file twice":   digest + "  a.zip\n" + digest + "  a.zip\n",
	} {
		if _, err := artifacts.ParseSums([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestDigest_isSHA256(t *testing.T) {
	got, err := artifacts.Digest(fstest.MapFS{"a": {Data: []byte("a")}}, "a")
	if err != nil || got != "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestParsePlatform_readsAllThatAReleaseIsBuiltFor(t *testing.T) {
	for _, platform := range artifacts.Platforms() {
		if got, err := artifacts.ParsePlatform(platform.String()); err != nil || got != platform {
			t.Errorf("%s: got %v, %v", platform, got, err)
		}
	}
	for _, text := range []string{"", "linux", "linux_", "_amd64", "linux_amd64_v1"} {
		if _, err := artifacts.ParsePlatform(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestManifest_isTheProviders holds that the registry is told the protocol that main serves.
func TestManifest_isTheProviders(t *testing.T) {
	manifest, err := artifacts.ReadManifest(os.DirFS("../../.."), "terraform-registry-manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	if protocols := manifest.Metadata.ProtocolVersions; len(protocols) != 1 || protocols[0] != artifacts.Protocol {
		t.Errorf("it says %v", protocols)
	}
}
