package provider

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func env(set map[string]string) lookup {
	return func(name string) (string, bool) {
		value, ok := set[name]
		return value, ok
	}
}

func TestResolve_precedence(t *testing.T) {
	for name, c := range map[string]struct {
		args arguments
		env  map[string]string
		want kube.Config
	}{
		"config_path": {
			arguments{ConfigPath: new("a")},
			map[string]string{"KUBE_CONFIG_PATH": "b", "KUBECONFIG": "c", "KUBE_HOST": "h", "KUBE_TOKEN": "t"},
			kube.Config{Source: "the provider's argument config_path", Paths: []string{"a"}},
		},
		"config_paths": {
			arguments{ConfigPaths: []string{"a", "b"}},
			map[string]string{"KUBE_CONFIG_PATHS": "c"},
			kube.Config{Source: "the provider's argument config_paths", Paths: []string{"a", "b"}},
		},
		"KUBE_CONFIG_PATH": {
			arguments{},
			map[string]string{"KUBE_CONFIG_PATH": "a", "KUBE_CONFIG_PATHS": "b", "KUBECONFIG": "c"},
			kube.Config{Source: "the environment variable KUBE_CONFIG_PATH", Paths: []string{"a"}},
		},
		"KUBE_CONFIG_PATHS": {
			arguments{},
			map[string]string{"KUBE_CONFIG_PATHS": "a:b", "KUBECONFIG": "c"},
			kube.Config{Source: "the environment variable KUBE_CONFIG_PATHS", Paths: []string{"a", "b"}},
		},
		"KUBECONFIG": {
			arguments{},
			map[string]string{"KUBECONFIG": "a:b", "KUBE_CONFIG_PATH": ""},
			kube.Config{Source: "the environment variable KUBECONFIG", Paths: []string{"a", "b"}},
		},
		"the context's arguments": {
			arguments{ConfigContext: new("c"), ConfigContextCluster: new("k"), ConfigContextAuthInfo: new("u")},
			map[string]string{"KUBECONFIG": "a", "KUBE_CTX": "x", "KUBE_CTX_CLUSTER": "x", "KUBE_CTX_AUTH_INFO": "x"},
			kube.Config{Source: "the environment variable KUBECONFIG", Paths: []string{"a"}, Context: "c", ContextCluster: "k", ContextUser: "u"},
		},
		"the context's environment": {
			arguments{ConfigPath: new("a")},
			map[string]string{"KUBE_CTX": "c", "KUBE_CTX_CLUSTER": "k", "KUBE_CTX_AUTH_INFO": "u"},
			kube.Config{Source: "the provider's argument config_path", Paths: []string{"a"}, Context: "c", ContextCluster: "k", ContextUser: "u"},
		},
		"a context argument asks for a kubeconfig": {
			arguments{ConfigContext: new("c")},
			map[string]string{"KUBE_HOST": "h", "KUBECONFIG": "a"},
			kube.Config{Source: "the environment variable KUBECONFIG", Paths: []string{"a"}, Context: "c"},
		},
		"host takes no kubeconfig's credentials": {
			arguments{Host: new("h"), Token: new("t")},
			map[string]string{"KUBE_CONFIG_PATH": "a", "KUBE_CTX": "c", "KUBE_HOST": "x", "KUBE_TOKEN": "x"},
			kube.Config{Source: "the provider's argument host", Host: "h", Token: "t"},
		},
		"all of a direct connection": {
			arguments{Host: new("h"), ClientCertificate: new("c"), ClientKey: new("k"), ClusterCACertificate: new("ca"), Insecure: new(false)},
			map[string]string{"KUBE_INSECURE": "true"},
			kube.Config{Source: "the provider's argument host", Host: "h", ClientCertificate: "c", ClientKey: "k", CACertificate: "ca"},
		},
		"KUBE_HOST before kubeconfigs of the environment": {
			arguments{},
			map[string]string{
				"KUBE_HOST": "h", "KUBE_TOKEN": "t", "KUBE_CLUSTER_CA_CERT_DATA": "ca", "KUBE_CLIENT_CERT_DATA": "c", "KUBE_CLIENT_KEY_DATA": "k", "KUBE_INSECURE": "1", "KUBE_CONFIG_PATH": "a", "KUBECONFIG": "b",
			},
			kube.Config{Source: "the environment variable KUBE_HOST", Host: "h", Token: "t", CACertificate: "ca", ClientCertificate: "c", ClientKey: "k", Insecure: true},
		},
		"host as an argument, the token from the environment": {
			arguments{Host: new("h"), ClusterCACertificate: new("ca")},
			map[string]string{"KUBE_TOKEN": "t"},
			kube.Config{Source: "the provider's argument host", Host: "h", Token: "t", CACertificate: "ca"},
		},
	} {
		got, err := resolve(c.args, env(c.env))
		if err != nil {
			t.Errorf("%s: %v", name, err)
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
		want []string
	}{
		"nothing":                  {arguments{}, nil, []string{"host", "config_path", "config_paths", "KUBE_HOST", "KUBE_CONFIG_PATH", "KUBE_CONFIG_PATHS", "KUBECONFIG", "Nothing is guessed"}},
		"only empty variables":     {arguments{}, map[string]string{"KUBE_HOST": "", "KUBECONFIG": ""}, []string{"KUBECONFIG", "none is set"}},
		"a mixture":                {arguments{Host: new("h"), ConfigPath: new("a")}, nil, []string{"host", "config_path", "never mixed"}},
		"a token with a file":      {arguments{Token: new("t"), ConfigPath: new("a")}, nil, []string{"token", "config_path", "never mixed"}},
		"two kinds of files":       {arguments{ConfigPath: new("a"), ConfigPaths: []string{"b"}}, nil, []string{"config_path and config_paths"}},
		"a token without a host":   {arguments{Token: new("t")}, map[string]string{"KUBECONFIG": "a"}, []string{"token", "KUBE_HOST"}},
		"a context without a file": {arguments{ConfigContext: new("c")}, nil, []string{"config_context", "none is named"}},
		"an odd KUBE_INSECURE":     {arguments{}, map[string]string{"KUBE_HOST": "h", "KUBE_INSECURE": "maybe"}, []string{"KUBE_INSECURE", "maybe"}},
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
	}
}
