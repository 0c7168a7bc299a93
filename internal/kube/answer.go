package kube

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Answer is what the answer to one request means. Nothing outside of this package looks at
// a status code: the same code has several meanings, and a proxy on the way uses them too.
type Answer string

// The answers.
const (
	// Done means that the request was carried out. A read has found its object.
	Done Answer = "done"
	// NotFound means that Kubernetes doesn't have this very object.
	NotFound Answer = "not found"
	// NoNamespace means that the object's Namespace isn't there.
	NoNamespace Answer = "no namespace"
	// Exists means that the name of a new object is taken.
	Exists Answer = "exists"
	// AnotherObject means that the object has another UID than the request says, or is gone.
	AnotherObject Answer = "another object"
	// MovedOn means that somebody changed the object since it was read. The request can be
	// built anew from what is there now.
	MovedOn Answer = "moved on"
	// AppliedByOthers means that other managers own fields that the request applies.
	AppliedByOthers Answer = "applied by others"
	// Refused means that the request was understood and declined. RefusedError says by whom.
	Refused Answer = "refused"
	// NotAccepted means that the credentials aren't valid, or that there are none.
	NotAccepted Answer = "credentials not accepted"
	// Overloaded means that the server couldn't carry out the request now. The same request
	// may succeed in a moment.
	Overloaded Answer = "overloaded"
	// Expired means that the server has forgotten the version that a list or a watch
	// continues from.
	Expired Answer = "expired"
	// Unknown means that nobody knows whether the request was carried out.
	Unknown Answer = "unknown"
	// Unreachable means that the request was never sent.
	Unreachable Answer = "unreachable"
	// NotKubernetes means that something else than a Kubernetes API answered.
	NotKubernetes Answer = "not kubernetes"
	// Ended means that the run ended before the answer came.
	Ended Answer = "ended"
	// Failed is any other error.
	Failed Answer = "failed"
)

// AnswerOf says what the answer to a request about the object means. It takes the client's
// own error and one that Wrap has made of it. A nil error is Done.
func AnswerOf(ref Ref, err error) Answer {
	if err == nil {
		return Done
	}
	if answer := answerOfTyped(err); answer != "" {
		return answer
	}
	var held apierrors.APIStatus
	switch {
	case AsStatus(err, &held):
		return answerOfStatus(ref, err, held.Status())
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, new(TimeoutError)):
		return Ended
	case NeverSent(err):
		return Unreachable
	case ConnectionLost(err):
		return Unknown
	}
	return Failed
}

// answerOfTyped knows the errors of this package. It is empty for others.
func answerOfTyped(err error) Answer {
	var (
		gone        *GoneError
		unreachable *UnreachableError
	)
	switch {
	case errors.As(err, &gone) && gone.ReplacedBy != "":
		return AnotherObject
	case gone != nil:
		return NotFound
	case errors.As(err, new(*NoNamespaceError)):
		return NoNamespace
	case errors.As(err, new(*ExistsError)):
		return Exists
	case errors.As(err, new(*MovedOnError)):
		return MovedOn
	case errors.As(err, new(*ConflictError)):
		return AppliedByOthers
	case errors.As(err, new(*RefusedError)):
		return Refused
	case errors.As(err, new(*NotKubernetesError)):
		return NotKubernetes
	case errors.As(err, new(*CredentialsError)):
		return NotAccepted
	case errors.As(err, &unreachable) && unreachable.Sent:
		return Unknown
	case unreachable != nil:
		return Unreachable
	}
	return ""
}

func answerOfStatus(ref Ref, err error, status metav1.Status) Answer {
	if kind, _ := RefusalOf(err); kind != "" {
		return Refused
	}
	if unexpected(status) {
		return answerOfText(status.Code)
	}
	if changesUID(status) {
		return AnotherObject
	}
	switch status.Code {
	case http.StatusUnauthorized:
		return NotAccepted
	case http.StatusNotFound:
		return answerOfNotFound(ref, status)
	case http.StatusConflict:
		return answerOfConflict(ref, err, status)
	case http.StatusGone:
		return Expired
	case http.StatusUnprocessableEntity:
		// What is left of 422 after the refusals is a JSON patch whose test has failed.
		return MovedOn
	}
	return answerOfOverload(status.Code)
}

// answerOfText is for an answer that isn't a Status. The API server itself writes
// such ones where it has too much to do, and proxies where it doesn't answer them.
func answerOfText(code int32) Answer {
	if answer := answerOfOverload(code); answer != Failed {
		return answer
	}
	return NotKubernetes
}

func answerOfOverload(code int32) Answer {
	switch {
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		return Overloaded
	case code >= http.StatusInternalServerError:
		return Unknown
	}
	return Failed
}

// unexpected reports whether client-go has made the status up, from an answer that isn't a
// Status.
func unexpected(status metav1.Status) bool {
	return hasCause(status, metav1.CauseTypeUnexpectedServerResponse)
}

func hasCause(status metav1.Status, kind metav1.CauseType) bool {
	if status.Details == nil {
		return false
	}
	return slices.ContainsFunc(status.Details.Causes, func(cause metav1.StatusCause) bool { return cause.Type == kind })
}

// answerOfNotFound tells the object from its Namespace and from what else a request may
// depend on.
func answerOfNotFound(ref Ref, status metav1.Status) Answer {
	switch {
	case isAbout(status, ref):
		return NotFound
	case ref.Namespace != "" && isAbout(status, Ref{Kind: "Namespace", Name: ref.Namespace}):
		return NoNamespace
	}
	return Failed
}

// answerOfConflict tells the meanings of a 409 apart. A conflict over another object than
// the request's comes from admission that counts in it, as that of quotas does: the API
// server has given up, and has carried out nothing.
func answerOfConflict(ref Ref, err error, status metav1.Status) Answer {
	switch {
	case len(fieldConflicts(err)) > 0:
		return AppliedByOthers
	case status.Reason == metav1.StatusReasonAlreadyExists:
		return Exists
	case strings.Contains(status.Message, "uid mismatch: ") && strings.Contains(status.Message, "no existing object was found"):
		// An apply with a UID, of what is gone.
		return NotFound
	case isUIDConflict(status.Message):
		return AnotherObject
	case isAbout(status, ref):
		return MovedOn
	}
	return Overloaded
}

// isUIDConflict knows the sentences for a UID that isn't the object's: of a deletion, and of
// the storage.
func isUIDConflict(message string) bool {
	return strings.Contains(message, "the UID in the precondition (") ||
		strings.Contains(message, "Precondition failed: UID in precondition: ")
}

// changesUID reports whether a patch or an apply was refused for the UID that it carries.
func changesUID(status metav1.Status) bool {
	return status.Reason == metav1.StatusReasonInvalid && status.Details != nil &&
		slices.ContainsFunc(status.Details.Causes, func(cause metav1.StatusCause) bool { return cause.Field == "metadata.uid" })
}

// uidFound is the UID that the object has by such a sentence, empty where there is no object.
func uidFound(message string) string {
	for _, lead := range []string{"does not match the UID in record (", "UID in object meta: "} {
		if _, rest, found := strings.Cut(message, lead); found {
			return strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune("),. ", r) })[0]
		}
	}
	return ""
}

// isAbout reports whether the status is about that object, or about a part of it such as
// pods/resize. The API server names a kind by its resource, or by itself.
func isAbout(status metav1.Status, ref Ref) bool {
	if status.Details == nil || status.Details.Name != ref.Name {
		return false
	}
	resource, _ := meta.UnsafeGuessKindToResource(corev1.SchemeGroupVersion.WithKind(ref.Kind))
	kind, _, _ := strings.Cut(status.Details.Kind, "/")
	return kind == resource.Resource || kind == ref.Kind
}
