package connect

import (
	"net"
	"net/http"
	"net/url"

	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// checkCleartext refuses a connection on which everybody on the way can read the credentials:
// without TLS, to another machine, and without insecure to say that this is meant.
func (c Config) checkCleartext(cfg *rest.Config) error {
	server, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil || server.Scheme != "http" || cfg.Insecure || !hasCredentials(cfg) {
		return nil //nolint:nilerr // an address that can't be read is told of where it is used
	}
	if !isLoopback(server) {
		return unusable("host", "the API server's address is http://%s, so anybody on the network path could read the credentials. Write https:// in the address. If you mean a connection without TLS, set insecure = true", server.Host)
	}
	if proxy := proxyOf(cfg, server); proxy != nil && !isLoopback(proxy) {
		return unusable("proxy_url", "the API server's address is http://%s, and the proxy %s is on another machine, so anybody on the network path could read the credentials. Write https:// in the address, or leave the proxy out. If you mean a connection without TLS, set insecure = true", server.Host, proxy.Host)
	}
	return nil
}

// checkCleartextOf is checkCleartext for a kubeconfig. client-go leaves the user out where the
// server is without TLS, so that nothing is given away, and the request is nobody's.
func (c Config) checkCleartextOf(user *clientcmdapi.AuthInfo, cfg *rest.Config) error {
	server, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil || server.Scheme != "http" || isLoopback(server) || !isSomebody(user) {
		return nil //nolint:nilerr // an address that can't be read is told of where it is used
	}
	return unusable(c.kubeconfigSetting(), "%s has the server http://%s. Its credentials aren't sent there, because anybody on the network path could read them. Write https:// in the address. If you mean a connection without TLS, use host, the credentials and insecure = true instead of the kubeconfig", c.name(), server.Host)
}

// isSomebody reports whether a user of a kubeconfig has credentials.
func isSomebody(user *clientcmdapi.AuthInfo) bool {
	return user != nil && (user.Token != "" || user.TokenFile != "" || user.Username != "" || user.Password != "" ||
		user.Exec != nil || user.AuthProvider != nil || len(user.ClientCertificateData) > 0 || user.ClientCertificate != "")
}

// hasCredentials reports whether requests say who asks. A client certificate would never be
// shown without TLS, and so counts as well: the server would take the request for anybody's.
func hasCredentials(cfg *rest.Config) bool {
	return cfg.BearerToken != "" || cfg.BearerTokenFile != "" || cfg.Username != "" || cfg.Password != "" ||
		cfg.ExecProvider != nil || cfg.AuthProvider != nil || len(cfg.CertData) > 0 || cfg.CertFile != ""
}

// proxyOf is the proxy that was configured, nil where none was. Those of the environment
// leave this machine's own addresses alone.
func proxyOf(cfg *rest.Config, server *url.URL) *url.URL {
	if cfg.Proxy == nil {
		return nil
	}
	proxy, err := cfg.Proxy(&http.Request{URL: server})
	if err != nil {
		return nil
	}
	return proxy
}

// isLoopback reports whether an address is this machine's own.
func isLoopback(u *url.URL) bool {
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
