package kube

import (
	"net/http"
	"strings"
	"sync"
)

// ledger knows of every write that a client sends, by namespace, so that nothing
// that was read before one is taken for what there is after it. The zero value is
// ready.
type ledger struct {
	mu   sync.Mutex
	seen map[string]*account
}

type account struct {
	// count goes up when a write is sent and when it is answered.
	count    uint64
	inFlight int
}

// mark is a moment in a namespace's writes; two that are equal, and quiet, have no
// write between them.
type mark struct {
	count uint64
	quiet bool
}

func (l *ledger) mark(namespace string) mark {
	l.mu.Lock()
	defer l.mu.Unlock()
	if of := l.seen[namespace]; of != nil {
		return mark{count: of.count, quiet: of.inFlight == 0}
	}
	return mark{quiet: true}
}

func (l *ledger) note(namespace string, inFlight int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string]*account{}
	}
	if l.seen[namespace] == nil {
		l.seen[namespace] = &account{}
	}
	l.seen[namespace].count++
	l.seen[namespace].inFlight += inFlight
}

// witness is the transport that sees every request: it keeps the ledger, and ends the
// dry runs with the first write.
type witness struct {
	next    http.RoundTripper
	ledger  *ledger
	dryRuns *DryRuns
}

// RoundTrip sends the request. A write counts as in flight until its answer's head
// is there: by then the server has carried it out.
func (w *witness) RoundTrip(req *http.Request) (*http.Response, error) {
	if !writes(req) {
		return w.next.RoundTrip(req)
	}
	w.dryRuns.ended.Store(true)
	namespace := namespaceOf(req.URL.Path)
	w.ledger.note(namespace, 1)
	defer w.ledger.note(namespace, -1)
	return w.next.RoundTrip(req)
}

// writes reports whether a request changes an object. Asking for a token or for
// one's rights is a POST too, and part of many plans.
func writes(req *http.Request) bool {
	switch {
	case req.Method == http.MethodGet, req.Method == http.MethodHead, req.Method == http.MethodOptions:
		return false
	case req.URL.Query().Has("dryRun"):
		return false
	case strings.HasSuffix(req.URL.Path, "/token"), strings.HasSuffix(req.URL.Path, "reviews"):
		return false
	}
	return true
}

// namespaceOf reads the namespace out of an API path, such as
// /api/v1/namespaces/dev/pods/web or /apis/rbac.authorization.k8s.io/v1/namespaces/dev/rolebindings;
// it is empty for what has none.
func namespaceOf(path string) string {
	_, rest, found := strings.Cut(path, "/namespaces/")
	if !found {
		return ""
	}
	namespace, _, _ := strings.Cut(rest, "/")
	return namespace
}
