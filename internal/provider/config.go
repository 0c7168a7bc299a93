package provider

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

// arguments are the provider block's connection settings, each nil where the
// block leaves it out.
type arguments struct {
	ConfigPath            *string
	ConfigPaths           []string
	ConfigRaw             *string
	ConfigContext         *string
	ConfigContextCluster  *string
	ConfigContextAuthInfo *string

	Host                 *string
	Token                *string
	TokenFile            *string
	Username             *string
	Password             *string
	ClientCertificate    *string
	ClientKey            *string
	Exec                 *connect.Exec
	ClusterCACertificate *string
	Insecure             *bool
	TLSServerName        *string

	InCluster *bool

	ProxyURL       *string
	Impersonate    *connect.Impersonate
	RequestTimeout *string
	QPS            *float64
	Burst          *int64

	// ServiceAccountFolder is where Kubernetes puts a Pod's own credentials.
	ServiceAccountFolder string
}

// lookup reads one environment variable, as os.LookupEnv does.
type lookup func(name string) (string, bool)

// defaultRequestTimeout is a little more than API servers give themselves.
const defaultRequestTimeout = 90 * time.Second

var errNotConfigured = errors.New(`no API server is configured. The provider looks at these, in this order, and none of them is set:

  - the provider's arguments host, config_path, config_paths, config_raw and in_cluster
  - the environment variables KUBE_HOST, KUBE_CONFIG_PATH, KUBE_CONFIG_PATHS and KUBECONFIG

The provider doesn't guess: it uses neither ~/.kube/config nor the Pod's own service account by itself. For a kubeconfig write

  provider "mar" {
    config_path    = "~/.kube/config"
    config_context = "my-context"
  }

or set KUBE_CONFIG_PATH; without a kubeconfig set host, cluster_ca_certificate and token, or KUBE_HOST, KUBE_CLUSTER_CA_CERT_DATA and KUBE_TOKEN`)

// resolve decides which API server to talk to, and as whom. The first of these
// that is set wins, whole: the arguments for a direct connection, for a kubeconfig
// or for a Pod's own service account (two kinds at once are an error), KUBE_HOST,
// KUBE_CONFIG_PATH, KUBE_CONFIG_PATHS, KUBECONFIG. Within the source that won, an
// argument that is left out falls back to its environment variable, but for
// credentials and trust, which are taken from one place.
//
// Its errors about one argument are *kube.SettingError.
func resolve(args arguments, env lookup) (connect.Config, error) {
	env = ignoreEmpty(env)
	cfg, err := resolveSource(args, env)
	if err != nil {
		return connect.Config{}, err
	}
	cfg.ProxyURL = either(args.ProxyURL, env, "KUBE_PROXY_URL")
	if args.Impersonate != nil {
		cfg.Impersonate = *args.Impersonate
	}
	if args.QPS != nil {
		cfg.QPS = float32(*args.QPS)
	}
	if args.Burst != nil {
		cfg.Burst = int(*args.Burst)
	}
	cfg.RequestTimeout = defaultRequestTimeout
	if args.RequestTimeout != nil {
		cfg.RequestTimeout, err = time.ParseDuration(*args.RequestTimeout)
		if err != nil || cfg.RequestTimeout <= 0 {
			return connect.Config{}, fault("request_timeout", "the argument request_timeout is %q; write a time with its unit, such as 30s or 2m", *args.RequestTimeout)
		}
	}
	return cfg, nil
}

func resolveSource(args arguments, env lookup) (connect.Config, error) {
	direct, files, inCluster := args.direct(), args.files(), args.inCluster()
	_, envHost := env("KUBE_HOST")
	const never = "and credentials of the two are never mixed: keep one kind"
	switch {
	case len(inCluster) > 0 && len(direct)+len(files) > 0:
		return connect.Config{}, fault("in_cluster", "the argument in_cluster means the Pod's own service account, %s another connection, %s", list(slices.Concat(direct, files)), never)
	case len(direct) > 0 && len(files) > 0:
		return connect.Config{}, fault(files[0], "the arguments of two kinds of connection are set: %s for a direct one, %s for a kubeconfig, %s", list(direct), list(files), never)
	case len(inCluster) > 0:
		return resolveInCluster(args, env)
	case len(direct) > 0, len(files) == 0 && envHost:
		return resolveDirect(args, env)
	default:
		return resolveFiles(args, env)
	}
}

func resolveInCluster(args arguments, env lookup) (connect.Config, error) {
	host, hasHost := env("KUBERNETES_SERVICE_HOST")
	port, hasPort := env("KUBERNETES_SERVICE_PORT")
	if !hasHost || !hasPort {
		return connect.Config{}, fault("in_cluster", "the argument in_cluster is set, but this isn't a Pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, which Kubernetes sets in each Pod, are not set. Leave in_cluster out, and set the address of the API server")
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return connect.Config{
		Source:            "the provider's argument in_cluster",
		Credentials:       "the Pod's own service account",
		Host:              "https://" + host + ":" + port,
		TokenFile:         filepath.Join(args.ServiceAccountFolder, "token"),
		CACertificateFile: filepath.Join(args.ServiceAccountFolder, "ca.crt"),
	}, nil
}

func resolveFiles(args arguments, env lookup) (connect.Config, error) {
	cfg := connect.Config{
		Context:        either(args.ConfigContext, env, "KUBE_CTX"),
		ContextCluster: either(args.ConfigContextCluster, env, "KUBE_CTX_CLUSTER"),
		ContextUser:    either(args.ConfigContextAuthInfo, env, "KUBE_CTX_AUTH_INFO"),
	}
	named := args.set("config_path", "config_paths", "config_raw")
	if len(named) > 1 {
		return connect.Config{}, fault(named[1], "the arguments %s are both set: keep one", list(named[:2]))
	}
	path, hasPath := env("KUBE_CONFIG_PATH")
	paths, hasPaths := env("KUBE_CONFIG_PATHS")
	kubeconfig, hasKubeconfig := env("KUBECONFIG")
	switch {
	case args.ConfigPath != nil:
		cfg.Source, cfg.Paths = argument("config_path"), []string{*args.ConfigPath}
	case args.ConfigPaths != nil:
		cfg.Source, cfg.Paths = argument("config_paths"), args.ConfigPaths
	case args.ConfigRaw != nil:
		cfg.Source, cfg.Raw = argument("config_raw"), *args.ConfigRaw
	case hasPath:
		cfg.Source, cfg.Paths = variable("KUBE_CONFIG_PATH"), []string{path}
	case hasPaths:
		cfg.Source, cfg.Paths = variable("KUBE_CONFIG_PATHS"), splitList(paths)
	case hasKubeconfig:
		cfg.Source, cfg.Paths = variable("KUBECONFIG"), splitList(kubeconfig)
	case len(args.files()) > 0:
		return connect.Config{}, fault(args.files()[0], "no kubeconfig is set for %s: set config_path, KUBE_CONFIG_PATH or KUBECONFIG", list(args.files()))
	default:
		return connect.Config{}, errNotConfigured
	}
	return cfg, nil
}

// direct names the arguments that are set of those for a direct connection.
func (a arguments) direct() []string {
	return a.set("client_certificate", "client_key", "cluster_ca_certificate", "exec", "host", "insecure", "password", "tls_server_name", "token", "token_file", "username")
}

// files names the arguments that are set of those about a kubeconfig.
func (a arguments) files() []string {
	return a.set("config_context", "config_context_auth_info", "config_context_cluster", "config_path", "config_paths", "config_raw")
}

// inCluster names the argument for a Pod's own service account, where it is true.
func (a arguments) inCluster() []string {
	if a.InCluster == nil || !*a.InCluster {
		return nil
	}
	return []string{"in_cluster"}
}

// set returns those of the names whose arguments the provider block has.
func (a arguments) set(names ...string) []string {
	is := map[string]bool{
		"client_certificate": a.ClientCertificate != nil, "client_key": a.ClientKey != nil,
		"cluster_ca_certificate": a.ClusterCACertificate != nil, "config_context": a.ConfigContext != nil,
		"config_context_auth_info": a.ConfigContextAuthInfo != nil, "config_context_cluster": a.ConfigContextCluster != nil,
		"config_path": a.ConfigPath != nil, "config_paths": a.ConfigPaths != nil, "config_raw": a.ConfigRaw != nil,
		"exec": a.Exec != nil, "host": a.Host != nil, "in_cluster": a.InCluster != nil, "insecure": a.Insecure != nil,
		"password": a.Password != nil, "proxy_url": a.ProxyURL != nil, "request_timeout": a.RequestTimeout != nil,
		"tls_server_name": a.TLSServerName != nil, "token": a.Token != nil, "token_file": a.TokenFile != nil,
		"username": a.Username != nil,
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !is[name] })
}

func fault(setting, format string, a ...any) error {
	return &connect.SettingError{Setting: setting, Err: fmt.Errorf(format, a...)}
}

func argument(name string) string { return "the provider's argument " + name }
func variable(name string) string { return "the environment variable " + name }

func list(names []string) string { return strings.Join(names, " and ") }

// splitList reads a list as in PATH; an empty entry is none.
func splitList(paths string) []string {
	return slices.DeleteFunc(filepath.SplitList(paths), func(path string) bool { return path == "" })
}

func either(argument *string, env lookup, name string) string {
	if argument != nil {
		return *argument
	}
	value, _ := env(name)
	return value
}

func parseBool(env lookup, name string) (bool, error) {
	text, ok := env(name)
	if !ok {
		return false, nil
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("the environment variable %s is %q; write true or false", name, text)
	}
	return value, nil
}

// ignoreEmpty makes a variable that is set to nothing one that isn't set, which
// is how CI systems pass on what they don't have.
func ignoreEmpty(env lookup) lookup {
	return func(name string) (string, bool) {
		value, ok := env(name)
		return value, ok && value != ""
	}
}
