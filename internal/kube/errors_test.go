package kube

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func status(code int32, reason metav1.StatusReason, message string, causes ...metav1.StatusCause) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: code, Reason: reason, Message: message,
		Details: &metav1.StatusDetails{Causes: causes},
	}}
}

// The sentences are Kubernetes 1.36's.
func TestWrap_tellsRefusalsApart(t *testing.T) {
	forbidden := func(message string) error { return status(403, metav1.StatusReasonForbidden, message) }
	for _, c := range []struct {
		err     error
		kind    RefusalKind
		message string
	}{
		{
			forbidden(`pods "web" is forbidden: exceeded quota: mar-quota, requested: limits.cpu=2, used: limits.cpu=3, limited: limits.cpu=4`),
			RefusedByQuota, "exceeded quota: mar-quota, requested: limits.cpu=2, used: limits.cpu=3, limited: limits.cpu=4",
		},
		{
			forbidden(`pods "web" is forbidden: failed quota: mar-quota: must specify limits.cpu for: app; limits.memory for: app`),
			RefusedByQuota, "failed quota: mar-quota: must specify limits.cpu for: app; limits.memory for: app",
		},
		{
			forbidden(`pods "web" is forbidden: maximum cpu usage per Container is 1, but limit is 2`),
			RefusedByLimitRange, "maximum cpu usage per Container is 1, but limit is 2",
		},
		{
			forbidden(`pods "web" is forbidden: [minimum memory usage per Pod is 1Gi, but request is 512Mi, cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000]`),
			RefusedByLimitRange, "[minimum memory usage per Pod is 1Gi, but request is 512Mi, cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000]",
		},
		{
			forbidden(`pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false)`),
			RefusedByPodSecurity, `violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false)`,
		},
		{
			forbidden(`pods is forbidden: User "jane" cannot create resource "pods" in API group "" in the namespace "dev"`),
			RefusedByRBAC, `User "jane" cannot create resource "pods" in API group "" in the namespace "dev"`,
		},
		{
			forbidden("roles.rbac.authorization.k8s.io \"mar-ops\" is forbidden: user \"jane\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}"),
			RefusedEscalation, "user \"jane\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}",
		},
		{
			status(403, metav1.StatusReasonForbidden, `pods "web" is forbidden: unable to create new content in namespace dev because it is being terminated`, metav1.StatusCause{Type: corev1.NamespaceTerminatingCause}),
			RefusedTerminating, "unable to create new content in namespace dev because it is being terminated",
		},
		{
			status(422, metav1.StatusReasonInvalid, `pods "web" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest' denied request: pin the image`),
			RefusedByPolicy, `ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest' denied request: pin the image`,
		},
		{
			// A MutatingAdmissionPolicy answers with a code of 403 and the reason of an invalid object.
			status(403, metav1.StatusReasonInvalid, `policy 'inject' with binding 'inject-all' denied request: JSON Patch: no such key: env`),
			RefusedByPolicy, `policy 'inject' with binding 'inject-all' denied request: JSON Patch: no such key: env`,
		},
		{
			status(403, metav1.StatusReasonInvalid, `pods "web" is forbidden: policy "inject" denied request: failed to configure policy: no such kind`),
			RefusedByPolicy, `policy "inject" denied request: failed to configure policy: no such kind`,
		},
		{
			status(422, metav1.StatusReasonInvalid, `Pod "web" is invalid: spec.containers[0].image: Required value`),
			RefusedAsInvalid, `Pod "web" is invalid: spec.containers[0].image: Required value`,
		},
		{
			forbidden(`pods "web" is forbidden: error looking up service account dev/robot: serviceaccount "robot" not found`),
			RefusedMissingAccount, `error looking up service account dev/robot: serviceaccount "robot" not found`,
		},
		{
			forbidden(`pods "web" is forbidden: node didn't have enough allocatable resources: cpu, requested: 64000, allocatable: 8000`),
			RefusedByNode, `node didn't have enough allocatable resources: cpu, requested: 64000, allocatable: 8000`,
		},
		{
			forbidden(`pods "web" is forbidden: no PriorityClass with name urgent was found`),
			RefusedOtherwise, `no PriorityClass with name urgent was found`,
		},
	} {
		var refused *RefusedError
		if err := Wrap(Ref{Kind: "Pod", Namespace: "dev", Name: "web"}, "create", c.err); !errors.As(err, &refused) {
			t.Errorf("%v isn't a refusal", err)
			continue
		}
		if refused.Kind != c.kind || refused.Message != c.message {
			t.Errorf("%v\ngot  %s: %s\nwant %s: %s", c.err, refused.Kind, refused.Message, c.kind, c.message)
		}
		if !errors.Is(refused, c.err) {
			t.Errorf("%v lost its cause", refused)
		}
	}
}

func TestWrap_readsTheRightThatIsMissing(t *testing.T) {
	for message, want := range map[string]Right{
		`pods "web" is forbidden: User "jane" cannot patch resource "pods/resize" in API group "" in the namespace "dev"`:                                                     {User: "jane", Verb: "patch", Resource: "pods/resize", Namespace: "dev"},
		`namespaces is forbidden: User "a:b" cannot list resource "namespaces" in API group "" at the cluster scope`:                                                          {User: "a:b", Verb: "list", Resource: "namespaces"},
		`roles.rbac.authorization.k8s.io is forbidden: User "jane" cannot list resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "dev": not for you`: {User: "jane", Verb: "list", Group: "rbac.authorization.k8s.io", Resource: "roles", Namespace: "dev"},
		`pods "web" is forbidden: exceeded quota: mar-quota`:                                                                                                                  {},
	} {
		var refused *RefusedError
		if err := Wrap(Ref{}, "do", status(403, metav1.StatusReasonForbidden, message)); !errors.As(err, &refused) || refused.Lacks != want {
			t.Errorf("%s\ngot  %+v\nwant %+v", message, refused, want)
		}
	}
}

func TestWrap_keepsOtherErrors(t *testing.T) {
	if Wrap(Ref{}, "read", nil) != nil {
		t.Error("nil became an error")
	}
	missing := apierrors.NewNotFound(corev1.Resource("pods"), "web")
	err := Wrap(Ref{Kind: "Pod", Namespace: "dev", Name: "web"}, "read", missing)
	if !apierrors.IsNotFound(err) || err.Error() != `read Pod dev/web: Pod dev/web is gone` {
		t.Errorf("got %v", err)
	}
	if !IsGone(err) || !IsGone(&GoneError{}) || IsGone(errors.New("other")) || IsGone(nil) {
		t.Error("IsGone is wrong")
	}
}

func TestFieldConflicts(t *testing.T) {
	cause := func(field, message string) metav1.StatusCause {
		return metav1.StatusCause{Type: metav1.CauseTypeFieldManagerConflict, Field: field, Message: message}
	}
	got := fieldConflicts(status(409, metav1.StatusReasonConflict, "Apply failed with 3 conflicts",
		cause(".spec.hard.limits.cpu", `conflict with "kubectl-patch" using v1`),
		cause(".spec.hard.pods", `conflict with "kubectl" with subresource "status" using v1 at 2026-01-01T00:00:00Z`),
		cause(".metadata.labels.team", `conflict with "argocd-controller"`),
	))
	want := []Conflict{
		{Manager: "kubectl-patch", Field: ".spec.hard.limits.cpu"},
		{Manager: "kubectl", Field: ".spec.hard.pods"},
		{Manager: "argocd-controller", Field: ".metadata.labels.team", Applied: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	client := &Writer{FieldManager: "terraform"}
	if diff := cmp.Diff(want[2:], client.byOthers(got)); diff != "" {
		t.Error(diff)
	}
	after := client.WithPrevious("argocd-controller")
	if contested := after.byOthers(got); len(contested) > 0 {
		t.Errorf("the manager's former name is somebody else's: %v", contested)
	}
	if fieldConflicts(status(409, metav1.StatusReasonConflict, "the object has been modified")) != nil {
		t.Error("a lost update isn't a field conflict")
	}
}
