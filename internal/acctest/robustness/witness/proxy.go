package witness

import (
	"bytes"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Intercept answers a request in the API server's place, or hands it on to server.
type Intercept func(w http.ResponseWriter, r *http.Request, server http.Handler)

// Proxy stands between the provider and the API server. It remembers each request, and asks
// whether a fault is to be put on it. It ends TLS, and speaks for the user of its own kubeconfig.
type Proxy struct {
	server *httptest.Server

	mu       sync.Mutex
	requests []*Request
	ordinals map[string]int
	hit      func(Request) Intercept
}

// NewProxy starts a proxy before the API server of that kubeconfig.
func NewProxy(kubeconfig string) (*Proxy, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	onward, err := rest.TransportFor(config)
	if err != nil {
		return nil, err
	}
	upstream := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: onward,
		// Each event of a watch passes at once.
		FlushInterval: -1,
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, _ error) {
			// As if there were no proxy: what broke there breaks here.
			panic(http.ErrAbortHandler)
		},
	}
	p := &Proxy{ordinals: map[string]int{}}
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, upstream) }))
	p.server.EnableHTTP2 = true
	p.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.server.StartTLS()
	return p, nil
}

// Close ends it, and each watch with it.
func (p *Proxy) Close() {
	p.server.CloseClientConnections()
	p.server.Close()
}

// Kubeconfig writes one that leads to the proxy.
func (p *Proxy) Kubeconfig(path string) error {
	const name = "proxy"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{
		Server:                   p.server.URL,
		CertificateAuthorityData: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.server.Certificate().Raw}),
	}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	return clientcmd.WriteToFile(*config, path)
}

// Begin forgets what was seen, and asks hit from now on which requests a fault is put on; a
// nil hit, or a nil answer, puts none.
func (p *Proxy) Begin(hit func(Request) Intercept) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests, p.ordinals, p.hit = nil, map[string]int{}, hit
}

// Requests are those since Begin, in the order in which they came.
func (p *Proxy) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := make([]Request, 0, len(p.requests))
	for _, r := range p.requests {
		seen = append(seen, *r)
	}
	return seen
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request, upstream http.Handler) {
	request, intercept, err := p.note(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	recorder := &statusRecorder{ResponseWriter: w}
	defer func() {
		broken := recover()
		p.mu.Lock()
		if request.Status = recorder.status; broken != nil {
			request.Status = 0
		}
		p.mu.Unlock()
		if broken != nil {
			panic(broken)
		}
	}()
	if intercept != nil {
		intercept(recorder, r, upstream)
		return
	}
	upstream.ServeHTTP(recorder, r)
}

func (p *Proxy) note(r *http.Request) (*Request, Intercept, error) {
	request := requestOf(r)
	if request.Verb == "delete" || request.Verb == "deletecollection" {
		uid, err := precondition(r)
		if err != nil {
			return nil, nil, err
		}
		request.UID = uid
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ordinals[request.Class()]++
	request.Ordinal = p.ordinals[request.Class()]
	var intercept Intercept
	if p.hit != nil {
		intercept = p.hit(request)
	}
	request.Hit = intercept != nil
	p.requests = append(p.requests, &request)
	return &request, intercept, nil
}

// precondition is the UID that a delete names, if it does.
func precondition(r *http.Request) (string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	options := &metav1.DeleteOptions{}
	if _, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, options); err != nil || options.Preconditions == nil || options.Preconditions.UID == nil {
		return "", nil //nolint:nilerr // what can't be read names no UID either, and the check of deletes says so
	}
	return string(*options.Preconditions.UID), nil
}

// statusRecorder notes what was answered.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (w *statusRecorder) WriteHeader(code int) {
	w.status = code
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusRecorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets a reverse proxy flush what it writes.
func (w *statusRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
