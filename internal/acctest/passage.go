package acctest

import (
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Address is the tested API server's address, and its authority.
func Address(tb testing.TB) (host, authority string) {
	tb.Helper()
	config := connection(tb)
	return config.Host, string(config.CAData)
}

func connection(tb testing.TB) *rest.Config {
	tb.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", Kubeconfig(tb))
	if err != nil {
		tb.Fatal(err)
	}
	if err := rest.LoadTLSFiles(config); err != nil {
		tb.Fatal(err)
	}
	return config
}

// Credentials are the client certificate of the tested cluster's administrator, and its key.
func Credentials(tb testing.TB) (certificate, key string) {
	tb.Helper()
	config := connection(tb)
	return string(config.CertData), string(config.KeyData)
}

// Seen is a request, and the API server's answer.
type Seen struct {
	Header http.Header
	Method string
	Path   string
	Status int
}

// Passage is another address of the tested API server. It lets requests through unchanged, and
// records them.
type Passage struct {
	// Host is its URL, Authority its certificate authority.
	Host, Authority string
	mu              sync.Mutex
	seen            []Seen
}

// Seen are the requests so far.
func (p *Passage) Seen() []Seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Seen(nil), p.seen...)
}

// NewPassage opens one.
func NewPassage(t *testing.T) *Passage {
	t.Helper()
	host, authority := Address(t)
	target, err := url.Parse(host)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(&rest.Config{Host: host, TLSClientConfig: rest.TLSClientConfig{CAData: []byte(authority)}})
	if err != nil {
		t.Fatal(err)
	}
	p := &Passage{}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1,
		ModifyResponse: func(resp *http.Response) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.seen = append(p.seen, Seen{resp.Request.Header.Clone(), resp.Request.Method, resp.Request.URL.Path, resp.StatusCode})
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if !errors.Is(err, r.Context().Err()) {
				http.Error(w, err.Error(), http.StatusBadGateway)
			}
		},
	}
	server := httptest.NewUnstartedServer(proxy)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	p.Host = server.URL
	p.Authority = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return p
}

// Tunnel is a proxy that connects every request to the tested API server, whatever address was
// requested, and records that address.
type Tunnel struct {
	URL   string
	mu    sync.Mutex
	asked []string
}

// Asked returns the addresses so far, once for each connection.
func (p *Tunnel) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// NewTunnel starts one.
func NewTunnel(t *testing.T) *Tunnel {
	t.Helper()
	host, _ := Address(t)
	target, err := url.Parse(host)
	if err != nil {
		t.Fatal(err)
	}
	p := &Tunnel{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hijacker, ok := w.(http.Hijacker)
		if r.Method != http.MethodConnect || !ok {
			http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
			return
		}
		p.mu.Lock()
		p.asked = append(p.asked, r.Host)
		p.mu.Unlock()
		there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", target.Host)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusOK)
		here, buffered, err := hijacker.Hijack()
		if err != nil {
			_ = there.Close()
			return
		}
		join(here, buffered, there)
	}))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// join copies what either side sends, until one of them ends.
func join(here net.Conn, fromHere io.Reader, there net.Conn) {
	var once sync.Once
	end := func() {
		_ = here.Close()
		_ = there.Close()
	}
	go func() {
		_, _ = io.Copy(there, fromHere)
		once.Do(end)
	}()
	go func() {
		_, _ = io.Copy(here, there)
		once.Do(end)
	}()
}
