package registry_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
	"github.com/headgym/terraform-provider-mar/internal/release/registry"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

const zip = "terraform-provider-mar_0.1.0_linux_amd64.zip"

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// release is one that its key, which is good for an hour, has just signed.
func release(t *testing.T) (fstest.MapFS, *openpgp.Entity) {
	t.Helper()
	const sums = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  " + zip + "\n"
	key, err := signing.NewKey(signing.NewOptions{Name: "MAR", Email: "mar@example.com", Bits: 2048, Created: now.Add(-time.Minute), Lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	var signature bytes.Buffer
	if err := signing.Sign(&signature, key, strings.NewReader(sums), now); err != nil {
		t.Fatal(err)
	}
	names := artifacts.Names{Version: "0.1.0"}
	return fstest.MapFS{
		zip:               {Data: []byte("a")},
		names.Manifest():  {Data: []byte(`{"version": 1, "metadata": {"protocol_versions": ["6.0"]}}`)},
		names.Signature(): {Data: signature.Bytes()},
		names.Sums():      {Data: []byte(sums)},
	}, key
}

func TestIngest_refusesAReleaseThatLacksAFile(t *testing.T) {
	names := artifacts.Names{Version: "0.1.0"}
	whole, key := release(t)
	for _, name := range []string{names.Manifest(), names.Signature(), names.Sums()} {
		files := maps.Clone(whole)
		delete(files, name)
		if _, err := registry.Ingest(files, "0.1.0", key, now); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: got %v", name, err)
		}
	}
	for _, manifest := range []string{"", "{}", `{"version": 1}`, `{"version": 2, "metadata": {"protocol_versions": ["6.0"]}}`} {
		files := maps.Clone(whole)
		files[names.Manifest()] = &fstest.MapFile{Data: []byte(manifest)}
		if _, err := registry.Ingest(files, "0.1.0", key, now); err == nil {
			t.Errorf("the manifest %q is taken", manifest)
		}
	}
}

func TestIngest_refusesWhatItsKeyHasNotSigned(t *testing.T) {
	files, key := release(t)
	_, foreign := release(t)
	if _, err := registry.Ingest(files, "0.1.0", foreign, now); err == nil {
		t.Error("a foreign key is taken")
	}
	if _, err := registry.Ingest(files, "0.1.0", key, now.Add(2*time.Hour)); err == nil {
		t.Error("a key that has expired is taken")
	}
}

func TestHandler_answersAsTheProtocolHasIt(t *testing.T) {
	files, key := release(t)
	ingested, err := registry.Ingest(files, "0.1.0", key, now)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(registry.Handler(registry.Key{ID: "ID", Armored: "KEY"}, ingested))
	t.Cleanup(server.Close)

	var services map[string]string
	get(t, server.URL+"/.well-known/terraform.json", &services)
	if services["providers.v1"] != "/v1/providers/" {
		t.Errorf("the services are %v", services)
	}
	provider := server.URL + services["providers.v1"] + "headgym/mar/"
	var versions struct {
		Versions []struct {
			Version   string
			Protocols []string
			Platforms []struct{ OS, Arch string }
		}
	}
	get(t, provider+"versions", &versions)
	if len(versions.Versions) != 1 || versions.Versions[0].Protocols[0] != "6.0" || len(versions.Versions[0].Platforms) != 1 {
		t.Errorf("the versions are %v", versions)
	}
	var download map[string]any
	get(t, provider+"0.1.0/download/linux/amd64", &download)
	if download["filename"] != zip {
		t.Errorf("the download is %v", download)
	}
	for _, field := range []string{"download_url", "shasums_url", "shasums_signature_url"} {
		path, _ := download[field].(string)
		if text := fetch(t, server.URL+path); text == "" {
			t.Errorf("%s: nothing is under %s", field, path)
		}
	}
	response, err := http.Get(provider + "0.1.0/download/plan9/amd64")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("a platform that isn't there is answered %s", response.Status)
	}
}

func get(t *testing.T, url string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(fetch(t, url)), into); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, response.Status, err)
	}
	return string(text)
}
