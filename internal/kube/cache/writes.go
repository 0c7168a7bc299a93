package cache

import (
	"net/http"
	"strings"
	"sync"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// WriteCounter knows of every write that a client sends, by namespace, so that nothing
// that was read before one is taken for what there is after it. The zero value is
// ready.
type WriteCounter struct {
	mu   sync.Mutex
	seen map[string]*counts
}

type counts struct {
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

func (c *WriteCounter) mark(namespace string) mark {
	c.mu.Lock()
	defer c.mu.Unlock()
	if of := c.seen[namespace]; of != nil {
		return mark{count: of.count, quiet: of.inFlight == 0}
	}
	return mark{quiet: true}
}

func (c *WriteCounter) note(namespace string, inFlight int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]*counts{}
	}
	if c.seen[namespace] == nil {
		c.seen[namespace] = &counts{}
	}
	c.seen[namespace].count++
	c.seen[namespace].inFlight += inFlight
}

// CountingTransport is the transport that sees every request: it counts the writes, and ends the
// dry runs with the first write.
type CountingTransport struct {
	Next    http.RoundTripper
	Counter *WriteCounter
	DryRuns *kube.DryRuns
}

// RoundTrip sends the request. A write counts as in flight until its answer's head
// is there: by then the server has carried it out.
func (w *CountingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !Writes(req) {
		return w.Next.RoundTrip(req)
	}
	w.DryRuns.End()
	namespace := namespaceOf(req.URL.Path)
	w.Counter.note(namespace, 1)
	defer w.Counter.note(namespace, -1)
	return w.Next.RoundTrip(req)
}

// Writes reports whether a request changes an object. Asking for a token or for
// one's rights is a POST too, and part of many plans.
func Writes(req *http.Request) bool {
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
