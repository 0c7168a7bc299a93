package connect

import (
	"bytes"
	"net/http"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/cache"
)

// Failure is what became of one try of a request.
type Failure string

// The failures after which the same request may succeed.
const (
	// NotSent means that no connection was made.
	NotSent Failure = "no connection"
	// Throttled means that the server takes no more requests for the moment.
	Throttled Failure = "429"
	// Lost means that the connection broke, or that the answer was cut off or didn't come
	// within request_timeout.
	Lost Failure = "no answer, or half of one"
	// Faulty means that the server failed, or something on the way to it.
	Faulty Failure = "500, 502, 503, 504"
	// Starting means that an API server denies rights that it hasn't read yet.
	Starting Failure = "403 for a missing permission, within 10 s of a broken connection"
	// Moved means that somebody changed the object since it was read. Only OnMovedOn sees it.
	Moved Failure = "409: the object has changed since it was read"
	// Counting means that quota admission gave up. Only Create sees it.
	Counting Failure = "409: quota admission gave up"
	// Final is an answer that no time changes.
	Final Failure = "any other"
)

// Sending is what it means to send a request twice.
type Sending string

// The kinds of requests.
const (
	// Harmless requests change nothing the second time: reads, server-side applies, patches
	// of a given resourceVersion or UID, deletions of a UID.
	Harmless Sending = "read, watch, apply, patch, delete"
	// Asking requests are dry runs. A plan makes many, and can do without their answers.
	Asking Sending = "dry run"
	// Creating requests make an object. The second one fails, or makes another.
	Creating Sending = "create"
)

// Repetition says whether a request is repeated after a failure.
type Repetition struct {
	Request Sending
	After   Failure
	// Repeated is set where the same request is sent again, Lookup where the object is looked
	// for before that, Rebuilt where it is read and the request made of what is there then.
	Repeated, Lookup, Rebuilt bool
	// Times is how often at most it is repeated, where that isn't for as long as the patience
	// with the server lasts.
	Times int
}

// Repetitions are the rules for all requests and failures. The transport, Create and OnMovedOn
// obey them, and the documentation's table is made of them.
func Repetitions() []Repetition {
	return []Repetition{
		{Request: Harmless, After: NotSent, Repeated: true},
		{Request: Harmless, After: Throttled, Repeated: true},
		{Request: Harmless, After: Lost, Repeated: true},
		{Request: Harmless, After: Faulty, Repeated: true},
		{Request: Harmless, After: Starting, Repeated: true},
		{Request: Harmless, After: Moved, Rebuilt: true},
		{Request: Harmless, After: Final},
		{Request: Asking, After: NotSent, Repeated: true},
		{Request: Asking, After: Throttled, Repeated: true},
		{Request: Asking, After: Lost, Repeated: true},
		{Request: Asking, After: Faulty, Repeated: true, Times: 2},
		{Request: Asking, After: Starting, Repeated: true},
		{Request: Asking, After: Final},
		{Request: Creating, After: NotSent, Repeated: true},
		{Request: Creating, After: Throttled, Repeated: true},
		{Request: Creating, After: Starting, Repeated: true},
		{Request: Creating, After: Lost, Lookup: true},
		{Request: Creating, After: Faulty, Lookup: true},
		{Request: Creating, After: Counting, Lookup: true},
		{Request: Creating, After: Final},
	}
}

func repetitionOf(request Sending, after Failure) Repetition {
	for _, r := range Repetitions() {
		if r.Request == request && r.After == after {
			return r
		}
	}
	return Repetition{Request: request, After: after}
}

// sendingOf tells whether a request makes an object. Asking for a token or for one's rights
// is a POST that makes none.
func sendingOf(req *http.Request) Sending {
	switch {
	case req.URL.Query().Has("dryRun"):
		return Asking
	case req.Method == http.MethodPost && cache.Writes(req):
		return Creating
	}
	return Harmless
}

// failureOf is what became of a try that was answered, or that ended in the error.
func failureOf(resp *http.Response, body []byte, err error) Failure {
	switch {
	case err != nil && kube.NeverSent(err):
		return NotSent
	case err != nil && kube.ConnectionLost(err):
		return Lost
	case err != nil:
		return Final
	case resp.StatusCode == http.StatusTooManyRequests:
		return Throttled
	case resp.StatusCode >= http.StatusInternalServerError && resp.StatusCode != http.StatusNotImplemented && !isDenial(body):
		return Faulty
	}
	return Final
}

// startingTime is how long after a broken connection an API server may not know anybody's
// rights. It answers requests before it has read its roles.
const startingTime = 10 * time.Second

func lacksRights(resp *http.Response, body []byte) bool {
	return resp.StatusCode == http.StatusForbidden && bytes.Contains(body, []byte(` cannot `))
}

// isDenial tells the refusal by a webhook or a policy, which may carry any code, from a
// failure of the server. The text is in the answer as it is, be it JSON or protobuf.
func isDenial(body []byte) bool {
	return bytes.Contains(body, []byte("denied the request")) || bytes.Contains(body, []byte("denied request: "))
}
