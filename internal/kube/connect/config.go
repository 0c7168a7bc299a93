package connect

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Config says which API server to talk to, and as whom: either by a kubeconfig or
// directly, never by a mixture of both.
type Config struct {
	// Source is where the settings came from, for messages, such as
	// "the environment variable KUBECONFIG".
	Source string
	// Credentials is where those of a direct connection came from; empty where it
	// has none.
	Credentials string

	// Paths are kubeconfig files, merged as kubectl merges them; Raw is one as text.
	// Without either, the connection is the direct one below.
	Paths          []string
	Raw            string
	Context        string
	ContextCluster string
	ContextUser    string

	// Host is a URL; certificates and key are PEM text.
	Host              string
	Token             string
	TokenFile         string
	Username          string
	Password          string
	ClientCertificate string
	ClientKey         string
	Exec              *Exec
	CACertificate     string
	CACertificateFile string
	Insecure          bool
	TLSServerName     string

	// What goes with either.
	ProxyURL       string
	Impersonate    Impersonate
	RequestTimeout time.Duration
	// QPS and Burst pace requests; without a QPS nothing does.
	QPS   float32
	Burst int
}

// Exec is a program that prints credentials.
type Exec struct {
	APIVersion, Command string
	Args                []string
	Env                 map[string]string
}

// Impersonate is whom requests are made as, by credentials that may.
type Impersonate struct {
	User   string
	Groups []string
}

// Connection is what a Client is made of.
type Connection struct {
	REST *rest.Config
	// Source and Credentials are where the address and the credentials came from,
	// for messages.
	Source, Credentials string
	RequestTimeout      time.Duration
}

// SettingError is a setting of a Config that can't be used.
type SettingError struct {
	// Setting is the provider's argument for it, such as "client_key" or
	// "exec.command", whatever it was set by.
	Setting string
	Err     error
}

func (e *SettingError) Error() string { return e.Err.Error() }

func (e *SettingError) Unwrap() error { return e.Err }

func unusable(setting, format string, a ...any) error {
	return &SettingError{Setting: setting, Err: fmt.Errorf(format, a...)}
}

// Connection reads the files that the configuration names, and checks all that can
// be checked without the server. It sends nothing.
func (c Config) Connection() (Connection, error) {
	connect := c.direct
	if c.fromFile() {
		connect = c.fromKubeconfig
	}
	conn, err := connect()
	if err != nil {
		return Connection{}, err
	}
	conn.Source, conn.RequestTimeout = c.Source, c.RequestTimeout
	if c.Impersonate.User != "" {
		conn.REST.Impersonate = rest.ImpersonationConfig{UserName: c.Impersonate.User, Groups: c.Impersonate.Groups}
	}
	if c.ProxyURL != "" {
		proxy, err := proxyURL(c.ProxyURL)
		if err != nil {
			return Connection{}, err
		}
		conn.REST.Proxy = http.ProxyURL(proxy)
	}
	if err := c.checkCleartext(conn.REST); err != nil {
		return Connection{}, err
	}
	// The API server's own priority and fairness paces clients better than
	// client-go's default of 5 requests a second.
	conn.REST.QPS = -1
	if c.QPS > 0 {
		conn.REST.QPS, conn.REST.Burst = c.QPS, cmp.Or(c.Burst, max(1, int(2*c.QPS)))
	}
	return conn, nil
}

// fromFile reports whether the connection is that of a kubeconfig.
func (c Config) fromFile() bool { return c.Raw != "" || len(c.Paths) > 0 }

func (c Config) direct() (Connection, error) {
	host, err := hostURL(c.Host)
	if err != nil {
		return Connection{}, err
	}
	if err := c.checkTLS(); err != nil {
		return Connection{}, err
	}
	if err := c.checkCredentials(); err != nil {
		return Connection{}, err
	}
	cfg := &rest.Config{
		Host:            host,
		BearerToken:     strings.TrimSpace(c.Token),
		BearerTokenFile: expandHome(c.TokenFile),
		Username:        c.Username,
		Password:        c.Password,
		TLSClientConfig: rest.TLSClientConfig{
			Insecure:   c.Insecure,
			ServerName: c.TLSServerName,
			CAData:     []byte(c.CACertificate),
			CAFile:     c.CACertificateFile,
			CertData:   []byte(c.ClientCertificate),
			KeyData:    []byte(c.ClientKey),
		},
	}
	if c.Exec != nil {
		cfg.ExecProvider = c.Exec.config()
	}
	return Connection{REST: cfg, Credentials: c.Credentials}, nil
}

func (e Exec) config() *clientcmdapi.ExecConfig {
	cfg := &clientcmdapi.ExecConfig{
		APIVersion: e.APIVersion,
		Command:    e.Command,
		Args:       e.Args,
		// Nobody is there to answer a prompt.
		InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
	}
	for name, value := range e.Env {
		cfg.Env = append(cfg.Env, clientcmdapi.ExecEnvVar{Name: name, Value: value})
	}
	slices.SortFunc(cfg.Env, func(a, b clientcmdapi.ExecEnvVar) int { return strings.Compare(a.Name, b.Name) })
	return cfg
}

// hostURL takes an address without a scheme for one of https: client-go would send
// the token in the clear where there is no certificate besides.
func hostURL(host string) (string, error) {
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	u, err := url.Parse(host)
	switch {
	// Whatever precedes an @ may be a password.
	case err != nil && strings.Contains(host, "@"), err == nil && u.User != nil:
		return "", unusable("host", "the API server's address has a user name or password in it; set username and password instead")
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http":
		return "", unusable("host", "the API server's address %q isn't an http or https URL; write a URL such as https://10.0.0.1:6443", host)
	}
	return host, nil
}

// proxyURL's errors don't quote the value, which may have a password in it.
func proxyURL(value string) (*url.URL, error) {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return nil, unusable("proxy_url", "the proxy's address isn't a URL; write one such as http://proxy.example.com:3128")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, unusable("proxy_url", "the proxy's address begins with %q, and only http, https and socks5 are supported", u.Scheme+"://")
}

// checkTokenFile finds out now what would otherwise fail the first request.
func checkTokenFile(path string) error {
	content, err := os.ReadFile(expandHome(path))
	if err != nil {
		return unusable("token_file", "the token file %s can't be read: %w", path, withoutPath(err))
	}
	if strings.TrimSpace(string(content)) == "" {
		return unusable("token_file", "the token file %s is empty", path)
	}
	return nil
}
