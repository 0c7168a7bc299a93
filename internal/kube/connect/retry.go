package connect

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// retrier repeats requests as Repetitions says, which rides out a restarting or overloaded
// API server. Answers with a Retry-After are left to client-go.
type retrier struct {
	next    http.RoundTripper
	source  string
	timeout time.Duration
	reached atomic.Bool
	// broken is when the last connection broke, in nanoseconds since 1970.
	broken atomic.Int64
}

// RoundTrip sends the request until there is an answer that no repetition changes, its context
// ends, or the patience with the server does. It returns the last answer, whole, and an
// *UnreachableError where there was none. The answer to a watch is returned as it begins.
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.persist(req)
	if err != nil && req.Context().Err() == nil {
		return resp, &kube.UnreachableError{Host: req.URL.Host, Source: r.source, Sent: kube.ConnectionLost(err), Err: err}
	}
	return resp, err
}

func (r *retrier) persist(req *http.Request) (*http.Response, error) {
	start := time.Now()
	backoff := wait.Backoff{Duration: 100 * time.Millisecond, Factor: 2, Jitter: 0.2, Cap: 5 * time.Second, Steps: 1 << 20}
	for try := 1; ; try++ {
		resp, body, err := r.attempt(req)
		if err == nil && resp.StatusCode < http.StatusInternalServerError {
			r.reached.Store(true)
		}
		failure := r.judge(resp, body, err)
		rule := repetitionOf(sendingOf(req), failure)
		repeated := rule.Repeated && (rule.Times == 0 || try <= rule.Times) && req.Context().Err() == nil &&
			(resp == nil || resp.Header.Get("Retry-After") == "")
		// One silent try may take all of the patience.
		outOfPatience := time.Since(start) > r.patience() && (try > 1 || failure != Lost)
		if !repeated || outOfPatience {
			return resp, err
		}
		again, rewindErr := rewind(req)
		if rewindErr != nil {
			return resp, err
		}
		if !kube.Pause(req.Context(), backoff.Step()) {
			return resp, err
		}
		req = again
	}
}

// judge is failureOf for a server that has a past.
func (r *retrier) judge(resp *http.Response, body []byte, err error) Failure {
	failure := failureOf(resp, body, err)
	switch {
	case failure == NotSent, failure == Lost:
		r.broken.Store(time.Now().UnixNano())
	case failure == Final && err == nil && r.reached.Load() && lacksRights(resp, body) && time.Since(time.Unix(0, r.broken.Load())) < startingTime:
		return Starting
	}
	return failure
}

// attempt gives up on an answer that isn't there, and whole, within the timeout. A watch lasts
// as long as it is needed, and only the beginning of its answer is waited for.
func (r *retrier) attempt(req *http.Request) (*http.Response, []byte, error) {
	if isWatch(req) {
		resp, err := r.next.RoundTrip(req)
		if err != nil || resp.StatusCode < http.StatusBadRequest {
			return resp, nil, err
		}
		return whole(resp)
	}
	ctx := req.Context()
	slow := &kube.SlowError{After: r.timeout}
	if r.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.timeout, slow)
		defer cancel()
	}
	resp, err := r.next.RoundTrip(req.WithContext(ctx))
	var body []byte
	if err == nil {
		resp, body, err = whole(resp)
	}
	if err != nil && errors.Is(context.Cause(ctx), slow) {
		return nil, nil, slow
	}
	return resp, body, err
}

func isWatch(req *http.Request) bool { return req.URL.Query().Get("watch") == "true" }

// whole reads an answer to its end, so that one that is cut off can be asked for again.
func whole(resp *http.Response) (*http.Response, []byte, error) {
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, nil, &kube.CutOffError{Err: err}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, body, nil
}

func (r *retrier) patience() time.Duration {
	if r.reached.Load() {
		return kube.PatienceWithKnownServer
	}
	return kube.PatienceWithUnknownServer
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
