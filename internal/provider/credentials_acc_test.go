package provider_test

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// account makes a Namespace with a ServiceAccount named deployer.
func account(t *testing.T) string {
	t.Helper()
	cluster := acctest.Namespace(t)
	deployer := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "deployer"}}
	if _, err := acctest.Client(t).CoreV1().ServiceAccounts(cluster).Create(t.Context(), deployer, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	return cluster
}

// TestAccCredentials_leaveNoTrace holds that a token which another provider block
// works with is in no state, no plan, no output and no log, however detailed. The
// proxy sees the token on its way.
func TestAccCredentials_leaveNoTrace(t *testing.T) {
	acctest.Needs(t, acctest.EphemeralResources)
	logs := t.TempDir()
	ours, theirs := filepath.Join(logs, "provider.log"), filepath.Join(logs, "terraform.log")
	t.Setenv("TF_LOG", "TRACE")
	t.Setenv("TF_LOG_PATH", ours)
	cluster := account(t)
	var seen atomic.Pointer[string]
	proxied := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			seen.Store(&token)
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Env("TF_LOG_PATH=" + theirs)
	terraform.Configure(strings.Replace(proxied, "{", "{\n  alias = \"app\"\n  token = ephemeral.mar_cluster_credentials.test.token", 1) + fmt.Sprintf(`
ephemeral "mar_cluster_credentials" "test" {
  cluster         = %[1]q
  service_account = "deployer"
}

data "mar_instances" "test" {
  provider = mar.app
  cluster  = %[1]q
}

resource "mar_instance" "test" {
  provider = mar.app
  cluster  = %[1]q
  name     = "web"
  image    = "registry.k8s.io/pause:3.10"
}
`, cluster))
	output := terraform.Must(0, "plan", "-out=plan.bin")
	planned := seen.Swap(nil)
	output += terraform.Must(0, "apply", "plan.bin")
	applied := seen.Load()
	if planned == nil || applied == nil || *planned == *applied {
		t.Fatal("plan and apply didn't each have a token")
	}
	places := map[string]string{"the output": output, "the state": terraform.Read("terraform.tfstate"), "Terraform's log": logged(t, theirs), "the provider's log": logged(t, ours)}
	for name, text := range unzipped(t, terraform.Path("plan.bin")) {
		places["the plan's "+name] = text
	}
	for place, text := range places {
		for _, token := range []string{*planned, *applied} {
			signature := token[strings.LastIndex(token, ".")+1:]
			if strings.Contains(text, signature) {
				t.Errorf("the token is in %s", place)
			}
		}
	}
}

// logged reads a log, which has to say something, or its silence would prove nothing.
func logged(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "mar_cluster_credentials") {
		t.Errorf("%s doesn't have the run's log", file)
	}
	return string(text)
}

func unzipped(t *testing.T, file string) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	texts := map[string]string{}
	for _, part := range archive.File {
		reader, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		texts[part.Name] = string(text)
	}
	return texts
}

// TestAccCredentials_areTheAccounts holds that the kubeconfig lets in the service
// account, in its cluster, for as long as it was asked for, and that people are
// told before a token runs out in the middle of a run.
func TestAccCredentials_areTheAccounts(t *testing.T) {
	t.Parallel()
	cluster := account(t)
	server, open := opening(t)
	opened := open(map[string]tftypes.Value{"cluster": text(cluster), "service_account": text("deployer"), "lifetime": text("20m")})
	results := map[string]string{}
	for _, name := range []string{"token", "kubeconfig", "host", "expires_at"} {
		results[name] = opened.text(t, name)
	}
	config, err := clientcmd.Load([]byte(results["kubeconfig"]))
	if err != nil {
		t.Fatal(err)
	}
	if namespace := config.Contexts[config.CurrentContext].Namespace; namespace != cluster {
		t.Errorf("the kubeconfig's namespace is %q", namespace)
	}
	connection, err := clientcmd.RESTConfigFromKubeConfig([]byte(results["kubeconfig"]))
	if err != nil {
		t.Fatal(err)
	}
	who, err := kubernetes.NewForConfigOrDie(connection).AuthenticationV1().SelfSubjectReviews().Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := who.Status.UserInfo.Username, "system:serviceaccount:"+cluster+":deployer"; got != want {
		t.Errorf("it lets in %s, want %s", got, want)
	}
	expires, err := time.Parse(time.RFC3339, results["expires_at"])
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(expires); left > 20*time.Minute || left < 10*time.Minute {
		t.Errorf("the token is good for %s, want 20 minutes", left)
	}
	if notice := expires.Sub(opened.RenewAt); notice < 59*time.Second || notice > 61*time.Second {
		t.Errorf("people are told %s before", notice)
	}
	renewed, err := server.RenewEphemeralResource(t.Context(), &tfprotov6.RenewEphemeralResourceRequest{TypeName: "mar_cluster_credentials", Private: opened.Private})
	if err != nil || len(renewed.Diagnostics) != 1 || !strings.Contains(renewed.Diagnostics[0].Detail, "ServiceAccount "+cluster+"/deployer expires at "+results["expires_at"]) || !renewed.RenewAt.IsZero() {
		t.Errorf("renewed: %v, %v", renewed.Diagnostics, err)
	}
	missing := open(map[string]tftypes.Value{"cluster": text(cluster), "service_account": text("nobody")})
	if len(missing.Diagnostics) != 1 || missing.Diagnostics[0].Summary != "No such service account" {
		t.Errorf("a service account that isn't there: %v", missing.Diagnostics)
	}
	audience := tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, []tftypes.Value{text("vault")})
	connection.BearerToken = open(map[string]tftypes.Value{"cluster": text(cluster), "service_account": text("deployer"), "audiences": audience}).text(t, "token")
	if _, err := kubernetes.NewForConfigOrDie(connection).Discovery().ServerVersion(); err == nil {
		t.Error("the API takes a token that is for somebody else")
	}
}

func text(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

type opened struct {
	*tfprotov6.OpenEphemeralResourceResponse
	kind tftypes.Object
}

func (o opened) text(t *testing.T, name string) string {
	t.Helper()
	if len(o.Diagnostics) > 0 {
		t.Fatal(o.Diagnostics[0].Summary, o.Diagnostics[0].Detail)
	}
	value, err := o.Result.Unmarshal(o.kind)
	if err != nil {
		t.Fatal(err)
	}
	values, text := map[string]tftypes.Value{}, ""
	if err := value.As(&values); err != nil {
		t.Fatal(err)
	}
	if err := values[name].As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// opening configures a provider, and returns it and what opens credentials with it.
func opening(t *testing.T) (tfprotov6.ProviderServer, func(map[string]tftypes.Value) opened) {
	t.Helper()
	acctest.Kubeconfig(t)
	server, err := acctest.Providers()["mar"]()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, config := nulls(t, schemas.Provider.ValueType(), nil)
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatal(err, configured.Diagnostics)
	}
	return server, func(given map[string]tftypes.Value) opened {
		kind, config := nulls(t, schemas.EphemeralResourceSchemas["mar_cluster_credentials"].ValueType(), given)
		response, err := server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: "mar_cluster_credentials", Config: config})
		if err != nil {
			t.Fatal(err)
		}
		return opened{response, kind}
	}
}

// nulls is an object in which all is null but what is given.
func nulls(t *testing.T, kind tftypes.Type, given map[string]tftypes.Value) (tftypes.Object, *tfprotov6.DynamicValue) {
	t.Helper()
	object, ok := kind.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is no object", kind)
	}
	values := map[string]tftypes.Value{}
	for name, attribute := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
		if value, ok := given[name]; ok {
			values[name] = value
		}
	}
	dynamic, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	if err != nil {
		t.Fatal(err)
	}
	return object, &dynamic
}
