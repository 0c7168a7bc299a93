package provider

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

func env(set map[string]string) lookup {
	return func(name string) (string, bool) {
		value, ok := set[name]
		return value, ok
	}
}

// Sources, as messages name them.
const (
	byHost, envHost = "the provider's argument host", "the environment variable KUBE_HOST"
	envKubeconfig   = "the environment variable KUBECONFIG"
	byToken         = "the provider's argument token"
	envToken        = "the environment variable KUBE_TOKEN"
)

// everything is an environment that has all of it.
func everything(but map[string]string) map[string]string {
	set := map[string]string{
		"KUBE_HOST": "x", "KUBE_TOKEN": "x", "KUBE_CLIENT_CERT_DATA": "x", "KUBE_CLIENT_KEY_DATA": "x",
		"KUBE_CLUSTER_CA_CERT_DATA": "x", "KUBE_TLS_SERVER_NAME": "x", "KUBE_CONFIG_PATH": "x", "KUBE_CONFIG_PATHS": "x", "KUBECONFIG": "x", "KUBE_CTX": "x", "KUBE_CTX_CLUSTER": "x",
		"KUBE_CTX_AUTH_INFO": "x", "KUBERNETES_SERVICE_HOST": "x", "KUBERNETES_SERVICE_PORT": "x",
	}
	maps.Copy(set, but)
	return set
}

func TestResolve_precedence(t *testing.T) {
	exec := &connect.Exec{APIVersion: "v", Command: "c"}
	for name, c := range map[string]struct {
		args arguments
		env  map[string]string
		want connect.Config
	}{
		// Sources, each with all of the environment set.
		"config_path": {
			arguments{ConfigPath: new("a")},
			everything(map[string]string{"KUBE_CTX": "c", "KUBE_CTX_CLUSTER": "k", "KUBE_CTX_AUTH_INFO": "u"}),
			connect.Config{Source: "the provider's argument config_path", Paths: []string{"a"}, Context: "c", ContextCluster: "k", ContextUser: "u"},
		},
		"config_paths": {
			arguments{ConfigPaths: []string{"a", "b"}, ConfigContext: new("c"), ConfigContextCluster: new("k"), ConfigContextAuthInfo: new("u")},
			everything(nil),
			connect.Config{Source: "the provider's argument config_paths", Paths: []string{"a", "b"}, Context: "c", ContextCluster: "k", ContextUser: "u"},
		},
		"config_raw": {
			arguments{ConfigRaw: new("a")},
			everything(nil),
			connect.Config{Source: "the provider's argument config_raw", Raw: "a", Context: "x", ContextCluster: "x", ContextUser: "x"},
		},
		"in_cluster": {
			arguments{InCluster: new(true)},
			everything(map[string]string{"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}),
			connect.Config{Source: "the provider's argument in_cluster", Credentials: "the Pod's own service account", Host: "https://10.0.0.1:443", TokenFile: "/pod/token", CACertificateFile: "/pod/ca.crt"},
		},
		"in_cluster by IPv6": {
			arguments{InCluster: new(true)},
			map[string]string{"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"},
			connect.Config{Source: "the provider's argument in_cluster", Credentials: "the Pod's own service account", Host: "https://[fd00::1]:443", TokenFile: "/pod/token", CACertificateFile: "/pod/ca.crt"},
		},
		"in_cluster = false is none": {
			arguments{InCluster: new(false), ConfigPath: new("a")},
			nil,
			connect.Config{Source: "the provider's argument config_path", Paths: []string{"a"}},
		},
		"host and token": {
			arguments{Host: new("h"), Token: new("t"), ClusterCACertificate: new("ca"), TLSServerName: new("n")},
			everything(nil),
			connect.Config{Source: byHost, Credentials: byToken, Host: "h", Token: "t", CACertificate: "ca", TLSServerName: "n"},
		},
		"KUBE_HOST": {
			arguments{},
			everything(map[string]string{"KUBE_HOST": "h", "KUBE_TOKEN": "t", "KUBE_CLIENT_CERT_DATA": "c", "KUBE_CLIENT_KEY_DATA": "k", "KUBE_CLUSTER_CA_CERT_DATA": "ca", "KUBE_TLS_SERVER_NAME": "n"}),
			connect.Config{Source: envHost, Credentials: envToken + " and the environment variable KUBE_CLIENT_CERT_DATA", Host: "h", Token: "t", ClientCertificate: "c", ClientKey: "k", CACertificate: "ca", TLSServerName: "n"},
		},
		"KUBE_CONFIG_PATH": {
			arguments{},
			map[string]string{"KUBE_CONFIG_PATH": "a", "KUBE_CONFIG_PATHS": "b", "KUBECONFIG": "c", "KUBE_TOKEN": "t", "KUBERNETES_SERVICE_HOST": "p", "KUBERNETES_SERVICE_PORT": "1"},
			connect.Config{Source: "the environment variable KUBE_CONFIG_PATH", Paths: []string{"a"}},
		},
		"KUBE_CONFIG_PATHS": {
			arguments{},
			map[string]string{"KUBE_CONFIG_PATHS": "a::b", "KUBECONFIG": "c"},
			connect.Config{Source: "the environment variable KUBE_CONFIG_PATHS", Paths: []string{"a", "b"}},
		},
		"KUBECONFIG": {
			arguments{},
			map[string]string{"KUBECONFIG": "a:b", "KUBE_CONFIG_PATH": ""},
			connect.Config{Source: envKubeconfig, Paths: []string{"a", "b"}},
		},
		"a context argument asks for a kubeconfig": {
			arguments{ConfigContext: new("c")},
			map[string]string{"KUBE_HOST": "h", "KUBE_TOKEN": "t", "KUBECONFIG": "a"},
			connect.Config{Source: envKubeconfig, Paths: []string{"a"}, Context: "c"},
		},

		// Who asks: an argument leaves out every other method of the environment.
		"host by an argument, the token by the environment": {
			arguments{Host: new("h")},
			map[string]string{"KUBE_TOKEN": "t"},
			connect.Config{Source: byHost, Credentials: envToken, Host: "h", Token: "t"},
		},
		"host by the environment, the token by an argument": {
			arguments{Token: new("t")},
			map[string]string{"KUBE_HOST": "h", "KUBE_TOKEN": "x"},
			connect.Config{Source: envHost, Credentials: byToken, Host: "h", Token: "t"},
		},
		"token_file before KUBE_TOKEN": {
			arguments{Host: new("h"), TokenFile: new("f")},
			map[string]string{"KUBE_TOKEN": "x", "KUBE_USER": "x", "KUBE_PASSWORD": "x"},
			connect.Config{Source: byHost, Credentials: "the provider's argument token_file", Host: "h", TokenFile: "f"},
		},
		"exec before KUBE_TOKEN": {
			arguments{Host: new("h"), Exec: exec},
			map[string]string{"KUBE_TOKEN": "x", "KUBE_CLIENT_CERT_DATA": "x", "KUBE_CLIENT_KEY_DATA": "x"},
			connect.Config{Source: byHost, Credentials: "the provider's argument exec", Host: "h", Exec: exec},
		},
		"username and password before KUBE_TOKEN": {
			arguments{Host: new("h"), Username: new("u"), Password: new("p")},
			map[string]string{"KUBE_TOKEN": "x", "KUBE_PASSWORD": "x"},
			connect.Config{Source: byHost, Credentials: "the provider's argument username", Host: "h", Username: "u", Password: "p"},
		},
		"a client certificate before KUBE_TOKEN": {
			arguments{Host: new("h"), ClientCertificate: new("c"), ClientKey: new("k")},
			map[string]string{"KUBE_TOKEN": "x", "KUBE_CLIENT_KEY_DATA": "x"},
			connect.Config{Source: byHost, Credentials: "the provider's argument client_certificate", Host: "h", ClientCertificate: "c", ClientKey: "k"},
		},
		"a token before KUBE_CLIENT_CERT_DATA": {
			arguments{Host: new("h"), Token: new("t")},
			map[string]string{"KUBE_CLIENT_CERT_DATA": "x", "KUBE_CLIENT_KEY_DATA": "x"},
			connect.Config{Source: byHost, Credentials: byToken, Host: "h", Token: "t"},
		},
		"a client certificate beside a token": {
			arguments{Host: new("h"), ClientCertificate: new("c"), ClientKey: new("k"), Token: new("t")},
			nil,
			connect.Config{Source: byHost, Credentials: byToken + " and the provider's argument client_certificate", Host: "h", ClientCertificate: "c", ClientKey: "k", Token: "t"},
		},
		"half by an argument, half by the environment": {
			arguments{Host: new("h"), Username: new("u")},
			map[string]string{"KUBE_PASSWORD": "p", "KUBE_USER": "x"},
			connect.Config{Source: byHost, Credentials: "the provider's argument username", Host: "h", Username: "u", Password: "p"},
		},
		"KUBE_USER and KUBE_PASSWORD": {
			arguments{},
			map[string]string{"KUBE_HOST": "h", "KUBE_USER": "u", "KUBE_PASSWORD": "p"},
			connect.Config{Source: envHost, Credentials: "the environment variable KUBE_USER", Host: "h", Username: "u", Password: "p"},
		},
		"nobody": {arguments{Host: new("h")}, nil, connect.Config{Source: byHost, Host: "h"}},

		// How the server's certificate is checked: an argument isn't undone by the environment.
		"cluster_ca_certificate before KUBE_INSECURE": {
			arguments{Host: new("h"), ClusterCACertificate: new("ca")},
			map[string]string{"KUBE_INSECURE": "true", "KUBE_CLUSTER_CA_CERT_DATA": "x"},
			connect.Config{Source: byHost, Host: "h", CACertificate: "ca"},
		},
		"insecure before KUBE_CLUSTER_CA_CERT_DATA": {
			arguments{Host: new("h"), Insecure: new(true)},
			map[string]string{"KUBE_CLUSTER_CA_CERT_DATA": "x"},
			connect.Config{Source: byHost, Host: "h", Insecure: true},
		},
		"insecure = false before KUBE_INSECURE": {
			arguments{Host: new("h"), Insecure: new(false)},
			map[string]string{"KUBE_CLUSTER_CA_CERT_DATA": "ca", "KUBE_INSECURE": "true"},
			connect.Config{Source: byHost, Host: "h", CACertificate: "ca"},
		},
		"KUBE_INSECURE": {
			arguments{},
			map[string]string{"KUBE_HOST": "h", "KUBE_INSECURE": "1"},
			connect.Config{Source: envHost, Host: "h", Insecure: true},
		},

		// What goes with every source.
		"the rest with a kubeconfig": {
			arguments{ConfigPath: new("a"), ProxyURL: new("p"), Impersonate: &connect.Impersonate{User: "u"}, QPS: new(1.5), Burst: new(int64(3)), RequestTimeout: new("5s")},
			map[string]string{"KUBE_PROXY_URL": "x"},
			connect.Config{Source: "the provider's argument config_path", Paths: []string{"a"}, ProxyURL: "p", Impersonate: connect.Impersonate{User: "u"}, QPS: 1.5, Burst: 3, RequestTimeout: 5 * time.Second},
		},
		"KUBE_PROXY_URL": {
			arguments{Host: new("h")},
			map[string]string{"KUBE_PROXY_URL": "p"},
			connect.Config{Source: byHost, Host: "h", ProxyURL: "p"},
		},
	} {
		c.args.ServiceAccountFolder = "/pod"
		got, err := resolve(c.args, env(c.env))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.want.RequestTimeout == 0 {
			c.want.RequestTimeout = defaultRequestTimeout
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestResolve_errors(t *testing.T) {
	for name, c := range map[string]struct {
		args arguments
		env  map[string]string
		// at is the argument that the error is about.
		at   string
		want []string
	}{
		"nothing":                     {arguments{}, nil, "", []string{"host", "config_path", "config_paths", "config_raw", "in_cluster", "KUBE_HOST", "KUBE_CONFIG_PATH", "KUBE_CONFIG_PATHS", "KUBECONFIG", "The provider doesn't guess"}},
		"only empty variables":        {arguments{}, map[string]string{"KUBE_HOST": "", "KUBECONFIG": ""}, "", []string{"KUBECONFIG", "none of them is set"}},
		"within a Pod, unasked":       {arguments{}, map[string]string{"KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"}, "", []string{"none of them is set"}},
		"in_cluster = false":          {arguments{InCluster: new(false)}, nil, "", []string{"none of them is set"}},
		"a mixture":                   {arguments{Host: new("h"), ConfigPath: new("a")}, nil, "config_path", []string{"host", "config_path", "never mixed"}},
		"a token with a file":         {arguments{Token: new("t"), ConfigPath: new("a")}, nil, "config_path", []string{"token", "config_path", "never mixed"}},
		"a token_file with a file":    {arguments{TokenFile: new("t"), ConfigPath: new("a")}, nil, "config_path", []string{"token_file", "never mixed"}},
		"exec with a file":            {arguments{Exec: &connect.Exec{}, ConfigPaths: []string{"a"}}, nil, "config_paths", []string{"exec", "never mixed"}},
		"a password with a text":      {arguments{Password: new("p"), ConfigRaw: new("a")}, nil, "config_raw", []string{"password", "config_raw", "never mixed"}},
		"a server name with a file":   {arguments{TLSServerName: new("n"), ConfigPath: new("a")}, nil, "config_path", []string{"tls_server_name", "never mixed"}},
		"a host with a context":       {arguments{Host: new("h"), ConfigContext: new("c")}, nil, "config_context", []string{"host", "config_context", "never mixed"}},
		"in_cluster with a host":      {arguments{InCluster: new(true), Host: new("h")}, nil, "in_cluster", []string{"in_cluster", "host", "never mixed"}},
		"in_cluster with a file":      {arguments{InCluster: new(true), ConfigPath: new("a")}, nil, "in_cluster", []string{"in_cluster", "config_path", "never mixed"}},
		"in_cluster with a token":     {arguments{InCluster: new(true), Token: new("t")}, nil, "in_cluster", []string{"token", "never mixed"}},
		"in_cluster outside of a Pod": {arguments{InCluster: new(true)}, map[string]string{"KUBE_HOST": "h"}, "in_cluster", []string{"this isn't a Pod", "KUBERNETES_SERVICE_HOST"}},
		"two kinds of files":          {arguments{ConfigPath: new("a"), ConfigPaths: []string{"b"}}, nil, "config_paths", []string{"config_path and config_paths"}},
		"a file and a text":           {arguments{ConfigPath: new("a"), ConfigRaw: new("b")}, nil, "config_raw", []string{"config_path and config_raw"}},
		"files and a text":            {arguments{ConfigPaths: []string{"a"}, ConfigRaw: new("b")}, nil, "config_raw", []string{"config_paths and config_raw"}},
		"a token without a host":      {arguments{Token: new("t")}, map[string]string{"KUBECONFIG": "a"}, "token", []string{"token", "KUBE_HOST"}},
		"a proxy alone":               {arguments{ProxyURL: new("p")}, nil, "", []string{"none of them is set"}},
		"a context without a file":    {arguments{ConfigContext: new("c")}, nil, "config_context", []string{"config_context", "no kubeconfig is set for"}},
		"a token and a token_file":    {arguments{Host: new("h"), Token: new("t"), TokenFile: new("f")}, nil, "token_file", []string{"argument token and", "argument token_file are both set"}},
		"a token and exec":            {arguments{Host: new("h"), Token: new("t"), Exec: &connect.Exec{}}, nil, "exec", []string{"argument token and", "argument exec are both set"}},
		"a token_file and exec":       {arguments{Host: new("h"), TokenFile: new("t"), Exec: &connect.Exec{}}, nil, "exec", []string{"argument token_file and", "argument exec are both set"}},
		"a token and a password":      {arguments{Host: new("h"), Token: new("t"), Username: new("u"), Password: new("p")}, nil, "username", []string{"argument token and", "argument username are both set"}},
		"exec and a password":         {arguments{Host: new("h"), Exec: &connect.Exec{}, Username: new("u"), Password: new("p")}, nil, "exec", []string{"argument username and", "argument exec are both set"}},
		"KUBE_TOKEN and KUBE_USER":    {arguments{}, map[string]string{"KUBE_HOST": "h", "KUBE_TOKEN": "t", "KUBE_USER": "u", "KUBE_PASSWORD": "p"}, "", []string{"KUBE_TOKEN and", "KUBE_USER are both set"}},
		"an odd KUBE_INSECURE":        {arguments{}, map[string]string{"KUBE_HOST": "h", "KUBE_INSECURE": "maybe"}, "", []string{"KUBE_INSECURE", "maybe"}},
		"a timeout without a unit":    {arguments{Host: new("h"), RequestTimeout: new("30")}, nil, "request_timeout", []string{`request_timeout is "30"`, "30s"}},
		"no time at all":              {arguments{Host: new("h"), RequestTimeout: new("0s")}, nil, "request_timeout", []string{"request_timeout"}},
	} {
		_, err := resolve(c.args, env(c.env))
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q isn't in\n%v", name, want, err)
			}
		}
		if got := at(c.args, err); !got.Equal(path.Empty()) && !strings.HasPrefix(got.String(), c.at) || c.at != "" && got.Equal(path.Empty()) {
			t.Errorf("%s: the error is at %s, want %q", name, got, c.at)
		}
	}
}
