package provider_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Promise 8: no credential gets into the state, a saved plan, a plan's JSON, a trace
// log or an error, of whichever kind it is. They are given as ephemeral variables,
// or by the environment, as core writes other variables into a plan itself.
func TestAccProvider_credentialsDoNotLeak(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.EphemeralResources)
	const user = "leaking"
	allow(t, everythingAllowed(), user)
	namespace := acctest.Namespace(t)
	host, authority := acctest.Address(t)
	certificate, key := acctest.Credentials(t)
	password := rand.Text()
	basic := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if _, given, _ := r.BasicAuth(); given != password {
			return acctest.Answer(http.StatusUnauthorized)
		}
		return acctest.Pass
	})
	tokens := map[string]string{}
	for _, kind := range []string{"token", "file", "exec", "raw", "env"} {
		tokens[kind] = token(t, user, time.Hour)
	}
	raw := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{"name":"c","cluster":{"server":%q,"certificate-authority-data":%q}}],"users":[{"name":"u","user":{"token":%q}}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}]}`,
		host, base64.StdEncoding.EncodeToString([]byte(authority)), tokens["raw"])

	terraform := installed(t)
	terraform.Write("token", tokens["file"])
	terraform.Write("credential.json", fmt.Sprintf(`{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":%q}}`, tokens["exec"]))
	terraform.Env("KUBE_HOST="+host, "KUBE_CLUSTER_CA_CERT_DATA="+authority, "KUBE_TOKEN="+tokens["env"],
		"TF_VAR_token="+tokens["token"], "TF_VAR_password="+password, "TF_VAR_client_key="+key, "TF_VAR_config_raw="+raw)
	config := func(trouble string) string {
		blocks := map[string]string{
			"token":    "token = var.token",
			"file":     `token_file = "token"`,
			"key":      fmt.Sprintf("client_certificate = %q\n  client_key = var.client_key", certificate),
			"exec":     "exec {\n    api_version = \"client.authentication.k8s.io/v1\"\n    command = \"cat\"\n    args = [\"credential.json\"]\n  }",
			"raw":      "config_raw = var.config_raw",
			"password": "",
			"env":      "",
		}
		var b strings.Builder
		for _, name := range []string{"token", "password", "client_key", "config_raw"} {
			fmt.Fprintf(&b, "variable %q {\n  type = string\n  sensitive = true\n  ephemeral = true\n}\n\n", name)
		}
		for _, kind := range slices.Sorted(maps.Keys(blocks)) {
			block := strings.Replace(basic, "{", "{\n  alias = \"password\"\n  username = \"jane\"\n  password = var.password\n"+trouble, 1)
			if kind != "password" {
				block = fmt.Sprintf("\nprovider \"mar\" {\n  alias = %q\n  %s\n%s}\n", kind, blocks[kind], trouble)
			}
			fmt.Fprintf(&b, "%s\nresource \"mar_instance\" %[2]q {\n  provider = mar.%[2]s\n  cluster = %[3]q\n  name = %[2]q\n  image = \"registry.k8s.io/pause:3.10\"\n}\n", block, kind, namespace)
		}
		return b.String()
	}

	secrets := map[string]string{"password": password, "the password as it is sent": base64.StdEncoding.EncodeToString([]byte("jane:" + password))}
	for kind, token := range tokens {
		// The last part is the signature: the first is the same in all tokens.
		secrets[kind] = token[strings.LastIndex(token, ".")+1:]
	}
	for i, line := range strings.Split(strings.TrimSpace(key), "\n") {
		if i == 1 {
			secrets["client_key"] = line
		}
	}
	look := func(where, text string) {
		for kind, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s has the secret of %s in it", where, kind)
			}
		}
	}

	terraform.Configure(config(""))
	terraform.Must(0, "init")
	terraform.Env("TF_LOG=TRACE")
	look("the plan's log", terraform.Must(0, "plan", "-out=tfplan"))
	look("the saved plan", terraform.SavedPlan("tfplan"))
	look("the plan's JSON", terraform.Must(0, "show", "-json", "tfplan"))
	applied := terraform.Must(0, "apply", "tfplan")
	look("the apply's log", applied)
	look("the state", terraform.Read("terraform.tfstate"))
	if !strings.Contains(applied, "7 added") || !strings.Contains(applied, "[TRACE]") {
		t.Errorf("the test has tested nothing:\n%s", applied[max(0, len(applied)-2000):])
	}

	// Errors of every kind of credential: of the connection, and of the credentials.
	for where, trouble := range map[string]string{
		"a wrong name's error": "tls_server_name = \"nowhere.example.com\"\n", "a wrong proxy's error": "proxy_url = \"http://127.0.0.1:1\"\n",
		"a mixture's error": "config_path = \"/nowhere\"\nin_cluster = true\n",
	} {
		terraform.Configure(config(trouble))
		output := terraform.Must(1, "plan")
		look(where, output)
		if !strings.Contains(output, "Error: ") {
			t.Errorf("%s: the test has tested nothing", where)
		}
	}
	terraform.Configure(config(""))
	terraform.Write("token", tokens["file"]+"x")
	terraform.Write("credential.json", tokens["exec"])
	terraform.Env("KUBE_TOKEN="+tokens["env"]+"x", "TF_VAR_token="+tokens["token"]+"x", "TF_VAR_password=x"+password,
		"TF_VAR_client_key=x"+key[:len(key)/2], "TF_VAR_config_raw="+strings.TrimSuffix(raw, "}"))
	look("the credentials' errors", terraform.Must(1, "plan"))
}
