package credentials

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

func TestKubeconfigOf(t *testing.T) {
	text, err := kubeconfigOf(connect.Endpoint{URL: "https://10.0.0.1:6443", CA: "pem", ServerName: "api", Proxy: "http://proxy:3128"}, "prod", "deployer", "t0ken")
	if err != nil {
		t.Fatal(err)
	}
	const want = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: cGVt
    proxy-url: http://proxy:3128
    server: https://10.0.0.1:6443
    tls-server-name: api
  name: prod
contexts:
- context:
    cluster: prod
    namespace: prod
    user: deployer
  name: prod
current-context: prod
kind: Config
users:
- name: deployer
  user:
    token: t0ken
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
