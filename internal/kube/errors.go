package kube

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// ExistsError says that an object of that name was there before.
type ExistsError struct {
	Ref Ref
	// Terminating is set when that object is being deleted.
	Terminating bool
	// Unfinished is set when it belongs to a create that hasn't come to its end.
	Unfinished bool
}

func (e *ExistsError) Error() string { return e.Ref.String() + " already exists" }

// ForeignError says that an object of a name that the provider gives is there,
// and that somebody else made it.
type ForeignError struct{ Ref Ref }

func (e *ForeignError) Error() string {
	return e.Ref.String() + " exists and wasn't created by this provider"
}

// GoneError says that an object was deleted, or replaced by a namesake.
type GoneError struct {
	Ref Ref
	// ReplacedBy is the namesake's UID, "unknown" where the server doesn't say it, and empty
	// where there is no namesake.
	ReplacedBy types.UID
	// Err is the API server's own error, if there is one.
	Err error
}

func (e *GoneError) Unwrap() error { return e.Err }

func (e *GoneError) Error() string {
	if e.ReplacedBy != "" {
		return e.Ref.String() + " was deleted, and something else recreated it"
	}
	return e.Ref.String() + " is gone"
}

// Conflict is one field that another manager owns.
type Conflict struct {
	Manager, Field string
	// Applied is set when the manager applies the field, and so will again.
	Applied bool
}

// ConflictError says that other managers apply the fields that we apply.
type ConflictError struct {
	Ref       Ref
	Conflicts []Conflict
	Err       error
}

func (e *ConflictError) Error() string { return fmt.Sprintf("apply %s: %v", e.Ref, e.Err) }

func (e *ConflictError) Unwrap() error { return e.Err }

// RefusalKind says which part of the API server refused a request.
type RefusalKind string

// The kinds of refusal that a person mends in different places.
const (
	RefusedByQuota       RefusalKind = "quota"
	RefusedByLimitRange  RefusalKind = "limit range"
	RefusedByPodSecurity RefusalKind = "pod security"
	RefusedByRBAC        RefusalKind = "permissions"
	RefusedEscalation    RefusalKind = "escalation"
	RefusedByPolicy      RefusalKind = "policy"
	RefusedTerminating   RefusalKind = "terminating"
	RefusedAsInvalid     RefusalKind = "invalid"
	// RefusedByNode is a resize beyond all that the Pod's node has.
	RefusedByNode RefusalKind = "node"
	// RefusedMissingAccount is a Pod whose ServiceAccount isn't there.
	RefusedMissingAccount RefusalKind = "service account"
	// RefusedForDefaults is a Pod that requests more than the limit that a limit range
	// gives it.
	RefusedForDefaults RefusalKind = "default limits"
	// RefusedAsChanged is an object that is valid as it was sent. Admission made something
	// invalid of it.
	RefusedAsChanged RefusalKind = "changed by admission"
	RefusedOtherwise RefusalKind = "other"
)

// RefusedError is a request that the API server understood and declined.
type RefusedError struct {
	Ref  Ref
	Verb string
	Kind RefusalKind
	// Message is the server's, without its "… is forbidden:" lead.
	Message string
	// Lacks is the right that is missing, where the kind is RefusedByRBAC.
	Lacks Right
	Err   error
}

// Right is what the API server let nobody but others do.
type Right struct {
	User, Verb, Group, Resource string
	// Namespace is empty for what isn't in one.
	Namespace string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s %s: refused (%s): %s", e.Verb, e.Ref, e.Kind, e.Message)
}

func (e *RefusedError) Unwrap() error { return e.Err }

// NoNamespaceError says that the Namespace of an object isn't there.
type NoNamespaceError struct {
	Ref Ref
	Err error
}

func (e *NoNamespaceError) Error() string {
	return fmt.Sprintf("the Namespace of %s isn't there", e.Ref)
}

func (e *NoNamespaceError) Unwrap() error { return e.Err }

// MovedOnError says that somebody changed an object between a read and the write that was built
// on it, again and again.
type MovedOnError struct {
	Ref Ref
	Err error
}

func (e *MovedOnError) Error() string { return e.Ref.String() + " was changed in the meantime" }

func (e *MovedOnError) Unwrap() error { return e.Err }

// WaitError is a wait that ended without reaching its goal, and what was seen.
type WaitError struct {
	Ref Ref
	// Goal completes "… was waited for: " such as "become Ready".
	Goal string
	// Reason says why the wait ended, Advice what to do.
	Reason, Advice string
	Elapsed        time.Duration
	// State is the last observed one, a line a fact; Events are the Warning
	// events, Logs the last lines of the log.
	State, Events, Logs []string
	Err                 error
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("wait for %s to %s: %s", e.Ref, e.Goal, e.Reason)
}

func (e *WaitError) Unwrap() error { return e.Err }

// Wrap adds to an API error which object and what was being done, and makes one of this
// package's types of it where there is one for its Answer. It returns nil for nil.
func Wrap(ref Ref, verb string, err error) error {
	var stranger *NotKubernetesError
	if errors.As(err, &stranger) && stranger.Verb == "" {
		about := *stranger
		about.Verb, about.Ref = verb, ref
		return inContext(ref, verb, &about)
	}
	if err == nil || answerOfTyped(err) != "" {
		return inContext(ref, verb, err)
	}
	var status apierrors.APIStatus
	if !AsStatus(err, &status) {
		return inContext(ref, verb, err)
	}
	//exhaustive:enforce
	switch answer := AnswerOf(ref, err); answer {
	case Refused:
		kind, message := RefusalOf(err)
		return &RefusedError{Ref: ref, Verb: verb, Kind: kind, Message: message, Lacks: lacking(message), Err: err}
	case NotFound:
		return inContext(ref, verb, &GoneError{Ref: ref, Err: err})
	case AnotherObject:
		return inContext(ref, verb, &GoneError{Ref: ref, ReplacedBy: types.UID(cmp.Or(uidFound(status.Status().Message), "unknown")), Err: err})
	case NoNamespace:
		return inContext(ref, verb, &NoNamespaceError{Ref: ref, Err: err})
	case MovedOn:
		return inContext(ref, verb, &MovedOnError{Ref: ref, Err: err})
	case NotKubernetes:
		return inContext(ref, verb, &NotKubernetesError{Code: int(status.Status().Code), Says: status.Status().Message})
	case Done, Exists, AppliedByOthers, NotAccepted, Overloaded, Expired, Unknown, Unreachable, Ended, Failed:
	}
	return inContext(ref, verb, err)
}

func inContext(ref Ref, verb string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", verb, ref, err)
}

// IsGone reports whether the object isn't there, or isn't the same any more.
func IsGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone)
}

// RefusalOf tells the API server's refusals apart. Quota, LimitRange, Pod
// Security and RBAC all answer 403 with prose alone, so this is the one place
// that reads that prose; its test holds the real server's sentences.
func RefusalOf(err error) (RefusalKind, string) {
	status := apierrors.APIStatus(nil)
	if !AsStatus(err, &status) {
		return "", ""
	}
	message := status.Status().Message
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return RefusedTerminating, lead(message)
	case isPolicy(message):
		return RefusedByPolicy, lead(message)
	case unexpected(status.Status()), changesUID(status.Status()):
		return "", ""
	case apierrors.IsInvalid(err) && !isFailedTest(message), apierrors.IsBadRequest(err), apierrors.IsRequestEntityTooLargeError(err):
		return RefusedAsInvalid, withoutDump(message)
	case !apierrors.IsForbidden(err):
		return "", ""
	}
	text := lead(message)
	switch {
	case strings.HasPrefix(text, "exceeded quota: "), strings.HasPrefix(text, "failed quota: "):
		return RefusedByQuota, text
	case strings.HasPrefix(text, "violates PodSecurity "):
		return RefusedByPodSecurity, text
	case regexp.MustCompile(`(usage|limit to request ratio) per (Container|Pod|PersistentVolumeClaim) is`).MatchString(text):
		return RefusedByLimitRange, text
	case strings.Contains(text, " is attempting to grant RBAC permissions not currently held"):
		return RefusedEscalation, text
	case regexp.MustCompile(`^User "[^"]*" cannot `).MatchString(text):
		return RefusedByRBAC, text
	case strings.HasPrefix(text, "node didn't have enough allocatable resources: "):
		return RefusedByNode, text
	case strings.HasPrefix(text, "error looking up service account "):
		return RefusedMissingAccount, text
	}
	return RefusedOtherwise, text
}

// isPolicy reports whether an admission policy or a webhook refused. A MutatingAdmissionPolicy
// that fails does so with the reason of an invalid object.
func isPolicy(message string) bool {
	return strings.Contains(message, "ValidatingAdmissionPolicy ") || strings.Contains(message, "admission webhook ") ||
		regexp.MustCompile(`(^|: )policy ('[^']*' with binding '[^']*'|"[^"]*") denied request: `).MatchString(message)
}

// isFailedTest knows the answer to a JSON patch that tests for what isn't so any more. It is a
// 422 like that of an invalid object.
func isFailedTest(message string) bool {
	return strings.HasPrefix(message, "the server rejected our request due to an error in our request")
}

// LacksRights reports whether the API server denied a request for want of rights.
func LacksRights(err error) bool {
	kind, _ := RefusalOf(err)
	return kind == RefusedByRBAC || kind == RefusedOtherwise
}

// withoutDump cuts off the difference of two Pods that the API server adds to "pod updates may not
// change fields other than …": it is long, and has environment variables in it.
func withoutDump(message string) string {
	return regexp.MustCompile(`(?s)\n[\s\x{a0}]*core\.PodSpec\{.*`).ReplaceAllString(message, "")
}

// lacking reads an RBAC refusal.
func lacking(message string) Right {
	parts := regexp.MustCompile(`^User "([^"]*)" cannot (\w+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?`).FindStringSubmatch(message)
	if parts == nil {
		return Right{}
	}
	return Right{User: parts[1], Verb: parts[2], Resource: parts[3], Group: parts[4], Namespace: parts[5]}
}

// lead cuts `pods "web" is forbidden: ` off a message.
func lead(message string) string {
	if _, text, found := strings.Cut(message, " is forbidden: "); found {
		return text
	}
	return message
}

// fieldConflicts reads the managers out of a server-side apply's 409; what
// isn't one has none. An updating manager reads `conflict with "kubectl-edit"
// using v1`, an applying one `conflict with "argocd"`.
func fieldConflicts(err error) []Conflict {
	status := apierrors.APIStatus(nil)
	if !AsStatus(err, &status) || !apierrors.IsConflict(err) || status.Status().Details == nil {
		return nil
	}
	manager := regexp.MustCompile(`^conflict with "([^"]*)"( with subresource "[^"]*")?( using .*)?$`)
	var conflicts []Conflict
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		conflict := Conflict{Manager: cause.Message, Field: cause.Field, Applied: true}
		if parts := manager.FindStringSubmatch(cause.Message); parts != nil {
			conflict.Manager, conflict.Applied = parts[1], parts[3] == ""
		}
		conflicts = append(conflicts, conflict)
	}
	return conflicts
}

func AsStatus(err error, status *apierrors.APIStatus) bool { return errors.As(err, status) }
