package acctest

import (
	"fmt"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Status answers a request like an API server that refuses it, about an object of that kind.
func Status(code int, reason metav1.StatusReason, message string) Fault {
	return AnswerStatus(metav1.Status{Code: int32(code), Reason: reason, Message: message})
}

// MovedOn answers that somebody has changed the object since it was read.
func MovedOn(resource, name string) Fault {
	return AnswerStatus(metav1.Status{
		Code: http.StatusConflict, Reason: metav1.StatusReasonConflict, Details: &metav1.StatusDetails{Kind: resource, Name: name},
		Message: fmt.Sprintf("Operation cannot be fulfilled on %s %q: the object has been modified; please apply your changes to the latest version and try again", resource, name),
	})
}

// Policy denies a request in the words of a ValidatingAdmissionPolicy.
func Policy() Fault {
	return Status(http.StatusForbidden, metav1.StatusReasonForbidden,
		`pods "web" is forbidden: ValidatingAdmissionPolicy 'frozen' with binding 'frozen' denied request: nothing may change today`)
}

// Before does something, and then lets the request through.
func Before(do func()) Fault {
	return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		do()
		server.ServeHTTP(w, r)
	}
}

// Silence begins a watch and then sends nothing, as long as the client listens.
func Silence(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
	<-r.Context().Done()
}
