package robustness_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// meddler is somebody else at work on the same objects.
type meddler struct {
	name string
	// scenarios are those in which there is something to meddle with.
	scenarios []string
	meddle    func(context.Context, *runner.World) error
	// mends undoes, before the apply that heals, what Terraform isn't to undo.
	mends func(context.Context, *runner.World) error
	// strangers are objects that have become somebody else's.
	strangers []string
}

func meddlers() []meddler {
	instances := []string{"instance-labels", "instance-image", "instance-resize", "instance-stop", "instance-replace", "instance-destroy"}
	return []meddler{
		{name: "edits-the-labels", scenarios: []string{"instance-labels", "instance-label-removed", "instance-all-in-place"}, meddle: func(ctx context.Context, w *runner.World) error {
			return patched(w.Client.CoreV1().Pods(w.Cluster).Patch(ctx, "web", types.MergePatchType, []byte(`{"metadata":{"labels":{"team":"meddled"}}}`), editing()))
		}},
		{name: "edits-the-image", scenarios: instances, meddle: func(ctx context.Context, w *runner.World) error {
			edit := []byte(`[{"op":"replace","path":"/spec/containers/0/image","value":"registry.k8s.io/pause:3.8"}]`)
			return patched(w.Client.CoreV1().Pods(w.Cluster).Patch(ctx, "web", types.JSONPatchType, edit, editing()))
		}},
		{name: "deletes-the-instance", scenarios: instances, meddle: deletePod},
		{name: "recreates-the-instance", scenarios: instances, meddle: func(ctx context.Context, w *runner.World) error {
			if err := deletePod(ctx, w); err != nil {
				return err
			}
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: scenario.Image}}}}
			_, err := w.Client.CoreV1().Pods(w.Cluster).Create(ctx, pod, metav1.CreateOptions{})
			return err
		}, mends: deletePod, strangers: []string{"Pod/web"}},
		{name: "edits-the-quota", scenarios: []string{"cluster-quota"}, meddle: func(ctx context.Context, w *runner.World) error {
			return patched(w.Client.CoreV1().ResourceQuotas(w.Cluster).Patch(ctx, "mar-quota", types.MergePatchType, []byte(`{"spec":{"hard":{"limits.cpu":"99"}}}`), editing()))
		}},
		{name: "deletes-the-quota", scenarios: []string{"cluster-quota", "cluster-children-removed"}, meddle: func(ctx context.Context, w *runner.World) error {
			return gone(w.Client.CoreV1().ResourceQuotas(w.Cluster).Delete(ctx, "mar-quota", metav1.DeleteOptions{}))
		}},
	}
}

func editing() metav1.PatchOptions { return metav1.PatchOptions{FieldManager: "kubectl-edit"} }

func deletePod(ctx context.Context, w *runner.World) error {
	now := int64(0)
	return gone(w.Client.CoreV1().Pods(w.Cluster).Delete(ctx, "web", metav1.DeleteOptions{GracePeriodSeconds: &now}))
}

func patched[T any](_ T, err error) error { return gone(err) }

// gone makes nothing of it where there is nothing to meddle with any more.
func gone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// TestAccRobustness_somebodyElseMeddles has somebody edit, delete or recreate what is being
// changed, right before each write.
func TestAccRobustness_somebodyElseMeddles(t *testing.T) {
	onlyInFull(t)
	suite := runner.NewSuite(t, provider(t))
	for _, m := range meddlers() {
		for _, name := range m.scenarios {
			t.Run(m.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := scenarioOf(t, name)
				usual := usually(t, suite, s)
				batch := suite.NewBatch(t, s, atOnce)
				for _, r := range usual.Requests {
					if !r.Writes() {
						continue
					}
					t.Run(strings.TrimPrefix(runner.Strike{Address: r.Address()}.Name(), "@"), func(t *testing.T) {
						world := batch.Reserve()
						t.Parallel()
						w, err := world(t.Context())
						if err != nil {
							t.Fatal(err)
						}
						meddleOnce(t, w, usual, m, r.Address())
					})
				}
			})
		}
	}
}

func meddleOnce(t *testing.T, w *runner.World, usual runner.Usual, m meddler, address string) {
	t.Helper()
	var once sync.Once
	var failure error
	meddled := witness.Scene{}
	w.Meanwhile = func(r witness.Request) witness.Intercept {
		if r.Address() != address {
			return nil
		}
		return func(rw http.ResponseWriter, req *http.Request, server http.Handler) {
			once.Do(func() {
				if failure = m.meddle(req.Context(), w); failure == nil {
					meddled, failure = w.Scene(req.Context())
				}
			})
			server.ServeHTTP(rw, req)
		}
	}
	w.Settle = func(ctx context.Context, _ *witness.History) error {
		if failure != nil {
			return fmt.Errorf("meddle: %w", failure)
		}
		now, err := w.Scene(ctx)
		if err != nil {
			return err
		}
		for _, key := range m.strangers {
			if was, is := meddled.Objects[key], now.Objects[key]; was.UID != "" && was.UID != is.UID {
				t.Errorf("other: strangers: %s with UID %s was somebody else's, and is gone", key, was.UID)
			}
		}
		if m.mends == nil {
			return nil
		}
		return m.mends(ctx, w)
	}
	h, _, err := w.Run(t.Context(), t.Name(), usual)
	if err != nil {
		t.Fatal(err)
	}
	// What somebody does at the same time may well make a run fail, and what they leave is theirs.
	h.Ridden = false
	violations := withoutRule(invariant.Check(h), "done")
	results.Add("somebody else meddles", m.name, violations)
	judge(t, h, violations)
}

func withoutRule(violations []invariant.Violation, rule string) []invariant.Violation {
	var rest []invariant.Violation
	for _, v := range violations {
		if v.Rule != rule {
			rest = append(rest, v)
		}
	}
	return rest
}
