package kube

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/util/wait"
)

// How long an API server that doesn't answer is waited for. A server that
// answered before is restarting; one that never did is probably misspelt.
const (
	patienceWithKnownServer   = 60 * time.Second
	patienceWithUnknownServer = 3 * time.Second
)

// retrier rides out a restarting or overloaded API server. It repeats requests
// that surely were not processed, and, because every write but a POST is
// idempotent here (server-side apply, patches with a resourceVersion, deletes
// with a UID), also those whose fate is unknown unless they are POSTs: Create
// tells those apart. Answers with a Retry-After are left to client-go.
type retrier struct {
	next    http.RoundTripper
	source  string
	timeout time.Duration
	reached atomic.Bool
}

// RoundTrip sends the request until it is answered, its context ends, or the
// patience with the server does; the last answer is returned, and an
// *UnreachableError where there was none.
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.persist(req)
	if err != nil && req.Context().Err() == nil {
		return resp, &UnreachableError{Host: req.URL.Host, Source: r.source, Err: err}
	}
	return resp, err
}

func (r *retrier) persist(req *http.Request) (*http.Response, error) {
	start := time.Now()
	backoff := wait.Backoff{Duration: 100 * time.Millisecond, Factor: 2, Jitter: 0.2, Cap: 5 * time.Second, Steps: 1 << 20}
	for {
		resp, err := r.attempt(req)
		if err == nil && resp.StatusCode < http.StatusInternalServerError {
			r.reached.Store(true)
		}
		if !worthRepeating(req, resp, err) || time.Since(start) > r.patience() {
			return resp, err
		}
		again, rewindErr := rewind(req)
		if rewindErr != nil {
			return resp, err
		}
		if !pause(req.Context(), backoff.Step()) {
			return resp, err
		}
		if resp != nil {
			drain(resp)
		}
		req = again
	}
}

// attempt gives up on an answer that doesn't come within the timeout. A watch lasts
// as long as it is needed.
func (r *retrier) attempt(req *http.Request) (*http.Response, error) {
	if r.timeout <= 0 || req.URL.Query().Get("watch") == "true" {
		return r.next.RoundTrip(req)
	}
	slow := &SlowError{After: r.timeout}
	ctx, cancel := context.WithTimeoutCause(req.Context(), r.timeout, slow)
	resp, err := r.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		defer cancel()
		if errors.Is(context.Cause(ctx), slow) {
			return nil, slow
		}
		return nil, err
	}
	resp.Body = &timedBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel}
	return resp, nil
}

// timedBody is an answer that has to be read within a timeout.
type timedBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelFunc
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if slow := new(SlowError); err != nil && errors.As(context.Cause(b.ctx), &slow) && !errors.Is(err, io.EOF) {
		return n, slow
	}
	return n, err
}

func (b *timedBody) Close() error {
	b.cancel()
	return b.ReadCloser.Close()
}

func (r *retrier) patience() time.Duration {
	if r.reached.Load() {
		return patienceWithKnownServer
	}
	return patienceWithUnknownServer
}

func worthRepeating(req *http.Request, resp *http.Response, err error) bool {
	idempotent := req.Method != http.MethodPost
	if err != nil {
		if req.Context().Err() != nil {
			return false
		}
		return neverSent(err) || idempotent && connectionLost(err)
	}
	if resp.Header.Get("Retry-After") != "" {
		return false
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return idempotent
	}
	return false
}

func neverSent(err error) bool {
	var op *net.OpError
	return utilnet.IsConnectionRefused(err) || errors.As(err, &op) && op.Op == "dial" && !isLookup(err)
}

// isLookup tells a name that doesn't resolve, which no waiting mends.
func isLookup(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

// connectionLost tells errors after which nobody knows whether the request was
// carried out.
func connectionLost(err error) bool {
	var stream http2.StreamError
	var slow *SlowError
	return errors.As(err, &stream) || errors.As(err, &slow) ||
		utilnet.IsConnectionReset(err) || utilnet.IsHTTP2ConnectionLost(err) ||
		utilnet.IsProbableEOF(err) || errors.Is(err, io.ErrUnexpectedEOF)
}

func rewind(req *http.Request) (*http.Request, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	if req.GetBody == nil {
		return nil, errors.New("the request's body can't be sent again")
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	again.Body = body
	return again, nil
}

// drain lets the connection be used again.
func drain(resp *http.Response) {
	const enoughForAStatus = 64 << 10
	_, _ = io.CopyN(io.Discard, resp.Body, enoughForAStatus)
	_ = resp.Body.Close()
}

// pause reports false when the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
