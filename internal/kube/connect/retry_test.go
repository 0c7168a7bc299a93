package connect

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/kube"
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

// denial is the refusal by a webhook that chose that code.
func denial(status int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"kind":"Status","message":"admission webhook \"x.example.com\" denied the request: no"}`)
	}
}

// cutOff is an answer that breaks in the middle.
func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, "half of it")
}

func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.Copy(w, r.Body)
}

func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack() //nolint:forcetypeassert // net/http's server is one
	if err == nil {
		_ = conn.(*net.TCPConn).SetLinger(0) //nolint:forcetypeassert // a plain listener's connection
		_ = conn.Close()
	}
}

// Each row of the table is tried with each kind of request and each form of the failure.
func TestRetrier_obeysRepetitions(t *testing.T) {
	type answer = func(http.ResponseWriter, *http.Request)
	failures := map[Failure][]answer{
		Throttled: {code(429)},
		Lost:      {reset, cutOff},
		Faulty:    {code(500), code(502), code(503), code(504)},
		Final:     {code(400), code(404), code(409), code(422), denial(500), denial(503), code(501)},
	}
	requests := map[Sending][]struct{ method, query string }{
		Harmless: {{"GET", ""}, {"PATCH", ""}, {"DELETE", ""}},
		Asking:   {{"POST", "?dryRun=All"}, {"PATCH", "?dryRun=All"}},
		Creating: {{"POST", ""}},
	}
	for _, row := range Repetitions() {
		for i, failure := range failures[row.After] {
			for _, request := range requests[row.Request] {
				name := fmt.Sprintf("%s after %s, %d", request.method+request.query, row.After, i)
				server, calls := serve(t, failure, echo)
				req, err := http.NewRequestWithContext(t.Context(), request.method, server.URL+"/api/v1/namespaces/dev/pods"+request.query, strings.NewReader("body"))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := (&retrier{next: &http.Transport{DisableKeepAlives: true}}).RoundTrip(req)
				want := int32(1)
				if row.Repeated {
					want = 2
				}
				if calls.Load() != want {
					t.Errorf("%s: %d requests, want %d", name, calls.Load(), want)
				}
				if !row.Repeated {
					if err == nil {
						_ = resp.Body.Close()
					}
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				body, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if string(body) != "body" {
					t.Errorf("%s: the repeated request carried %q", name, body)
				}
			}
		}
	}
}

// An API server that was just started denies everything, for it hasn't read its roles yet.
func TestRetrier_waitsForRightsAfterABreak(t *testing.T) {
	denied := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"kind":"Status","message":"pods is forbidden: User \"jane\" cannot list resource \"pods\""}`)
	}
	for name, c := range map[string]struct {
		answers []func(http.ResponseWriter, *http.Request)
		method  string
		calls   int32
		status  int
	}{
		"a read after a break":   {[]func(http.ResponseWriter, *http.Request){reset, denied, denied, echo}, http.MethodGet, 4, 200},
		"a create after a break": {[]func(http.ResponseWriter, *http.Request){denied, denied, echo}, http.MethodPost, 3, 200},
		"without a break":        {[]func(http.ResponseWriter, *http.Request){denied, echo}, http.MethodGet, 1, 403},
	} {
		server, calls := serve(t, c.answers...)
		r := &retrier{next: &http.Transport{DisableKeepAlives: true}}
		r.reached.Store(true)
		if c.method == http.MethodPost {
			r.broken.Store(time.Now().UnixNano())
		}
		req, _ := http.NewRequestWithContext(t.Context(), c.method, server.URL+"/api/v1/namespaces/dev/pods", strings.NewReader("body"))
		resp, err := r.RoundTrip(req)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode != c.status || calls.Load() != c.calls {
			t.Errorf("%s: status %d after %d requests, want %d after %d", name, resp.StatusCode, calls.Load(), c.status, c.calls)
		}
	}
}

func TestRetrier_leavesRetryAfterToTheClient(t *testing.T) {
	server, calls := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	}, echo)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	resp, err := (&retrier{next: &http.Transport{DisableKeepAlives: true}}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusTooManyRequests || calls.Load() != 1 {
		t.Errorf("status %d after %d requests", resp.StatusCode, calls.Load())
	}
}

func TestRetrier_aLostPOSTIsOfUnknownFate(t *testing.T) {
	for name, lose := range map[string]func(http.ResponseWriter, *http.Request){"reset": reset, "cut off": cutOff} {
		server, calls := serve(t, lose, echo)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("body"))
		resp, err := (&retrier{next: &http.Transport{DisableKeepAlives: true}}).RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
			t.Fatal("no error")
		}
		if calls.Load() != 1 || kube.AnswerOf(kube.Ref{}, err) != kube.Unknown {
			t.Errorf("%s: %d requests, error %v", name, calls.Load(), err)
		}
	}
}

func TestNeverSent(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	if !kube.NeverSent(refused) || kube.NeverSent(errors.New("other")) || kube.NeverSent(&net.OpError{Op: "dial", Err: &net.DNSError{}}) {
		t.Error("neverSent is wrong")
	}
}
