package provider_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/provider"
)

// Proxies, by the argument and as Go programs have them, for addresses that only
// these know; the server's certificate is for another name. And who asks: by
// impersonation, the groups too.
func TestAccProvider_wayThere(t *testing.T) {
	t.Parallel()
	namespace := acctest.Namespace(t)
	_, authority := acctest.Address(t)
	certificate, key := acctest.Credentials(t)
	byArgument, byEnvironment := acctest.NewTunnel(t), acctest.NewTunnel(t)
	passage := acctest.NewPassage(t)
	group := "readers-of-" + namespace
	client := acctest.Client(t)
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "readers"}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"get", "list"}}}}
	if _, err := client.RbacV1().Roles(namespace).Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "readers"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "readers"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: group}},
	}
	if _, err := client.RbacV1().RoleBindings(namespace).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	effective(t, authorizationv1.SubjectAccessReviewSpec{User: "jane", Groups: []string{group}, ResourceAttributes: &authorizationv1.ResourceAttributes{
		Namespace: namespace, Name: namespace, Resource: "namespaces", Verb: "get",
	}})
	admin := "allowed-to-impersonate"
	allow(t, everythingAllowed(), admin)

	terraform := installed(t)
	terraform.Env("HTTPS_PROXY="+byEnvironment.URL, "NO_PROXY=")
	terraform.Configure(fmt.Sprintf(`
locals {
  ca   = %[1]q
  cert = %[2]q
}

variable "key" { type = string }

provider "mar" {
  alias                  = "argument"
  host                   = "https://argument.example.com:6443"
  proxy_url              = %[3]q
  cluster_ca_certificate = local.ca
  tls_server_name        = "localhost"
  client_certificate     = local.cert
  client_key             = var.key
}

provider "mar" {
  alias                  = "environment"
  host                   = "https://environment.example.com:6443"
  cluster_ca_certificate = local.ca
  tls_server_name        = "localhost"
  client_certificate     = local.cert
  client_key             = var.key
  qps                    = 50
  burst                  = 5
  request_timeout        = "2m"
}

provider "mar" {
  alias                  = "impersonating"
  host                   = %[4]q
  cluster_ca_certificate = %[5]q
  token                  = %[6]q
  impersonate {
    user   = "jane"
    groups = ["others", %[7]q]
  }
}

data "mar_cluster" "argument" {
  provider = mar.argument
  name     = %[8]q
}

data "mar_cluster" "environment" {
  provider = mar.environment
  name     = %[8]q
}

data "mar_cluster" "impersonating" {
  provider = mar.impersonating
  name     = %[8]q
}
`, authority, certificate, byArgument.URL, passage.Host, passage.Authority, token(t, admin, time.Hour), group, namespace))
	terraform.Env("TF_VAR_key=" + key)
	terraform.Must(0, "init")
	terraform.Must(0, "plan")
	if asked := slices.Compact(byArgument.Asked()); len(asked) != 1 || asked[0] != "argument.example.com:6443" {
		t.Errorf("proxy_url was asked for %v", asked)
	}
	if asked := slices.Compact(byEnvironment.Asked()); len(asked) != 1 || asked[0] != "environment.example.com:6443" {
		t.Errorf("HTTPS_PROXY was asked for %v", asked)
	}
	seen := passage.Seen()
	for _, r := range seen {
		if r.Header.Get("Impersonate-User") != "jane" || !slices.Equal(r.Header.Values("Impersonate-Group"), []string{"others", group}) {
			t.Errorf("%s was asked for as %v", r.Path, r.Header)
		}
	}
	if len(seen) == 0 {
		t.Error("nothing was asked for by impersonation")
	}
}

// In a Pod, by the service account that is mounted into it; its token and authority
// are at the usual names.
func TestAccProvider_inCluster(t *testing.T) {
	name := acctest.ClusterName(t)
	passage := acctest.NewPassage(t)
	address, err := url.Parse(passage.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBERNETES_SERVICE_HOST", address.Hostname())
	t.Setenv("KUBERNETES_SERVICE_PORT", address.Port())
	const user = "in-cluster"
	allow(t, everythingAllowed(), user)
	mounted := t.TempDir()
	jwt := token(t, user, time.Hour)
	for file, content := range map[string]string{"token": jwt + "\n", "ca.crt": passage.Authority} {
		if err := os.WriteFile(filepath.Join(mounted, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"mar": func() (tfprotov6.ProviderServer, error) { return provider.NewServerInPod("test", mounted) },
		},
		Steps: []resource.TestStep{{Config: fmt.Sprintf("provider \"mar\" {\n  in_cluster = true\n}\n\nresource \"mar_cluster\" \"test\" {\n  name = %q\n}\n", name)}},
	})
	// The service account made it, and not the user of the kubeconfig that
	// KUBE_CONFIG_PATH names.
	if len(passage.Seen()) == 0 {
		t.Error("the Pod's API server was never asked")
	}
	for _, r := range passage.Seen() {
		if r.Header.Get("Authorization") != "Bearer "+jwt {
			t.Errorf("%s %s has other credentials", r.Method, r.Path)
		}
	}
}
