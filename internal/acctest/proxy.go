package acctest

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/transport"
)

// Fault is what a faulty network or API server does to a request.
type Fault func(http.ResponseWriter, *http.Request, http.Handler)

// Pass does nothing to it.
func Pass(w http.ResponseWriter, r *http.Request, server http.Handler) { server.ServeHTTP(w, r) }

// Answer answers it without the API server, with that status code.
func Answer(code int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { http.Error(w, "made by a test", code) }
}

// Lose lets the API server carry it out, and then loses the answer.
func Lose(_ http.ResponseWriter, r *http.Request, server http.Handler) {
	server.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// Drop breaks the connection before the API server sees it.
func Drop(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// FaultyProxy puts a proxy in front of the tested API server. It asks faults what to do with each
// request, except the one for the server's version. It returns a provider block that connects
// through it, as the limited kubeconfig's user if the fault isn't As another.
func FaultyProxy(t *testing.T, faults func(*http.Request) Fault) string {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", LimitedKubeconfig(t))
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	onward, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	upstream := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: onward,
		// Each event of a watch passes immediately.
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if !errors.Is(err, r.Context().Err()) {
				http.Error(w, err.Error(), http.StatusBadGateway)
			}
		},
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Every configured provider requests it once; it isn't part of a test.
		if r.URL.Path == "/version" {
			upstream.ServeHTTP(w, r)
			return
		}
		faults(r)(w, r, upstream)
	}))
	// As in an API server, where a broken answer is a reset stream.
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return fmt.Sprintf(`
provider "mar" {
  host                   = %q
  cluster_ca_certificate = %q
}
`, server.URL, string(authority))
}

// As makes the request as that user.
func As(user string, groups ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		r.Header[transport.ImpersonateUserHeader] = []string{user}
		r.Header[transport.ImpersonateGroupHeader] = groups
		server.ServeHTTP(w, r)
	}
}

// PagesOf makes the API server serve lists in pages of that size.
func PagesOf(size int) Fault {
	return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		if query := r.URL.Query(); query.Has("limit") {
			query.Set("limit", strconv.Itoa(size))
			r.URL.RawQuery = query.Encode()
		}
		server.ServeHTTP(w, r)
	}
}

// AnswerStatus answers it without the API server, with a Status like the API server's: code, reason
// and message come from status.
func AnswerStatus(status metav1.Status) Fault {
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	status.Status = metav1.StatusFailure
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(int(status.Code))
		_ = json.NewEncoder(w).Encode(status)
	}
}
