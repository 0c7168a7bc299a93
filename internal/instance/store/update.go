package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Update sends what was decided about the Pod with that UID, and waits until it is in force. After
// an error it reads the Pod once more.
func (s *Store) Update(ctx context.Context, ref kube.Ref, uid string, g waiting.Goal, d planning.Decision) (planning.Applied, error) {
	done, err := s.update(ctx, ref, uid, g, d)
	if err == nil || done.Pod == nil {
		return done, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if now, found, _ := kube.Get(ctx, ref, s.pods(ref).Get); found && now.UID == done.Pod.UID {
		done.Pod = now
	}
	return done, err
}

func (s *Store) update(ctx context.Context, ref kube.Ref, uid string, g waiting.Goal, d planning.Decision) (done planning.Applied, err error) {
	pod, found, err := kube.Get(ctx, ref, s.pods(ref).Get)
	switch {
	case err != nil:
		return done, err
	case !found:
		return done, &kube.GoneError{Ref: ref}
	case string(pod.UID) != uid:
		return done, &kube.GoneError{Ref: ref, ReplacedBy: pod.UID}
	}
	done.Pod = pod
	if what := d.NeedsProgram(); what != "" && podhealth.IsOver(pod) {
		return done, waiting.FinishedError(pod, what)
	}
	if d.Resize != nil {
		if done.Pod, err = s.resize(ctx, pod, *d.Resize); err != nil {
			return done, err
		}
	}
	if d.Change == nil {
		return done, nil
	}
	if before := podhealth.StatusOf(pod.Status.ContainerStatuses, manifest.MainContainer(pod).Name); before != nil {
		g.Before = before.DeepCopy()
	}
	if done.Pod, err = s.apply(ctx, done.Pod, *d.Change); err != nil {
		return done, err
	}
	done.Changed = true
	switch {
	case d.Change.Image != "" && g.FollowsContainer():
		done.Pod, err = s.Await(ctx, done.Pod, g)
		done.Missed = err != nil && waiting.MissedChange(done.Pod, g)
	case d.Resize != nil && g.Holds():
		g.Before = nil
		done.Pod, err = s.Await(ctx, done.Pod, g)
	}
	return done, err
}

// apply sends a change by server-side apply. It first makes sure that what an earlier POST wrote
// counts as applied.
func (s *Store) apply(ctx context.Context, pod *corev1.Pod, c manifest.Change) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	migrated, err := kube.MigrateManager(ctx, &s.client.Writer, ref, pod, s.pods(ref))
	if err != nil {
		return pod, err
	}
	return s.send(ctx, migrated, c)
}

// resize requests another size of the main container and waits for it. A size that the node can't
// give is withdrawn, because the node might give it at a later time.
func (s *Store) resize(ctx context.Context, pod *corev1.Pod, want manifest.Size) (*corev1.Pod, error) {
	had := manifest.SizeOf(manifest.MainContainer(pod).Resources)
	if err := kube.Contested(&s.client.Writer, manifest.Ref(pod), pod, manifest.ResizedFields(manifest.MainContainer(pod).Name, had, want)...); err != nil {
		return pod, err
	}
	patched, err := s.patchSize(ctx, pod, want)
	if err != nil {
		return pod, err
	}
	last, err := s.Await(ctx, patched, waiting.Goal{Size: &want})
	var waited *kube.WaitError
	if err != nil && !errors.As(err, &waited) {
		return last, fmt.Errorf("wait for %s to be resized, which is still requested and may happen at any time: %w", manifest.Ref(pod), err)
	}
	if err == nil || podhealth.JudgeResize(podhealth.Facts{Pod: last}).Cause == podhealth.None {
		return last, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	restored, restoreErr := s.patchSize(ctx, last, had)
	if restoreErr != nil {
		waited.Advice += fmt.Sprintf(" The request couldn't be withdrawn (%s), so the resize may still happen.", restoreErr)
		return last, err
	}
	waited.Advice += " The request was withdrawn: the instance keeps its old size."
	return restored, err
}

func (s *Store) patchSize(ctx context.Context, pod *corev1.Pod, want manifest.Size) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	patch, err := json.Marshal(manifest.ResizePatch(pod, want))
	if err != nil {
		return pod, kube.Wrap(ref, "resize", err)
	}
	err = kube.OnMovedOn(ctx, ref, func(ctx context.Context) error {
		patched, err := s.pods(ref).Patch(ctx, ref.Name, types.StrategicMergePatchType, patch,
			metav1.PatchOptions{FieldManager: s.client.FieldManager}, "resize")
		if err == nil {
			pod = patched
		}
		return kube.Wrap(ref, "resize", err)
	})
	return pod, err
}
