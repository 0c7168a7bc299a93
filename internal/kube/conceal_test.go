package kube

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A value that a request carries is in no error about it, in whichever form the server quotes
// it, and the error is still of its kind.
func TestConceal(t *testing.T) {
	value := "hunter \"2\"\n"
	encoded := base64.StdEncoding.EncodeToString([]byte(value))
	ctx := WithConcealed(t.Context(), []string{value, "hunter", "7", ""})
	message := fmt.Sprintf("denied: %s, %q, %s, %q, and 17 is %q", value, value, encoded, "hunter", "7")
	err := &apierrors.StatusError{ErrStatus: metav1.Status{
		Reason: metav1.StatusReasonForbidden, Code: 403, Message: message,
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Message: message, Field: "data[" + value + "]"}}},
	}}
	got := Conceal(ctx, fmt.Errorf("create: %w", err))
	status := apierrors.APIStatus(nil)
	if !errors.As(got, &status) || !apierrors.IsForbidden(got) {
		t.Fatalf("got %v", got)
	}
	const left = "denied: (secret value), (secret value), (secret value), (secret value), and 17 is (secret value)"
	cause := status.Status().Details.Causes[0]
	if status.Status().Message != left || cause.Message != left || cause.Field != "data[(secret value)]" {
		t.Errorf("got %+v", status.Status())
	}
	if err.ErrStatus.Message != message {
		t.Error("the error itself was changed")
	}
	if got := Conceal(ctx, &NotKubernetesError{Says: "blocked: hunter"}); strings.Contains(got.Error(), "hunter") {
		t.Errorf("got %v", got)
	}
	other := errors.New("hunter")
	if got := Conceal(ctx, other); got.Error() != "hunter" || Conceal(t.Context(), nil) != nil {
		t.Error("another error was changed")
	}
	collecting, warnings := WithWarnings(ctx)
	WarningHandler{}.HandleWarningHeaderWithContext(collecting, 299, "", "weak: hunter")
	if got := warnings.Texts(); len(got) != 1 || got[0] != "weak: (secret value)" {
		t.Errorf("the warnings are %q", got)
	}
}

// The difference of two Pods in a refusal has environment variables in it.
func TestRefusal_hasNoDumpOfAPod(t *testing.T) {
	const lead = "Pod \"web\" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`"
	err := &apierrors.StatusError{ErrStatus: metav1.Status{Reason: metav1.StatusReasonInvalid, Code: 422, Message: lead + "\n\u00a0\u00a0core.PodSpec{\n-\tEnv: {{Name: \"PASSWORD\", Value: \"hunter2\"}},\n }\n"}}
	if _, message := RefusalOf(err); message != lead {
		t.Errorf("got %q", message)
	}
}
