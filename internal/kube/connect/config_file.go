package connect

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	// So that the kubeconfig of an OIDC login works, and one of a login that
	// Kubernetes has dropped says what to use instead.
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/homedir"
)

func (c Config) fromKubeconfig() (Connection, error) {
	raw, err := c.kubeconfig()
	if err != nil {
		return Connection{}, err
	}
	if err := c.checkNames(raw); err != nil {
		return Connection{}, err
	}
	overrides := &clientcmd.ConfigOverrides{
		CurrentContext: c.Context,
		Context:        clientcmdapi.Context{Cluster: c.ContextCluster, AuthInfo: c.ContextUser},
	}
	if err := c.checkAddresses(raw); err != nil {
		return Connection{}, err
	}
	cfg, err := clientcmd.NewNonInteractiveClientConfig(*raw, c.Context, overrides, nil).ClientConfig()
	if err != nil {
		return Connection{}, fmt.Errorf("%s is incomplete: %w", c.name(), err)
	}
	user := c.ContextUser
	if context := raw.Contexts[cmp.Or(c.Context, raw.CurrentContext)]; user == "" && context != nil {
		user = context.AuthInfo
	}
	if err := c.checkCleartextOf(raw.AuthInfos[user], cfg); err != nil {
		return Connection{}, err
	}
	return Connection{REST: cfg, Credentials: fmt.Sprintf("the user %q of %s", user, c.name())}, nil
}

// kubeconfig reads the files, or the text.
func (c Config) kubeconfig() (*clientcmdapi.Config, error) {
	if c.Raw != "" {
		raw, err := clientcmd.Load([]byte(c.Raw))
		if err != nil {
			return nil, unusable("config_raw", "%s can't be parsed: %w", c.name(), notKubeconfig(err))
		}
		return raw, nil
	}
	setting := c.kubeconfigSetting()
	paths := make([]string, 0, len(c.Paths))
	for _, p := range c.Paths {
		expanded := expandHome(p)
		if info, err := os.Stat(expanded); err != nil {
			return nil, unusable(setting, "the kubeconfig %s can't be read: %w", p, withoutPath(err))
		} else if info.IsDir() {
			return nil, unusable(setting, "the kubeconfig %s is a folder", p)
		}
		paths = append(paths, expanded)
	}
	raw, err := (&clientcmd.ClientConfigLoadingRules{Precedence: paths}).Load()
	if err != nil {
		return nil, unusable(setting, "%s can't be parsed: %w", c.name(), notKubeconfig(err))
	}
	return raw, nil
}

// kubeconfigSetting is the argument that names the kubeconfig.
func (c Config) kubeconfigSetting() string {
	switch {
	case c.Raw != "":
		return "config_raw"
	case len(c.Paths) == 1:
		return "config_path"
	}
	return "config_paths"
}

// checkAddresses checks those of the cluster that is used: errors about them that come later
// would quote them, and the passwords in them.
func (c Config) checkAddresses(raw *clientcmdapi.Config) error {
	name := c.ContextCluster
	if context := raw.Contexts[cmp.Or(c.Context, raw.CurrentContext)]; name == "" && context != nil {
		name = context.Cluster
	}
	cluster := raw.Clusters[name]
	if cluster == nil {
		return nil
	}
	if u, err := url.Parse(cluster.Server); strings.Contains(cluster.Server, "@") && (err != nil || u.User != nil) {
		return unusable(c.kubeconfigSetting(), "%s has a user name or password in the server of its cluster %q; set username and password of the user instead", c.name(), name)
	}
	if cluster.ProxyURL == "" {
		return nil
	}
	if proxy, err := proxyURL(cluster.ProxyURL); err != nil || proxy.Scheme == "socks5h" {
		return unusable(c.kubeconfigSetting(), "%s has a proxy-url in its cluster %q that isn't a URL with http://, https:// or socks5://", c.name(), name)
	}
	return nil
}

// notKubeconfig replaces a parser's error, which quotes what it stumbled over, and
// that may be a token.
func notKubeconfig(err error) error {
	if errors.Is(err, os.ErrPermission) {
		return os.ErrPermission
	}
	if at := regexp.MustCompile(`\bline (\d+)`).FindString(err.Error()); at != "" {
		return fmt.Errorf("it isn't a kubeconfig in YAML or JSON (%s)", at)
	}
	return errors.New("it isn't a kubeconfig in YAML or JSON")
}

// name says which kubeconfig it is.
func (c Config) name() string {
	if c.Raw != "" {
		return "the kubeconfig in config_raw"
	}
	return "the kubeconfig " + strings.Join(c.Paths, ", ")
}

// checkNames says which names a kubeconfig has where it lacks the wanted one.
func (c Config) checkNames(raw *clientcmdapi.Config) error {
	context := c.Context
	if context == "" {
		context = raw.CurrentContext
	}
	if context == "" && (c.ContextCluster == "" || c.ContextUser == "") {
		return unusable("config_context", "%s has no current context; name one with config_context: it has %s", c.name(), namesOf(raw.Contexts))
	}
	for _, want := range []struct {
		setting, what, name string
		exists              bool
		names               string
	}{
		{"config_context", "context", context, has(raw.Contexts, context), namesOf(raw.Contexts)},
		{"config_context_cluster", "cluster", c.ContextCluster, has(raw.Clusters, c.ContextCluster), namesOf(raw.Clusters)},
		{"config_context_auth_info", "user", c.ContextUser, has(raw.AuthInfos, c.ContextUser), namesOf(raw.AuthInfos)},
	} {
		if want.name != "" && !want.exists {
			return unusable(want.setting, "%s has no %s %q: it has %s", c.name(), want.what, want.name, want.names)
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
