package rehearsal_test

import (
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/release/registry"
	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

// serve starts a registry under TLS that has these releases, and announces the key.
func serve(t *testing.T, publicKey string, releases ...registry.Release) *httptest.Server {
	t.Helper()
	key, err := signing.ReadPublicKey(publicKey)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(registry.Handler(registry.Key{ID: signing.KeyID(key), Armored: publicKey}, releases...))
	t.Cleanup(server.Close)
	return server
}

func ingest(t *testing.T, dist, version, publicKey string) registry.Release {
	t.Helper()
	key, err := signing.ReadPublicKey(publicKey)
	if err != nil {
		t.Fatal(err)
	}
	release, err := registry.Ingest(os.DirFS(dist), version, key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// A workspace is a folder in which a terraform or tofu runs that takes the server for its registry.
type workspace struct {
	cli     cli
	dir     string
	process process
}

// newWorkspace returns an empty one. Nothing of the user's settings, and no provider of theirs, is seen in it.
func newWorkspace(t *testing.T, cli cli, server *httptest.Server, kubeconfig string) workspace {
	t.Helper()
	home := t.TempDir()
	certificate := filepath.Join(home, "registry.pem")
	write(t, certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	settings := filepath.Join(home, "cli.tfrc")
	write(t, settings, fmt.Sprintf("host %q {\n  services = {\n    \"providers.v1\" = %q\n  }\n}\n", cli.registry, server.URL+registry.Providers))
	dir := filepath.Join(home, "workspace")
	fresh(t, dir)
	return workspace{cli: cli, dir: dir, process: process{dir: dir, env: []string{
		"HOME=" + home, "SSL_CERT_FILE=" + certificate, "TF_CLI_CONFIG_FILE=" + settings,
		"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color", "TF_LOG=",
		"KUBE_CONFIG_PATH=" + kubeconfig,
	}}}
}

func (w workspace) must(t *testing.T, arguments ...string) string {
	t.Helper()
	return w.process.must(t, w.cli.path, arguments...)
}

// refused runs a command that has to fail, and returns what it prints.
func (w workspace) refused(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := w.process.run(t, w.cli.path, arguments...)
	if err == nil {
		t.Fatalf("%s %v succeeds:\n%s", w.cli.name, arguments, output)
	}
	return output
}

// require has the configuration ask for the provider in a version.
func (w workspace) require(t *testing.T, version string) {
	t.Helper()
	write(t, filepath.Join(w.dir, "versions.tf"), fmt.Sprintf(`terraform {
  required_providers {
    mar = {
      source  = "headgym/mar"
      version = %q
    }
  }
}
`, version))
}

// declare writes a configuration with a cluster of that name and an instance.
func (w workspace) declare(t *testing.T, name string) {
	t.Helper()
	write(t, filepath.Join(w.dir, "main.tf"), fmt.Sprintf(`provider "mar" {}

resource "mar_cluster" "dev" {
  name  = %q
  quota = { cpu = "4", memory = "8Gi", instances = 10 }
}

resource "mar_instance" "web" {
  cluster = mar_cluster.dev.name
  name    = "web"
  image   = "registry.example.com/team/web:1.4.2"
  cpu     = "500m"
  memory  = "512Mi"
  ports   = { http = { port = 8080 } }
}
`, name))
}
