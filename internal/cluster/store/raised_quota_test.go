package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func refusedBy(quota string) error {
	return &kube.RefusedError{Kind: kube.RefusedByQuota, Message: "exceeded quota: " + quota + ", requested: count/serviceaccounts=1, used: count/serviceaccounts=1, limited: count/serviceaccounts=1"}
}

func raisedTo(amount string) func() []*corev1.ResourceQuota {
	return func() []*corev1.ResourceQuota {
		return []*corev1.ResourceQuota{{
			ObjectMeta: metav1.ObjectMeta{Name: "mar-quota"},
			Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"count/serviceaccounts": resource.MustParse(amount)}},
		}}
	}
}

// A quota that the same apply raised refuses by its old amounts for a moment. What the new ones
// have room for is repeated until then, and nothing else is.
func TestUntilRaised_repeatsWhatTheRaisedQuotaHasRoomFor(t *testing.T) {
	t.Parallel()
	other := errors.New("another error")
	for name, c := range map[string]struct {
		raised  func() []*corev1.ResourceQuota
		answers []error
		want    error
		writes  int
	}{
		"the quota is processed":    {raisedTo("2"), []error{refusedBy("mar-quota"), refusedBy("mar-quota"), nil}, nil, 3},
		"it is still too small":     {raisedTo("1"), []error{refusedBy("mar-quota")}, refusedBy("mar-quota"), 1},
		"another quota refuses":     {raisedTo("2"), []error{refusedBy("theirs")}, refusedBy("theirs"), 1},
		"no quota was written":      {nil, []error{refusedBy("mar-quota")}, refusedBy("mar-quota"), 1},
		"another error":             {raisedTo("2"), []error{other}, other, 1},
		"another error comes after": {raisedTo("2"), []error{refusedBy("mar-quota"), other}, other, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				writes := 0
				err := untilRaised(t.Context(), c.raised, func(context.Context) error {
					writes++
					return c.answers[writes-1]
				})
				if writes != c.writes || (err == nil) != (c.want == nil) || err != nil && err.Error() != c.want.Error() {
					t.Errorf("%d writes, and then %v", writes, err)
				}
			})
		})
	}
}

// Without a controller manager the error is the server's refusal, and not a timeout.
func TestUntilRaised_endsWithTheRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		err := untilRaised(t.Context(), raisedTo("2"), func(context.Context) error { return refusedBy("mar-quota") })
		var refused *kube.RefusedError
		if !errors.As(err, &refused) {
			t.Errorf("it ended with %v", err)
		}
	})
}
