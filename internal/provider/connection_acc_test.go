package provider_test

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// A connection that can't be used is an error of the plan, at the argument that is
// at fault, and says what set it. All provider blocks are in one configuration.
func TestAccProvider_connectionErrorsAtPlanTime(t *testing.T) {
	t.Parallel()
	host, authority := acctest.Address(t)
	certificate, key := acctest.Credentials(t)
	kubeconfig := acctest.Kubeconfig(t)
	expired := token(t, "somebody", -time.Minute)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := nobody.Addr().String()
	_ = nobody.Close()
	other := acctest.NewPassage(t)
	redirecting := httptest.NewServer(http.RedirectHandler("https://login.example.com/?from=hunter2", http.StatusFound))
	t.Cleanup(redirecting.Close)
	trusted := fmt.Sprintf("host = %q\n  cluster_ca_certificate = %q\n", host, authority)
	wrongPath := fmt.Sprintf("host = %q\n  cluster_ca_certificate = %q\n", host+"/wrong", authority)
	exec := func(body string) string {
		return trusted + "  exec {\n    api_version = \"client.authentication.k8s.io/v1\"\n" + body + "\n  }"
	}

	cases := map[string]struct {
		// block is the provider block's body; at begins the line that Terraform has to
		// point at, where an argument is at fault; says is in the message.
		block, at string
		says      []string
	}{
		"no_file":          {`config_path = "/nowhere/config"`, "config_path", []string{"kubeconfig /nowhere/config can't be read", "set by the provider's argument config_path"}},
		"no_context":       {fmt.Sprintf("config_path = %q\n  config_context = \"nowhere\"", kubeconfig), "config_context", []string{`has no context "nowhere": it has "mar-dev"`, "set by the provider's argument config_context"}},
		"raw_nonsense":     {`config_raw = "nonsense: ["`, "config_raw", []string{"it isn't a kubeconfig in YAML or JSON"}},
		"half_certificate": {trusted + fmt.Sprintf("  client_certificate = %q", certificate), "client_certificate", []string{"belong together, and only client_certificate is set"}},
		"bad_authority":    {fmt.Sprintf("host = %q\n  cluster_ca_certificate = \"nonsense\"", host), "cluster_ca_certificate", []string{"it must be PEM text"}},
		"mixture":          {trusted + `  config_path = "/nowhere"`, "config_path", []string{"never mixed"}},
		"two_tokens":       {trusted + "  token = \"a\"\n  token_file = \"b\"", "token_file", []string{"are both set"}},
		"no_token_file":    {trusted + `  token_file = "/nowhere/token"`, "token_file", []string{"token file /nowhere/token can't be read"}},
		"proxy_nonsense":   {trusted + `  proxy_url = "proxy"`, "proxy_url", []string{"address isn't a URL"}},
		"no_pod":           {`in_cluster = true`, "in_cluster", []string{"this isn't a Pod"}},
		"no_unit":          {trusted + `  request_timeout = "5"`, "request_timeout", []string{"write a time with its unit"}},

		"unreachable":     {fmt.Sprintf("host = \"https://%s\"", closed), "host", []string{"which is set by the provider's argument host", "connection refused"}},
		"wrong_authority": {fmt.Sprintf("host = %q\n  cluster_ca_certificate = %q", host, other.Authority), "host", []string{"certificate signed by unknown authority", "it belongs to another authority"}},
		"wrong_name":      {trusted + `  tls_server_name = "nowhere.example.com"`, "host", []string{"set tls_server_name to one"}},
		"wrong_path":      {wrongPath + fmt.Sprintf("  client_certificate = %q\n  client_key = %q", certificate, key), "host", []string{"isn't a Kubernetes API", "404 page not found", "Check the address and its path"}},
		"wrong_path_anon": {wrongPath, "host", []string{"isn't a Kubernetes API", "Check the address and its path"}},
		"expired":         {trusted + fmt.Sprintf("  token = %q", expired), "token ", []string{"doesn't accept the credentials, which come from the provider's argument token", "The token expired at"}},
		"no_program":      {exec(`command = "no-such-program"`), "command", []string{`rogram "no-such-program"`, "can't be run here", "set by the provider's argument exec"}},
		"program_fails":   {exec("command = \"sh\"\n args = [\"-c\", \"echo please log in >&2; exit 3\"]"), "exec", []string{"failed with exit code 3", "please log in"}},
		"cleartext":       {"host = \"http://10.255.255.1:8080\"\n  token = \"t\"", "host", []string{"anybody on the network path could read the credentials", "set insecure = true", "set by the provider's argument host"}},
		"cleartext_raw":   {`config_raw = jsonencode({ apiVersion = "v1", kind = "Config", current-context = "c", clusters = [{ name = "c", cluster = { server = "http://10.255.255.1" } }], users = [{ name = "u", user = { token = "t" } }], contexts = [{ name = "c", context = { cluster = "c", user = "u" } }] })`, "config_raw", []string{"credentials aren't sent there", "set by the provider's argument config_raw"}},
		"cleartext_proxy": {"host = \"http://127.0.0.1:1\"\n  token = \"t\"\n  proxy_url = \"http://10.255.255.1:3128\"", "proxy_url", []string{"the proxy 10.255.255.1:3128 is on another machine", "set by the provider's argument proxy_url"}},
		"cleartext_here":  {fmt.Sprintf("host = \"http://%s\"\n  token = \"t\"", closed), "host", []string{"Could not connect to the API server", "connection refused"}},
		"cleartext_meant": {fmt.Sprintf("host = \"http://%s\"\n  token = \"t\"\n  insecure = true", strings.Replace(closed, "127.0.0.1", "127.0.0.2", 1)), "host", []string{"Could not connect to the API server"}},
		"redirected":      {fmt.Sprintf("host = %q\n  token = \"t\"", redirecting.URL), "", []string{"isn't a Kubernetes API", "https://login.example.com"}},
		"program_babbles": {exec("command = \"echo\"\n args = [\"nonsense\"]"), "exec", []string{"There are no credentials to send", "the provider's argument exec"}},
	}
	var config strings.Builder
	for _, title := range slices.Sorted(maps.Keys(cases)) {
		fmt.Fprintf(&config, "provider \"mar\" {\n  alias = %[1]q\n  %[2]s\n}\n\ndata \"mar_cluster\" %[1]q {\n  provider = mar.%[1]s\n  name = \"mar-acc-none\"\n}\n\n", title, cases[title].block)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config.String())
	output := terraform.Must(1, "plan")
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			var found []string
			for _, message := range strings.Split(output, "Error: ") {
				if strings.Contains(message, `headgym/mar"].`+title+",") || strings.Contains(message, "with data.mar_cluster."+title+",") {
					found = append(found, message)
				}
			}
			if len(found) != 1 {
				t.Fatalf("%d errors, want 1:\n%s", len(found), strings.Join(found, "\n"))
			}
			at := regexp.MustCompile(`(?m)^\s*│?\s*\d+:\s+(.*)$`).FindStringSubmatch(found[0])
			if c.at == "exec" && !acctest.Has(t, acctest.LinesWithin) {
				c.at = ""
			}
			if c.at != "" && (at == nil || !strings.HasPrefix(at[1], c.at) && !strings.HasPrefix(at[1], "exec {")) {
				t.Errorf("it isn't at %q", c.at)
			}
			for _, says := range c.says {
				if !strings.Contains(oneLine(found[0]), says) {
					t.Errorf("it doesn't say %q:\n%s", says, found[0])
				}
			}
		})
	}
}

// What the environment has wrong, and nothing at all.
func TestAccProvider_environmentErrorsAtPlanTime(t *testing.T) {
	t.Parallel()
	host, authority := acctest.Address(t)
	terraform := installed(t)
	terraform.Configure(`
provider "mar" {
  impersonate {
    user   = "jane"
    groups = ["nobodies"]
  }
}

data "mar_cluster" "test" { name = "mar-acc-none" }`)
	terraform.Must(0, "init")
	for title, c := range map[string]struct {
		env  []string
		says []string
	}{
		"nothing":        {nil, []string{"No API server is configured", "KUBE_CONFIG_PATH"}},
		"half":           {[]string{"KUBE_HOST=" + host, "KUBE_CLIENT_CERT_DATA=x"}, []string{"only client_certificate is set", "set by the environment variable KUBE_CLIENT_CERT_DATA"}},
		"authority":      {[]string{"KUBE_HOST=" + host, "KUBE_CLUSTER_CA_CERT_DATA=x"}, []string{"PEM text", "set by the environment variable KUBE_CLUSTER_CA_CERT_DATA"}},
		"file":           {[]string{"KUBECONFIG=/nowhere/config"}, []string{"/nowhere/config can't be read", "set by the environment variable KUBECONFIG"}},
		"cleartext":      {[]string{"KUBE_HOST=http://10.255.255.1:8080", "KUBE_TOKEN=x"}, []string{"anybody on the network path could read the credentials", "set by the environment variable KUBE_HOST"}},
		"no rights":      {[]string{"KUBE_CONFIG_PATH=" + acctest.Kubeconfig(t)}, []string{`User "jane" cannot get resource "namespaces"`, `The credentials lack this permission; they come from the user "admin" of the kubeconfig`}},
		"rejected token": {[]string{"KUBE_HOST=" + host, "KUBE_CLUSTER_CA_CERT_DATA=" + authority, "KUBE_TOKEN=nonsense"}, []string{"doesn't accept the credentials, which come from the environment variable KUBE_TOKEN"}},
	} {
		t.Run(title, func(t *testing.T) {
			terraform.Env("KUBE_HOST=", "KUBE_TOKEN=", "KUBE_CLUSTER_CA_CERT_DATA=", "KUBE_CLIENT_CERT_DATA=", "KUBECONFIG=", "KUBE_CONFIG_PATH=")
			terraform.Env(c.env...)
			output := oneLine(terraform.Must(1, "plan"))
			for _, says := range c.says {
				if !strings.Contains(output, says) {
					t.Errorf("it doesn't say %q:\n%s", says, output)
				}
			}
		})
	}
}

// What a plan doesn't know yet is an error that names the argument and the two ways
// out, in blocks and lists too.
func TestAccProvider_unknownArguments(t *testing.T) {
	t.Parallel()
	terraform := acctest.NewCLI(t)
	terraform.Configure(`
resource "terraform_data" "later" {
  input = "later"
}

provider "mar" {
  host = terraform_data.later.output
  exec {
    api_version = "client.authentication.k8s.io/v1"
    command     = "true"
    env         = { LATER = terraform_data.later.output }
  }
  impersonate {
    user   = "jane"
    groups = [terraform_data.later.output]
  }
}

data "mar_clusters" "test" {}`)
	output := oneLine(terraform.Must(1, "plan"))
	for _, name := range []string{"host", "exec", "impersonate"} {
		if !strings.Contains(output, "The argument "+name+" depends on something that doesn't exist yet") {
			t.Errorf("nothing is said of %s:\n%s", name, output)
		}
	}
	if found := strings.Count(output, "Error: "); found != 3 || !strings.Contains(output, "terraform apply -target=") || !strings.Contains(output, "a separate configuration") {
		t.Errorf("there are %d errors, or not both ways out:\n%s", found, output)
	}
}
