package store

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// saveTemplate writes the template from which the instance is recreated, and makes it an owner of
// the instance's Secret. Starting is recorded in it. After that the Pod can be deleted: nothing is
// lost with it.
func (s *Store) saveTemplate(ctx context.Context, objects manifest.Objects, starting bool) (*corev1.PodTemplate, manifest.Objects, error) {
	s.Report(manifest.TemplateRef(objects.Pod.Namespace, objects.Pod.Name), "keeping the instance as it")
	want := manifest.TemplateOf(objects.Pod, starting)
	template, isNew, err := s.ensureTemplate(ctx, want)
	if err != nil {
		return nil, objects, err
	}
	if !isNew && objects.NewSecret != nil {
		if template, err = s.announceSecret(ctx, template, objects); err != nil {
			return template, objects, err
		}
	}
	if objects, err = s.handOverSecret(ctx, objects, ownerReference("PodTemplate", template)); err != nil || isNew {
		return template, objects, err
	}
	if want, err = s.withOthersKeys(template, want, objects.DroppedKeys); err != nil {
		return template, objects, err
	}
	updated, err := s.changeTemplate(ctx, template, want)
	if err != nil {
		return template, objects, err
	}
	return updated, objects, nil
}

// Stop saves the instance as a template, deletes its Pod, and waits until that is gone. Starting is
// set if a start follows.
func (s *Store) Stop(ctx context.Context, running *corev1.Pod, objects manifest.Objects, starting bool) (*corev1.PodTemplate, manifest.Objects, error) {
	template, objects, err := s.saveTemplate(ctx, objects, starting)
	if err != nil {
		return template, objects, err
	}
	if running != nil {
		if err := s.Delete(ctx, manifest.Ref(running), string(running.UID)); err != nil {
			return template, objects, err
		}
	}
	return template, objects, s.deleteSecret(ctx, objects.Pod.Namespace, objects.OldSecret)
}

// Start creates the Pod of an instance that is saved as a template. It waits for a Pod of that name
// that is being deleted. The template stays until FinishStart.
func (s *Store) Start(ctx context.Context, objects manifest.Objects) (power.Existing, manifest.Objects, error) {
	template, objects, err := s.saveTemplate(ctx, objects, true)
	if err != nil {
		return power.Existing{}, objects, err
	}
	pod, err := s.createFromTemplate(ctx, objects)
	return power.Existing{Pod: pod, Template: template}, objects, err
}

// Restart is Stop and Start.
func (s *Store) Restart(ctx context.Context, running *corev1.Pod, objects manifest.Objects) (power.Existing, manifest.Objects, error) {
	template, objects, err := s.Stop(ctx, running, objects, true)
	if err != nil {
		return power.Existing{}, objects, err
	}
	pod, err := s.createFromTemplate(ctx, objects)
	return power.Existing{Pod: pod, Template: template}, objects, err
}

// createFromTemplate creates the Pod of an instance that has a template, and makes it an owner of
// the instance's Secret, even if the run is cancelled in between.
func (s *Store) createFromTemplate(ctx context.Context, objects manifest.Objects) (*corev1.Pod, error) {
	pod, err := s.createPod(ctx, objects.Pod)
	if err != nil || objects.Secret == nil {
		return pod, err
	}
	ctx, cancel := s.finishing(ctx)
	defer cancel()
	return pod, s.addOwner(ctx, pod.Namespace, *objects.Secret, ownerReference("Pod", pod))
}

// FinishStart deletes the template, and the Secret that the Pod doesn't use. While the template
// exists, a later run knows that an interrupted one didn't wait for the Pod. So call it after the
// wait.
func (s *Store) FinishStart(ctx context.Context, have power.Existing, objects manifest.Objects) error {
	if have.Pod == nil || have.Template == nil {
		return nil
	}
	ctx, cancel := s.finishing(ctx)
	defer cancel()
	if err := s.deleteTemplate(ctx, have.Template); err != nil {
		return err
	}
	return s.deleteSecret(ctx, have.Pod.Namespace, objects.OldSecret)
}

// finishing returns a context for work that must not be left half done. It ends half a minute after
// the run does.
func (s *Store) finishing(run context.Context) (context.Context, context.CancelFunc) {
	const patience = 30 * time.Second
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(run))
	stop := context.AfterFunc(run, func() {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(kube.TimeoutError{After: patience})
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// WithLeftoverTemplate adds the template that still exists beside a Pod after a step that failed.
func (s *Store) WithLeftoverTemplate(ctx context.Context, have power.Existing) power.Existing {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if template, err := s.Template(ctx, model.KeyOf(have.Pod)); err == nil {
		have.Template = template
	}
	return have
}

// DeleteLeftovers deletes the template beside a Pod, after making the Pod an owner of the Secret.
func (s *Store) DeleteLeftovers(ctx context.Context, pod *corev1.Pod, template *corev1.PodTemplate, secret *manifest.SecretRef) error {
	if secret != nil {
		if err := s.addOwner(ctx, pod.Namespace, *secret, ownerReference("Pod", pod)); err != nil {
			return err
		}
	}
	return s.deleteTemplate(ctx, template)
}

func ownerReference(kind string, owner metav1.Object) metav1.OwnerReference {
	return metav1.OwnerReference{APIVersion: "v1", Kind: kind, Name: owner.GetName(), UID: owner.GetUID()}
}
