package kube

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/homedir"
)

// Config says which API server to talk to, and as whom: either by kubeconfig
// files or directly, never by a mixture of both.
type Config struct {
	// Source is where the settings came from, for messages, such as
	// "the environment variable KUBECONFIG".
	Source string

	// Paths are kubeconfig files, merged as kubectl merges them. Without any,
	// the connection is the direct one below.
	Paths          []string
	Context        string
	ContextCluster string
	ContextUser    string

	// Host is a URL; the certificates and the key are PEM text.
	Host              string
	Token             string
	ClientCertificate string
	ClientKey         string
	CACertificate     string
	Insecure          bool
}

// REST reads the files that the configuration names and returns what client-go
// connects with. It sends nothing.
func (c Config) REST() (*rest.Config, error) {
	if len(c.Paths) == 0 {
		return c.direct()
	}
	return c.fromFiles()
}

func (c Config) direct() (*rest.Config, error) {
	if (c.ClientCertificate == "") != (c.ClientKey == "") {
		return nil, errors.New("client_certificate and client_key belong together, and only one of them is set")
	}
	if c.Insecure && c.CACertificate != "" {
		return nil, errors.New("insecure turns the check of the server's certificate off, and cluster_ca_certificate asks for one: set only one of them")
	}
	return &rest.Config{
		Host:        c.Host,
		BearerToken: c.Token,
		TLSClientConfig: rest.TLSClientConfig{
			Insecure: c.Insecure,
			CAData:   []byte(c.CACertificate),
			CertData: []byte(c.ClientCertificate),
			KeyData:  []byte(c.ClientKey),
		},
	}, nil
}

func (c Config) fromFiles() (*rest.Config, error) {
	paths := make([]string, 0, len(c.Paths))
	for _, p := range c.Paths {
		expanded := expandHome(p)
		if info, err := os.Stat(expanded); err != nil {
			return nil, fmt.Errorf("the kubeconfig %s can't be read: %w", p, err)
		} else if info.IsDir() {
			return nil, fmt.Errorf("the kubeconfig %s is a folder", p)
		}
		paths = append(paths, expanded)
	}
	raw, err := (&clientcmd.ClientConfigLoadingRules{Precedence: paths}).Load()
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig %s can't be understood: %w", strings.Join(c.Paths, ", "), err)
	}
	if err := c.checkNames(raw); err != nil {
		return nil, err
	}
	overrides := &clientcmd.ConfigOverrides{
		CurrentContext: c.Context,
		Context:        clientcmdapi.Context{Cluster: c.ContextCluster, AuthInfo: c.ContextUser},
	}
	cfg, err := clientcmd.NewNonInteractiveClientConfig(*raw, c.Context, overrides, nil).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig %s is incomplete: %w", strings.Join(c.Paths, ", "), err)
	}
	return cfg, nil
}

// checkNames says which names a kubeconfig has where it lacks the wanted one.
func (c Config) checkNames(raw *clientcmdapi.Config) error {
	context := c.Context
	if context == "" {
		context = raw.CurrentContext
	}
	if context == "" && (c.ContextCluster == "" || c.ContextUser == "") {
		return fmt.Errorf("the kubeconfig %s has no current context; name one with config_context: it has %s",
			strings.Join(c.Paths, ", "), namesOf(raw.Contexts))
	}
	for _, want := range []struct {
		what, name string
		exists     bool
		names      string
	}{
		{"context", context, has(raw.Contexts, context), namesOf(raw.Contexts)},
		{"cluster", c.ContextCluster, has(raw.Clusters, c.ContextCluster), namesOf(raw.Clusters)},
		{"user", c.ContextUser, has(raw.AuthInfos, c.ContextUser), namesOf(raw.AuthInfos)},
	} {
		if want.name != "" && !want.exists {
			return fmt.Errorf("the kubeconfig %s has no %s %q: it has %s",
				strings.Join(c.Paths, ", "), want.what, want.name, want.names)
		}
	}
	return nil
}

func has[V any](m map[string]V, name string) bool {
	_, ok := m[name]
	return ok
}

func namesOf[V any](m map[string]V) string {
	if len(m) == 0 {
		return "none"
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, fmt.Sprintf("%q", name))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(homedir.HomeDir(), rest)
	}
	return path
}
