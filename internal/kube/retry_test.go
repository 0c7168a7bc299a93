package kube

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// answers are what a faulty server gives, one after the other; the last stays.
func serve(t *testing.T, answers ...func(http.ResponseWriter, *http.Request)) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := min(int(calls.Add(1)), len(answers))
		answers[n-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server, &calls
}

func code(status int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func echo(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }

func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack() //nolint:forcetypeassert // net/http's server is one
	if err == nil {
		_ = conn.(*net.TCPConn).SetLinger(0) //nolint:forcetypeassert // a plain listener's connection
		_ = conn.Close()
	}
}

func TestRetrier(t *testing.T) {
	for name, c := range map[string]struct {
		method  string
		answers []func(http.ResponseWriter, *http.Request)
		calls   int32
		status  int
	}{
		"an answer is an answer":            {"GET", []func(http.ResponseWriter, *http.Request){code(404)}, 1, 404},
		"a read rides out a 503":            {"GET", []func(http.ResponseWriter, *http.Request){code(503), code(502), echo}, 3, 200},
		"an apply rides out a 504":          {"PATCH", []func(http.ResponseWriter, *http.Request){code(504), echo}, 2, 200},
		"an apply rides out a reset":        {"PATCH", []func(http.ResponseWriter, *http.Request){reset, echo}, 2, 200},
		"a POST isn't sent again after 503": {"POST", []func(http.ResponseWriter, *http.Request){code(503), echo}, 1, 503},
		"a POST is sent again after 429":    {"POST", []func(http.ResponseWriter, *http.Request){code(429), echo}, 2, 200},
		"a server's fault isn't repeated":   {"GET", []func(http.ResponseWriter, *http.Request){code(500), echo}, 1, 500},
		"Retry-After is left to client-go": {"GET", []func(http.ResponseWriter, *http.Request){func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		}, echo}, 1, 429},
	} {
		t.Run(name, func(t *testing.T) {
			server, calls := serve(t, c.answers...)
			req, err := http.NewRequestWithContext(t.Context(), c.method, server.URL, strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := (&retrier{next: &http.Transport{DisableKeepAlives: true}}).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != c.status || calls.Load() != c.calls {
				t.Errorf("status %d after %d requests, want %d after %d", resp.StatusCode, calls.Load(), c.status, c.calls)
			}
			if c.status == 200 && string(body) != "body" {
				t.Errorf("the repeated request carried %q", body)
			}
		})
	}
}

func TestRetrier_aLostPOSTIsAnError(t *testing.T) {
	server, calls := serve(t, reset, echo)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("body"))
	resp, err := (&retrier{next: &http.Transport{DisableKeepAlives: true}}).RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("no error")
	}
	if calls.Load() != 1 || !connectionLost(err) {
		t.Errorf("%d requests, error %v", calls.Load(), err)
	}
}

func TestNeverSent(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	if !neverSent(refused) || neverSent(errors.New("other")) || neverSent(&net.OpError{Op: "dial", Err: &net.DNSError{}}) {
		t.Error("neverSent is wrong")
	}
}
