package connect

import (
	"fmt"
	"net/http"
	"net/url"

	"k8s.io/client-go/rest"
)

// Endpoint is where an API server is and how it is known, without anybody's
// credentials.
type Endpoint struct {
	// URL is with its scheme; CA is PEM text, empty where the machine's own
	// authorities are trusted.
	URL, CA string
	// ServerName is the name that the server's certificate is for, where that
	// isn't the URL's.
	ServerName string
	Insecure   bool
	// Proxy is the URL of one that is configured, and not the environment's.
	Proxy string
}

func endpointOf(cfg *rest.Config) (Endpoint, error) {
	server, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil {
		return Endpoint{}, fmt.Errorf("read the address %s: %w", cfg.Host, err)
	}
	loaded := rest.CopyConfig(cfg)
	if err := rest.LoadTLSFiles(loaded); err != nil {
		return Endpoint{}, fmt.Errorf("read the certificates of the connection to %s: %w", cfg.Host, err)
	}
	e := Endpoint{URL: server.String(), CA: string(loaded.CAData), ServerName: cfg.ServerName, Insecure: cfg.Insecure}
	if cfg.Proxy == nil {
		return e, nil
	}
	proxy, err := cfg.Proxy(&http.Request{URL: &url.URL{Scheme: server.Scheme, Host: server.Host}})
	if err != nil {
		return Endpoint{}, fmt.Errorf("find the proxy of %s: %w", cfg.Host, err)
	}
	if proxy != nil {
		e.Proxy = proxy.String()
	}
	return e, nil
}
