package provider

import (
	"fmt"
	"strings"

	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

func resolveDirect(args arguments, env lookup) (connect.Config, error) {
	cfg := connect.Config{
		Source:        variable("KUBE_HOST"),
		Host:          either(args.Host, env, "KUBE_HOST"),
		TLSServerName: either(args.TLSServerName, env, "KUBE_TLS_SERVER_NAME"),
	}
	if args.Host != nil {
		cfg.Source = argument("host")
	}
	if cfg.Host == "" {
		return connect.Config{}, fault(args.direct()[0], "no address of the API server is set for %s: set host or KUBE_HOST", list(args.direct()))
	}
	if err := resolveTrust(&cfg, args, env); err != nil {
		return connect.Config{}, err
	}
	if err := resolveCredentials(&cfg, args, env); err != nil {
		return connect.Config{}, err
	}
	return cfg, nil
}

// resolveTrust decides how the server's certificate is checked. Where an argument
// says it the environment isn't asked, or it could turn a check off that the
// configuration wants.
func resolveTrust(cfg *connect.Config, args arguments, env lookup) error {
	trusts := args.ClusterCACertificate != nil
	distrusts := args.Insecure != nil && *args.Insecure
	if trusts {
		cfg.CACertificate = *args.ClusterCACertificate
	} else if !distrusts {
		cfg.CACertificate, _ = env("KUBE_CLUSTER_CA_CERT_DATA")
	}
	if args.Insecure != nil {
		cfg.Insecure = *args.Insecure
		return nil
	}
	if trusts {
		return nil
	}
	insecure, err := parseBool(env, "KUBE_INSECURE")
	cfg.Insecure = insecure
	return err
}

// method is one way to say who asks.
type method struct {
	// arguments of the method that are set, and what to call it in an error.
	arguments []string
	variables []variableTo
	// besides others: a client certificate is shown by the connection, the others
	// are in a header, of which there is one.
	besides bool
}

// variableTo is an environment variable, and where it goes.
type variableTo struct {
	name string
	to   *string
}

// resolveCredentials decides who asks. Where an argument says it, other methods of
// the environment are left out: a token_file for one API server isn't joined by the
// KUBE_TOKEN of another.
func resolveCredentials(cfg *connect.Config, args arguments, env lookup) error {
	if args.TokenFile != nil {
		cfg.TokenFile = *args.TokenFile
	}
	cfg.Exec = args.Exec
	for to, from := range map[*string]*string{
		&cfg.Token: args.Token, &cfg.Username: args.Username, &cfg.Password: args.Password,
		&cfg.ClientCertificate: args.ClientCertificate, &cfg.ClientKey: args.ClientKey,
	} {
		if from != nil {
			*to = *from
		}
	}
	methods := []method{
		{arguments: args.set("token"), variables: []variableTo{{"KUBE_TOKEN", &cfg.Token}}},
		{arguments: args.set("token_file")},
		{arguments: args.set("username", "password"), variables: []variableTo{{"KUBE_USER", &cfg.Username}, {"KUBE_PASSWORD", &cfg.Password}}},
		{arguments: args.set("exec")},
		{
			arguments: args.set("client_certificate", "client_key"), besides: true,
			variables: []variableTo{{"KUBE_CLIENT_CERT_DATA", &cfg.ClientCertificate}, {"KUBE_CLIENT_KEY_DATA", &cfg.ClientKey}},
		},
	}
	byArgument := len(args.set("token", "token_file", "username", "password", "exec", "client_certificate", "client_key")) > 0
	var sources, headers []string
	for _, m := range methods {
		if byArgument && len(m.arguments) == 0 {
			continue
		}
		source := m.fill(env)
		if source == "" {
			continue
		}
		sources = append(sources, source)
		if !m.besides {
			headers = append(headers, source)
		}
	}
	if len(headers) > 1 {
		err := fmt.Errorf("%s are both set, but a request can use only one: keep one", list(headers[:2]))
		if names := args.set("exec", "token_file", "username", "password", "token"); len(names) > 0 {
			return &connect.SettingError{Setting: names[0], Err: err}
		}
		return err
	}
	cfg.Credentials = list(sources)
	return nil
}

// fill completes a method from the environment, and returns where it was set; empty
// if nowhere.
func (m method) fill(env lookup) string {
	var from []string
	for _, v := range m.variables {
		if value, ok := env(v.name); *v.to == "" && ok {
			*v.to = value
			from = append(from, v.name)
		}
	}
	switch {
	case len(m.arguments) > 0:
		return argument(m.arguments[0])
	case len(from) > 0:
		return variable(from[0])
	}
	return ""
}

// variableOf is the environment variable of an argument that has one of its own;
// otherwise it is empty.
func variableOf(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return map[string]string{
		"client_certificate": "KUBE_CLIENT_CERT_DATA", "client_key": "KUBE_CLIENT_KEY_DATA",
		"cluster_ca_certificate": "KUBE_CLUSTER_CA_CERT_DATA", "config_context": "KUBE_CTX",
		"config_context_auth_info": "KUBE_CTX_AUTH_INFO", "config_context_cluster": "KUBE_CTX_CLUSTER",
		"host": "KUBE_HOST", "insecure": "KUBE_INSECURE", "password": "KUBE_PASSWORD", "proxy_url": "KUBE_PROXY_URL",
		"tls_server_name": "KUBE_TLS_SERVER_NAME", "token": "KUBE_TOKEN", "username": "KUBE_USER",
	}[name]
}
