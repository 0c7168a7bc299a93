package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Credentials that expire in the middle of an apply are renewed: a token file is
// read again, a program run again, and the request that was refused sent again.
func TestAccProvider_expiredCredentialsAreRenewedInTheMiddle(t *testing.T) {
	t.Parallel()
	const user = "renewing"
	allow(t, everythingAllowed(), user)
	namespace := acctest.Namespace(t)
	first := token(t, user, time.Hour)
	terraform := installed(t)
	byFile, byProgram := acctest.NewPassage(t), acctest.NewPassage(t)
	terraform.Configure(fmt.Sprintf(`
provider "mar" {
  alias                  = "file"
  host                   = %q
  cluster_ca_certificate = %q
  token_file             = "token"
}

provider "mar" {
  alias                  = "program"
  host                   = %q
  cluster_ca_certificate = %q
  exec {
    api_version = "client.authentication.k8s.io/v1"
    command     = "sh"
    args        = ["-c", "cat $FILE"]
    env         = { FILE = "credential.json" }
  }
}

resource "mar_instance" "before_file" {
  provider = mar.file
  cluster  = %[5]q
  name     = "file"
  image    = "registry.k8s.io/pause:3.10"
}

resource "mar_instance" "before_program" {
  provider = mar.program
  cluster  = %[5]q
  name     = "program"
  image    = "registry.k8s.io/pause:3.10"
}

# Until the first token is refused.
resource "terraform_data" "meanwhile" {
  depends_on = [mar_instance.before_file, mar_instance.before_program]
  provisioner "local-exec" {
    command = "until [ -e go-on ]; do sleep 0.1; done"
  }
}

resource "mar_cluster" "after_file" {
  provider   = mar.file
  name       = %[6]q
  depends_on = [terraform_data.meanwhile]
}

resource "mar_cluster" "after_program" {
  provider   = mar.program
  name       = %[7]q
  depends_on = [terraform_data.meanwhile]
}
`, byFile.Host, byFile.Authority, byProgram.Host, byProgram.Authority, namespace, acctest.ClusterName(t), acctest.ClusterName(t)))
	give := func(token string) {
		terraform.Write("token", token+"\n")
		terraform.Write("credential.json", fmt.Sprintf(`{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":%q}}`, token))
	}
	give(first)
	terraform.Must(0, "init")
	terraform.Must(0, "plan", "-out=tfplan")
	short := shared.issuer.Token(t, user, 20*time.Second)
	give(short)
	applied := make(chan string, 1)
	failed := make(chan struct{})
	go func() {
		output, code := terraform.Run("apply", "tfplan")
		if code != 0 {
			close(failed)
		}
		applied <- output
	}()
	client := acctest.Client(t)
	// The server believes a token for 10 s after it has seen it.
	expired := time.Now().Add(2 * time.Minute)
	for gone := false; !gone && time.Now().Before(expired); {
		select {
		case <-failed:
			t.Fatalf("it failed before the token expired:\n%s", <-applied)
		case <-time.After(100 * time.Millisecond):
		}
		pods, err := client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		gone = len(pods.Items) == 2 && !accepted(t.Context(), t, short)
	}
	give(shared.issuer.Token(t, user, time.Hour))
	terraform.Write("go-on", "")
	if output := <-applied; !strings.Contains(output, "Apply complete! Resources: 5 added") {
		t.Fatalf("the apply failed:\n%s", output)
	}
	for name, passage := range map[string]*acctest.Passage{"token_file": byFile, "exec": byProgram} {
		var refused, accepted bool
		var answers []string
		for _, r := range passage.Seen() {
			answers = append(answers, fmt.Sprintf("%s %s: %d", r.Method, r.Path, r.Status))
			refused = refused || r.Status == http.StatusUnauthorized
			accepted = accepted || refused && r.Method == http.MethodPost && r.Status == http.StatusCreated
		}
		if !refused || !accepted {
			t.Errorf("%s: nothing was refused and then accepted: the test has tested nothing; there were %s", name, answers)
		}
	}
}
