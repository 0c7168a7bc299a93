package kube

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// textual is what client-go makes of an answer that isn't a Status.
func textual(code int) error {
	return apierrors.NewGenericServerResponse(code, http.MethodPost, corev1.Resource("pods"), "web", "404 page not found", 0, true)
}

// The sentences are those of Kubernetes 1.36. TestAccAnswerOf has the real server say them.
func TestAnswerOf(t *testing.T) {
	conflict := func(resource, name, text string) error {
		return apierrors.NewConflict(corev1.Resource(resource), name, errors.New(text))
	}
	for name, c := range map[string]struct {
		err  error
		want Answer
	}{
		"carried out":                    {nil, Done},
		"not there":                      {apierrors.NewNotFound(corev1.Resource("pods"), "web"), NotFound},
		"its namespace isn't there":      {apierrors.NewNotFound(corev1.Resource("namespaces"), "dev"), NoNamespace},
		"another object isn't there":     {apierrors.NewNotFound(corev1.Resource("pods"), "db"), Failed},
		"another kind isn't there":       {apierrors.NewNotFound(corev1.Resource("secrets"), "web"), Failed},
		"a load balancer's 404":          {textual(404), NotKubernetes},
		"a load balancer's 403":          {textual(403), NotKubernetes},
		"a load balancer's 409":          {textual(409), NotKubernetes},
		"a load balancer's 422":          {textual(422), NotKubernetes},
		"a load balancer's 502":          {textual(502), Unknown},
		"a load balancer's 503":          {textual(503), Overloaded},
		"the server's 429 in plain text": {textual(429), Overloaded},
		"a name that is taken":           {apierrors.NewAlreadyExists(corev1.Resource("pods"), "web"), Exists},
		"a UID on deletion":              {conflict("Pod", "web", "the UID in the precondition (a) does not match the UID in record (b). The object might have been deleted and then recreated"), AnotherObject},
		"a UID in storage":               {conflict("pods", "web", "Precondition failed: UID in precondition: a, UID in object meta: b"), AnotherObject},
		"a UID on apply":                 {conflict("pods", "web", "uid mismatch: the provided object specified uid a, and no existing object was found"), NotFound},
		"a UID in a patch":               {status(422, metav1.StatusReasonInvalid, `Pod "web" is invalid`, metav1.StatusCause{Field: "metadata.uid"}), AnotherObject},
		"a resourceVersion":              {conflict("pods", "web", "the object has been modified; please apply your changes to the latest version and try again"), MovedOn},
		"a resourceVersion of a part":    {conflict("pods/resize", "web", "the object has been modified"), MovedOn},
		"a test in a patch":              {status(422, metav1.StatusReasonInvalid, "the server rejected our request due to an error in our request"), MovedOn},
		"another applier":                {status(409, metav1.StatusReasonConflict, "Apply failed", metav1.StatusCause{Type: metav1.CauseTypeFieldManagerConflict, Message: `conflict with "argocd"`}), AppliedByOthers},
		"quota admission gave up":        {conflict("resourcequotas", "mar-quota", "the object has been modified"), Overloaded},
		"a webhook says no with a 409":   {status(409, metav1.StatusReasonConflict, `admission webhook "x.example.com" denied the request: not today`), Refused},
		"a webhook says no with a 404":   {status(404, metav1.StatusReasonNotFound, `admission webhook "x.example.com" denied the request: no such team`), Refused},
		"a webhook says no with a 500":   {status(500, metav1.StatusReasonInternalError, `admission webhook "x.example.com" denied the request: no`), Refused},
		"rights":                         {status(403, metav1.StatusReasonForbidden, `pods is forbidden: User "jane" cannot get resource "pods"`), Refused},
		"invalid":                        {status(422, metav1.StatusReasonInvalid, `Pod "web" is invalid`), Refused},
		"too large":                      {apierrors.NewRequestEntityTooLargeError("limit is 3145728"), Refused},
		"credentials":                    {apierrors.NewUnauthorized("Unauthorized"), NotAccepted},
		"a continuation that expired":    {apierrors.NewResourceExpired("too old"), Expired},
		"throttled":                      {apierrors.NewTooManyRequests("later", 1), Overloaded},
		"etcd without a leader":          {apierrors.NewInternalError(errors.New("etcdserver: leader changed")), Unknown},
		"no answer in time":              {apierrors.NewTimeoutError("request did not complete", 0), Unknown},
		"a connection that broke":        {io.ErrUnexpectedEOF, Unknown},
		"no connection":                  {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, Unreachable},
		"no connection after all tries":  {&UnreachableError{Err: syscall.ECONNREFUSED}, Unreachable},
		"broken after all tries":         {&UnreachableError{Sent: true, Err: io.EOF}, Unknown},
		"the end of the run":             {context.Canceled, Ended},
		"the end of its time":            {TimeoutError{}, Ended},
		"no credentials":                 {&CredentialsError{Err: errors.New("no program")}, NotAccepted},
		"anything else":                  {errors.New("oops"), Failed},
	} {
		ref := Ref{Kind: "Pod", Namespace: "dev", Name: "web"}
		if got := AnswerOf(ref, c.err); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if wrapped := Wrap(ref, "read", c.err); AnswerOf(ref, wrapped) != c.want {
			t.Errorf("%s: after Wrap it is %q, want %q", name, AnswerOf(ref, wrapped), c.want)
		}
	}
}

func TestAnswerOf_knowsEachKindByItsResource(t *testing.T) {
	for kind, resource := range map[string]schema.GroupResource{
		"Namespace": corev1.Resource("namespaces"), "PodTemplate": corev1.Resource("podtemplates"), "Secret": corev1.Resource("secrets"),
		"ResourceQuota": corev1.Resource("resourcequotas"), "LimitRange": corev1.Resource("limitranges"), "ServiceAccount": corev1.Resource("serviceaccounts"),
		"NetworkPolicy": {Group: "networking.k8s.io", Resource: "networkpolicies"},
		"Role":          rbacv1.Resource("roles"), "RoleBinding": rbacv1.Resource("rolebindings"),
	} {
		if got := AnswerOf(Ref{Kind: kind, Name: "x"}, apierrors.NewNotFound(resource, "x")); got != NotFound {
			t.Errorf("%s: got %q", kind, got)
		}
	}
}

func TestWrap_saysWhichObjectHasTheName(t *testing.T) {
	for _, text := range []string{
		"the UID in the precondition (a) does not match the UID in record (b-1). The object might have been deleted and then recreated",
		"Precondition failed: UID in precondition: a, UID in object meta: b-1",
	} {
		var gone *GoneError
		if err := Wrap(Ref{Kind: "Pod", Name: "web"}, "delete", apierrors.NewConflict(corev1.Resource("pods"), "web", errors.New(text))); !errors.As(err, &gone) || gone.ReplacedBy != "b-1" {
			t.Errorf("%s: got %+v", text, gone)
		}
	}
}
