package provider

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// arguments are the provider block's connection settings, each nil where the
// block leaves it out.
type arguments struct {
	ConfigPath            *string
	ConfigPaths           []string
	ConfigContext         *string
	ConfigContextCluster  *string
	ConfigContextAuthInfo *string

	Host                 *string
	Token                *string
	ClientCertificate    *string
	ClientKey            *string
	ClusterCACertificate *string
	Insecure             *bool
}

// lookup reads one environment variable, as os.LookupEnv does.
type lookup func(name string) (string, bool)

var errNotConfigured = errors.New(`nothing says which API server to talk to. These were looked at, in this order, and none is set:

  - the provider's arguments host, config_path and config_paths
  - the environment variables KUBE_HOST, KUBE_CONFIG_PATH, KUBE_CONFIG_PATHS and KUBECONFIG

Nothing is guessed: neither ~/.kube/config nor the Pod's own service account is used unasked. For a kubeconfig write

  provider "mar" {
    config_path    = "~/.kube/config"
    config_context = "my-context"
  }

or set KUBE_CONFIG_PATH; without a kubeconfig set host, cluster_ca_certificate and token, or KUBE_HOST, KUBE_CLUSTER_CA_CERT_DATA and KUBE_TOKEN`)

// resolve decides which API server to talk to, and as whom. The first of these
// that is set wins, whole: the arguments for a direct connection or for
// kubeconfig files (both at once are an error), KUBE_HOST, KUBE_CONFIG_PATH,
// KUBE_CONFIG_PATHS, KUBECONFIG. Within the source that won, an argument that is
// left out falls back to its environment variable.
func resolve(args arguments, env lookup) (kube.Config, error) {
	env = ignoreEmpty(env)
	direct, files := args.direct(), args.files()
	_, envHost := env("KUBE_HOST")
	switch {
	case len(direct) > 0 && len(files) > 0:
		return kube.Config{}, fmt.Errorf("%s belongs to a direct connection and %s to a kubeconfig, and credentials of the two are never mixed: keep one kind", strings.Join(direct, " and "), strings.Join(files, " and "))
	case len(direct) > 0, len(files) == 0 && envHost:
		return resolveDirect(args, env)
	default:
		return resolveFiles(args, env)
	}
}

func resolveDirect(args arguments, env lookup) (kube.Config, error) {
	cfg := kube.Config{
		Source:            "the environment variable KUBE_HOST",
		Host:              either(args.Host, env, "KUBE_HOST"),
		Token:             either(args.Token, env, "KUBE_TOKEN"),
		ClientCertificate: either(args.ClientCertificate, env, "KUBE_CLIENT_CERT_DATA"),
		ClientKey:         either(args.ClientKey, env, "KUBE_CLIENT_KEY_DATA"),
		CACertificate:     either(args.ClusterCACertificate, env, "KUBE_CLUSTER_CA_CERT_DATA"),
	}
	if args.Host != nil {
		cfg.Source = "the provider's argument host"
	}
	if cfg.Host == "" {
		return kube.Config{}, fmt.Errorf("%s is for a direct connection, and that needs an address: set host or KUBE_HOST", strings.Join(args.direct(), " and "))
	}
	insecure := either(nil, env, "KUBE_INSECURE")
	switch {
	case args.Insecure != nil:
		cfg.Insecure = *args.Insecure
	case insecure != "":
		value, err := strconv.ParseBool(insecure)
		if err != nil {
			return kube.Config{}, fmt.Errorf("the environment variable KUBE_INSECURE is %q; write true or false", insecure)
		}
		cfg.Insecure = value
	}
	return cfg, nil
}

func resolveFiles(args arguments, env lookup) (kube.Config, error) {
	cfg := kube.Config{
		Context:        either(args.ConfigContext, env, "KUBE_CTX"),
		ContextCluster: either(args.ConfigContextCluster, env, "KUBE_CTX_CLUSTER"),
		ContextUser:    either(args.ConfigContextAuthInfo, env, "KUBE_CTX_AUTH_INFO"),
	}
	if args.ConfigPath != nil && args.ConfigPaths != nil {
		return kube.Config{}, errors.New("config_path and config_paths are both set: keep one")
	}
	path, hasPath := env("KUBE_CONFIG_PATH")
	paths, hasPaths := env("KUBE_CONFIG_PATHS")
	kubeconfig, hasKubeconfig := env("KUBECONFIG")
	switch {
	case args.ConfigPath != nil:
		cfg.Source, cfg.Paths = "the provider's argument config_path", []string{*args.ConfigPath}
	case args.ConfigPaths != nil:
		cfg.Source, cfg.Paths = "the provider's argument config_paths", args.ConfigPaths
	case hasPath:
		cfg.Source, cfg.Paths = "the environment variable KUBE_CONFIG_PATH", []string{path}
	case hasPaths:
		cfg.Source, cfg.Paths = "the environment variable KUBE_CONFIG_PATHS", filepath.SplitList(paths)
	case hasKubeconfig:
		cfg.Source, cfg.Paths = "the environment variable KUBECONFIG", filepath.SplitList(kubeconfig)
	case len(args.files()) > 0:
		return kube.Config{}, fmt.Errorf("%s chooses within a kubeconfig, and none is named: set config_path, KUBE_CONFIG_PATH or KUBECONFIG", strings.Join(args.files(), " and "))
	default:
		return kube.Config{}, errNotConfigured
	}
	return cfg, nil
}

// direct names the arguments that are set of those for a direct connection.
func (a arguments) direct() []string {
	return named(map[string]bool{
		"host": a.Host != nil, "token": a.Token != nil,
		"client_certificate": a.ClientCertificate != nil, "client_key": a.ClientKey != nil,
		"cluster_ca_certificate": a.ClusterCACertificate != nil, "insecure": a.Insecure != nil,
	})
}

// files names the arguments that are set of those about kubeconfig files.
func (a arguments) files() []string {
	return named(map[string]bool{
		"config_path": a.ConfigPath != nil, "config_paths": a.ConfigPaths != nil,
		"config_context": a.ConfigContext != nil, "config_context_cluster": a.ConfigContextCluster != nil,
		"config_context_auth_info": a.ConfigContextAuthInfo != nil,
	})
}

func named(set map[string]bool) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if set[name] {
			names = append(names, name)
		}
	}
	return names
}

func either(argument *string, env lookup, name string) string {
	if argument != nil {
		return *argument
	}
	value, _ := env(name)
	return value
}

// ignoreEmpty makes a variable that is set to nothing one that isn't set, which
// is how CI systems pass on what they don't have.
func ignoreEmpty(env lookup) lookup {
	return func(name string) (string, bool) {
		value, ok := env(name)
		return value, ok && value != ""
	}
}
