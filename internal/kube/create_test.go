package kube

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// A POST whose answer is lost can't be had from a real server on demand, so the
// answers are made here.
func TestCreate(t *testing.T) {
	lost := func(context.Context) (*corev1.Pod, error) { return nil, io.ErrUnexpectedEOF }
	taken := func(context.Context) (*corev1.Pod, error) {
		return nil, status(409, metav1.StatusReasonAlreadyExists, "exists")
	}
	missing := func(context.Context) (*corev1.Pod, error) {
		return nil, apierrors.NewNotFound(corev1.Resource("pods"), "web")
	}
	busy := func(context.Context) (*corev1.Pod, error) {
		return nil, apierrors.NewConflict(corev1.Resource("resourcequotas"), "mar-quota", errors.New("the object has been modified"))
	}
	failing := func(context.Context) (*corev1.Pod, error) {
		return nil, status(500, metav1.StatusReasonInternalError, "etcdserver: leader changed")
	}
	pod := func(nonce string) func(context.Context) (*corev1.Pod, error) {
		return func(context.Context) (*corev1.Pod, error) {
			return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{mar.AnnotationNonce: nonce}}}, nil
		}
	}
	then := func(answers ...func(context.Context) (*corev1.Pod, error)) func(context.Context) (*corev1.Pod, error) {
		n := 0
		return func(ctx context.Context) (*corev1.Pod, error) {
			n++
			return answers[min(n, len(answers))-1](ctx)
		}
	}
	isExists := func(err error) bool { var e *ExistsError; return errors.As(err, &e) }
	for name, c := range map[string]struct {
		create, get func(context.Context) (*corev1.Pod, error)
		ok, exists  bool
	}{
		"made":                                 {pod("mine"), missing, true, false},
		"made, but the answer was lost":        {lost, pod("mine"), true, false},
		"the request was lost":                 {then(lost, pod("mine")), missing, true, false},
		"lost, and somebody else's is there":   {lost, pod("other"), false, true},
		"somebody else's was there":            {taken, pod("other"), false, true},
		"our own retried request collided":     {taken, pod("mine"), true, false},
		"it was there and vanished meanwhile":  {then(taken, pod("mine")), missing, true, false},
		"quota admission gave up twice":        {then(busy, busy, pod("mine")), missing, true, false},
		"busy, and somebody else has the name": {then(busy, taken), pod("other"), false, true},
		"a 500, carried out":                   {failing, pod("mine"), true, false},
		"a 500, not carried out":               {then(failing, failing, failing, failing, failing, failing, pod("mine")), missing, true, false},
		"no namespace": {func(context.Context) (*corev1.Pod, error) {
			return nil, apierrors.NewNotFound(corev1.Resource("namespaces"), "dev")
		}, missing, false, false},
		"something else answers": {func(context.Context) (*corev1.Pod, error) { return nil, textual(409) }, pod("mine"), false, false},
		"refused": {func(context.Context) (*corev1.Pod, error) {
			return nil, status(403, metav1.StatusReasonForbidden, "no")
		}, missing, false, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			got, err := Create(t.Context(), Ref{Kind: "Pod", Namespace: "dev", Name: "web"}, "mine", c.create, c.get)
			if (err == nil) != c.ok || isExists(err) != c.exists {
				t.Errorf("%s: got %v, %v", name, got, err)
			}
		})
	}
}

func TestCreate_outlivesACancelledRun(t *testing.T) {
	for name, c := range map[string]struct {
		before bool // the run has ended before the POST
		takes  time.Duration
		took   time.Duration
		err    error
	}{
		"a POST that is answered in time": {takes: 5 * time.Second, took: 5 * time.Second},
		"one that isn't":                  {takes: time.Minute, took: 10 * time.Second, err: context.Canceled},
		"none after the end of the run":   {before: true, err: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				run, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.before {
					cancel()
				}
				start := time.Now()
				_, err := Create(run, Ref{Kind: "Pod", Name: "web"}, "mine", func(ctx context.Context) (*corev1.Pod, error) {
					cancel()
					if !Pause(ctx, c.takes) {
						return nil, context.Cause(ctx)
					}
					return &corev1.Pod{}, nil
				}, nil)
				if took := time.Since(start); took != c.took || !errors.Is(err, c.err) {
					t.Errorf("it ended after %s with %v, want %s and %v", took, err, c.took, c.err)
				}
			})
		})
	}
}
