package kube

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// An object is gone only if it is looked at and isn't there, whatever a deletion was answered.
func TestDelete_looksAgainAtAnotherUID(t *testing.T) {
	another := apierrors.NewConflict(corev1.Resource("pods"), "web", errors.New("Precondition failed: UID in precondition: 1, UID in object meta: 2"))
	missing := apierrors.NewNotFound(corev1.Resource("pods"), "web")
	denied := status(409, metav1.StatusReasonConflict, `admission webhook "x.example.com" denied the request: no`)
	for name, c := range map[string]struct {
		deletes []error // the last stays
		held    *corev1.Pod
		read    error
		asked   int
		want    Answer
		gone    bool
	}{
		"deleted":              {deletes: []error{nil}, asked: 1, want: Done},
		"not there":            {deletes: []error{missing}, asked: 1, want: Done},
		"a namesake":           {deletes: []error{another}, held: podOf("2"), asked: 1, want: AnotherObject, gone: true},
		"gone meanwhile":       {deletes: []error{another}, read: missing, asked: 1, want: Done},
		"the same after all":   {deletes: []error{another, nil}, held: podOf("1"), asked: 2, want: Done},
		"the same, for ever":   {deletes: []error{another}, held: podOf("1"), asked: 4, want: AnotherObject},
		"something else's 404": {deletes: []error{textual(404)}, asked: 1, want: NotKubernetes},
		"denied":               {deletes: []error{denied}, asked: 1, want: Refused},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			err := Delete(t.Context(), Ref{Kind: "Pod", Name: "web"}, "1",
				func(context.Context, string, metav1.GetOptions) (*corev1.Pod, error) { return c.held, c.read },
				func(context.Context, string, metav1.DeleteOptions) error {
					asked++
					return c.deletes[min(asked, len(c.deletes))-1]
				})
			if got := AnswerOf(Ref{Kind: "Pod", Name: "web"}, err); got != c.want || asked != c.asked || IsGone(err) != c.gone {
				t.Errorf("%s: got %q of %v after %d deletions, want %q after %d", name, got, err, asked, c.want, c.asked)
			}
		})
	}
}

func podOf(uid types.UID) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", UID: uid}}
}
