package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// A program that ceases to give credentials in the middle of an apply is run once for all of
// the requests that want them, and each error has the end of what it said.
func TestAccProvider_aLoginThatFailsIsTriedOnce(t *testing.T) {
	t.Parallel()
	const user = "logging-in"
	allow(t, everythingAllowed(), user)
	namespace := acctest.Namespace(t)
	host, authority := acctest.Address(t)
	terraform := installed(t)
	terraform.Write("credential", token(t, user, time.Hour))
	terraform.Write("login", `#!/bin/sh
if [ -e fail ]; then
  echo run >> failed
  for line in $(seq 300); do echo "line $line of a long story" >&2; done
  echo '{"token":"printed-secret"}'
  echo "the session of $SESSION is over: log in again" >&2
  exit 3
fi
expires=$(date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ)
date -d '+5 seconds' +%s > until
echo "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$(cat credential)\",\"expirationTimestamp\":\"$expires\"}}"
`)
	var config strings.Builder
	fmt.Fprintf(&config, `
provider "mar" {
  host                   = %q
  cluster_ca_certificate = %q
  exec {
    api_version = "client.authentication.k8s.io/v1"
    command     = "sh"
    args        = ["login"]
    env         = { SESSION = "session-secret" }
  }
}

resource "mar_instance" "before" {
  cluster = %q
  name    = "before"
  image   = "registry.k8s.io/pause:3.10"
}

# Until what the program printed has expired.
resource "terraform_data" "meanwhile" {
  depends_on = [mar_instance.before]
  provisioner "local-exec" {
    command = "touch fail; while [ $(date +%%s) -le $(cat until) ]; do sleep 0.1; done"
  }
}

resource "mar_cluster" "test" {
  name       = %q
  quota      = { instances = 5 }
  network    = { ingress = { default = "deny" } }
  depends_on = [terraform_data.meanwhile]
}
`, host, authority, namespace, acctest.ClusterName(t))
	const instances = 7
	for i := range instances {
		fmt.Fprintf(&config, "\nresource \"mar_instance\" \"i%d\" {\n  cluster = %q\n  name = \"i%[1]d\"\n  image = \"registry.k8s.io/pause:3.10\"\n  depends_on = [terraform_data.meanwhile]\n}\n", i, namespace)
	}
	terraform.Configure(config.String())
	terraform.Must(0, "init")
	terraform.Must(0, "plan", "-out=tfplan")
	terraform.Env("TF_LOG=TRACE")
	output := terraform.Must(1, "apply", "tfplan")
	if runs := strings.Count(terraform.Read("failed"), "run"); runs != 1 {
		t.Errorf("the program was run %d times when it failed, want 1", runs)
	}
	said := oneLine(output)
	if got := strings.Count(said, "Error: Could not create"); got < instances+1 {
		t.Errorf("%d errors, want %d", got, instances+1)
	}
	if !strings.Contains(said, "failed with exit code 3") || !strings.Contains(said, "the session of $SESSION is over: log in again") {
		t.Errorf("the errors don't say why:\n%s", output[strings.Index(output, "Error: "):])
	}
	for _, text := range []string{"line 100 of a long story", "printed-secret", "session-secret is over"} {
		if strings.Contains(output, text) {
			t.Errorf("an error or the log has %q", text)
		}
	}
}
