package store

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Delete deletes the instance's Pod and waits until it is gone. A Pod that is gone already is no
// error. If a Pod with another UID has the name, it is deleted too if it is the same instance,
// recreated in the meantime. A foreign Pod is left alone.
func (s *Store) Delete(ctx context.Context, ref kube.Ref, uid string) error {
	for {
		err := s.deletePod(ctx, ref, types.UID(uid))
		var gone *kube.GoneError
		if !errors.As(err, &gone) {
			return err
		}
		now, err := s.instancePod(ctx, ref)
		if err != nil || now == nil || string(now.UID) == uid {
			return err
		}
		uid = string(now.UID)
	}
}

// instancePod reads the instance's Pod, nil if it doesn't exist or is foreign.
func (s *Store) instancePod(ctx context.Context, ref kube.Ref) (*corev1.Pod, error) {
	pod, found, err := kube.Get(ctx, ref, s.pods(ref).Get)
	if err != nil || !found || !mar.IsInstances(pod, ref.Name) {
		return nil, err
	}
	return pod, nil
}

// deletePod deletes the Pod with that UID and no other: a namesake is a
// *kube.GoneError.
func (s *Store) deletePod(ctx context.Context, ref kube.Ref, uid types.UID) error {
	s.Report(ref, "deleting it")
	leaving := podKnownBy(ref, uid)
	err := kube.OnMovedOn(ctx, ref, func(ctx context.Context) error {
		return kube.Delete(ctx, ref, uid, s.pods(ref).Get, func(ctx context.Context, name string, opts metav1.DeleteOptions) error {
			// The typed client throws the answer away, which is the Pod with the time that
			// it has left: who begins to wait with it has missed nothing, and needn't ask.
			var answer corev1.Pod
			err := s.client.Clientset.CoreV1().RESTClient().Delete().Namespace(ref.Namespace).Resource("pods").Name(name).Body(&opts).Do(ctx).Into(&answer)
			if answer.UID == uid {
				leaving = &answer
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	return s.awaitGone(ctx, leaving)
}

// podKnownBy returns a Pod with nothing but its name and UID.
func podKnownBy(ref kube.Ref, uid types.UID) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name, UID: uid}}
}

// awaitGone waits until that very Pod is gone.
func (s *Store) awaitGone(ctx context.Context, leaving *corev1.Pod) error {
	ref := manifest.Ref(leaving)
	start, follow := time.Now(), s.follow(ref)
	last, err := s.client.PodWatches.UntilGone(ctx, ref, leaving, func(*corev1.Pod) { follow("it to end") })
	reason, advice := err, podhealth.DeletionAdvice
	switch {
	case err == nil || last.ResourceVersion == "":
		return err
	case errors.Is(err, context.Canceled):
		reason, advice = errors.New("the run was cancelled, and Kubernetes is still deleting it"), waiting.AdviceOnInterrupted
	case !timedOut(err):
		return err
	}
	seen := s.diagnose(ctx, last)
	return &kube.WaitError{
		Ref: ref, Goal: "be gone", Reason: reason.Error(), Advice: advice(last),
		Elapsed: time.Since(start), State: seen.State, Events: seen.Events, Err: err,
	}
}

// Remove deletes the instance's template and its Pod: the one with that UID, or with an empty UID
// the one that was started in the meantime. It blocks until both are gone.
func (s *Store) Remove(ctx context.Context, k model.Key, uid string) error {
	for {
		template, err := s.Template(ctx, k)
		if err != nil {
			return err
		}
		if template == nil {
			break
		}
		if err = s.removeTemplate(ctx, template); err == nil {
			break
		}
		if !isNamesake(err) {
			return err
		}
	}
	if uid == "" {
		started, err := s.instancePod(ctx, k.Ref())
		if err != nil || started == nil {
			return err
		}
		uid = string(started.UID)
	}
	return s.Delete(ctx, k.Ref(), uid)
}
