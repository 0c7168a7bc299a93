package witness

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one request of the provider, as the proxy saw it.
type Request struct {
	// Verb is the API server's word: create, get, list, watch, patch, update, delete or deletecollection.
	Verb string
	// Resource is the kind in the plural, with its subresource: "pods", "pods/resize". Of a
	// request that names no resource it is the path.
	Resource        string
	Namespace, Name string
	DryRun          bool
	// Ordinal counts the requests of the same class, from 1.
	Ordinal int
	At      time.Time
	// Status is what the client was answered, 0 where it got no answer.
	Status int
	// Hit says that a fault was put on it.
	Hit bool
	// UID is the precondition of a delete.
	UID string
}

// Class is what is asked for, whichever object is meant: "create pods", "get /version".
func (r Request) Class() string {
	class := r.Verb + " " + r.Resource
	if r.DryRun {
		class += " dry"
	}
	return class
}

// Address names the request among those of its operation: "create pods 1". Requests of
// different classes overtake each other from run to run, those of one class hardly ever do,
// so that this is steadier than the number of the request.
func (r Request) Address() string { return fmt.Sprintf("%s %d", r.Class(), r.Ordinal) }

// Writes reports whether the request changes something.
func (r Request) Writes() bool {
	return !r.DryRun && slices.Contains([]string{"create", "patch", "update", "delete", "deletecollection"}, r.Verb)
}

// Watches reports whether the request is answered for as long as somebody listens.
func (r Request) Watches() bool { return r.Verb == "watch" }

// requestOf reads a request's class from its path.
func requestOf(r *http.Request) Request {
	query := r.URL.Query()
	request := Request{DryRun: query.Get("dryRun") == "All", At: time.Now()}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] == "api" && len(parts) > 2:
		parts = parts[2:]
	case parts[0] == "apis" && len(parts) > 3:
		parts = parts[3:]
	default:
		request.Verb, request.Resource = strings.ToLower(r.Method), r.URL.Path
		return request
	}
	if parts[0] == "namespaces" && len(parts) > 2 && parts[2] != "status" && parts[2] != "finalize" {
		request.Namespace, parts = parts[1], parts[2:]
	}
	request.Resource = parts[0]
	if len(parts) > 1 {
		request.Name = parts[1]
	}
	if len(parts) > 2 {
		request.Resource += "/" + strings.Join(parts[2:], "/")
	}
	request.Verb = verbOf(r.Method, request.Name != "", query.Get("watch") == "true" || query.Get("watch") == "1")
	return request
}

func verbOf(method string, named, watch bool) string {
	switch method {
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodPatch:
		return "patch"
	case http.MethodDelete:
		if named {
			return "delete"
		}
		return "deletecollection"
	}
	switch {
	case watch:
		return "watch"
	case named:
		return "get"
	}
	return "list"
}
