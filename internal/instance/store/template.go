package store

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func (s *Store) templates(namespace string) corev1client.PodTemplateInterface {
	return s.client.Clientset.CoreV1().PodTemplates(namespace)
}

func (s *Store) secrets(namespace string) corev1client.SecretInterface {
	return s.client.Clientset.CoreV1().Secrets(namespace)
}

// Find reads what there is under the name. A template that isn't an instance's,
// or that may not be read, is none.
func (s *Store) Find(ctx context.Context, k model.Key) (power.Existing, error) {
	return find(ctx, k, s.client.Pods.Get, s.client.PodTemplates.Get)
}

// Look is Find for many at once: what it returns may be as old as cache.Lists says.
// That nothing is there is known for certain.
func (s *Store) Look(ctx context.Context, k model.Key) (power.Existing, error) {
	f, err := find(ctx, k, s.client.Pods.Find, s.client.PodTemplates.Find)
	if err != nil || f.Pod != nil || f.Template != nil {
		return f, err
	}
	// A stop writes the template before it deletes the Pod, and so may have come
	// between a list without the one and a read without the other.
	return s.Find(ctx, k)
}

// read reads an object by namespace and name.
type read[T any] func(ctx context.Context, namespace, name string) (T, error)

func find(ctx context.Context, k model.Key, pod read[*corev1.Pod], template read[*corev1.PodTemplate]) (power.Existing, error) {
	var f power.Existing
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		there, found, err := kube.Get(ctx, k.Ref(), func(ctx context.Context, name string, _ metav1.GetOptions) (*corev1.Pod, error) {
			return pod(ctx, k.Cluster, name)
		})
		if found {
			f.Pod = there
		}
		return err
	})
	group.Go(func() (err error) {
		f.Template, err = findTemplate(ctx, k, template)
		return err
	})
	if err := group.Wait(); err != nil {
		return power.Existing{}, err
	}
	return f, nil
}

// Template reads what a stopped instance is kept as, nil where there is none.
func (s *Store) Template(ctx context.Context, k model.Key) (*corev1.PodTemplate, error) {
	return findTemplate(ctx, k, s.client.PodTemplates.Get)
}

func findTemplate(ctx context.Context, k model.Key, get read[*corev1.PodTemplate]) (*corev1.PodTemplate, error) {
	template, found, err := kube.Get(ctx, manifest.TemplateRef(k.Cluster, k.Name), func(ctx context.Context, name string, _ metav1.GetOptions) (*corev1.PodTemplate, error) {
		return get(ctx, k.Cluster, name)
	})
	switch {
	case err != nil && !kube.LacksRights(err):
		return nil, err
	case !found, !manifest.IsStoppedInstance(template):
		return nil, nil
	}
	return template, nil
}

// Secret reads one of the instance's Secrets without its values.
func (s *Store) Secret(ctx context.Context, k model.Key, name string) (manifest.FoundSecret, error) {
	secret, found, err := kube.Get(ctx, kube.Ref{Kind: "Secret", Namespace: k.Cluster, Name: name}, func(ctx context.Context, name string, opts metav1.GetOptions) (*metav1.PartialObjectMetadata, error) {
		return s.client.Metadata.Resource(corev1.SchemeGroupVersion.WithResource("secrets")).Namespace(k.Cluster).Get(ctx, name, opts)
	})
	switch {
	case kube.LacksRights(err):
		return manifest.FoundSecret{Hidden: true}, nil
	case err != nil:
		return manifest.FoundSecret{}, err
	case !found:
		return manifest.FoundSecret{}, nil
	}
	return manifest.FoundSecretOf(secret, k.Name), nil
}

// Reader returns how to read the Pod with that UID, nil where it isn't there.
func (s *Store) Reader(ctx context.Context, k model.Key, uid string) func() (*corev1.Pod, error) {
	return func() (*corev1.Pod, error) {
		pod, found, err := kube.Get(ctx, k.Ref(), s.pods(k.Ref()).Get)
		if err != nil || !found || string(pod.UID) != uid {
			return nil, err
		}
		return pod, nil
	}
}

// SaveTemplate sees to it that the template says what the instance is made from, whether it
// is on its way to a Pod, and that it owns the instance's Secret. From then on the Pod
// can go: nothing is lost with it.
func (s *Store) SaveTemplate(ctx context.Context, p manifest.Objects, starting bool) (*corev1.PodTemplate, manifest.Objects, error) {
	s.Say(manifest.TemplateRef(p.Pod.Namespace, p.Pod.Name), "keeping the instance as it")
	want := manifest.TemplateOf(p.Pod, starting)
	template, isNew, err := s.shelf(ctx, want)
	if err != nil {
		return nil, p, err
	}
	if !isNew && p.Make != nil {
		if template, err = s.announceSecret(ctx, template, p); err != nil {
			return template, p, err
		}
	}
	if p, err = s.handOver(ctx, p, ownerReference("PodTemplate", template)); err != nil || isNew {
		return template, p, err
	}
	if want, err = s.withOthersKeys(template, want, p.Dropped); err != nil {
		return template, p, err
	}
	updated, err := s.changeTemplate(ctx, template, want)
	if err != nil {
		return template, p, err
	}
	return updated, p, nil
}

// Stop keeps the instance as a template and deletes its Pod, in the Pod's own
// time. It blocks until that is gone. Starting is set where a start follows.
func (s *Store) Stop(ctx context.Context, running *corev1.Pod, p manifest.Objects, starting bool) (*corev1.PodTemplate, manifest.Objects, error) {
	template, p, err := s.SaveTemplate(ctx, p, starting)
	if err != nil {
		return template, p, err
	}
	if running != nil {
		if err := s.Delete(ctx, manifest.Ref(running), string(running.UID)); err != nil {
			return template, p, err
		}
	}
	return template, p, s.drop(ctx, p.Pod.Namespace, p.Drop)
}

// Start makes the Pod of an instance that is kept as a template. A Pod of that name that is being
// deleted is waited for. The template stays until Settle.
func (s *Store) Start(ctx context.Context, p manifest.Objects) (power.Existing, manifest.Objects, error) {
	template, p, err := s.SaveTemplate(ctx, p, true)
	if err != nil {
		return power.Existing{}, p, err
	}
	pod, err := s.createFromTemplate(ctx, p)
	return power.Existing{Pod: pod, Template: template}, p, err
}

// Restart is Stop and Start.
func (s *Store) Restart(ctx context.Context, running *corev1.Pod, p manifest.Objects) (power.Existing, manifest.Objects, error) {
	template, p, err := s.Stop(ctx, running, p, true)
	if err != nil {
		return power.Existing{}, p, err
	}
	pod, err := s.createFromTemplate(ctx, p)
	return power.Existing{Pod: pod, Template: template}, p, err
}

// createFromTemplate makes the Pod of an instance that has a template. Once the Pod is there, a run that is cancelled still hands
// over to it what the template owns.
func (s *Store) createFromTemplate(ctx context.Context, p manifest.Objects) (*corev1.Pod, error) {
	pod, err := s.CreatePod(ctx, p.Pod)
	if err != nil || p.Keep == nil {
		return pod, err
	}
	ctx, cancel := s.finishing(ctx)
	defer cancel()
	return pod, s.own(ctx, pod.Namespace, *p.Keep, ownerReference("Pod", pod))
}

// Settle ends a start: it deletes the template and the Secret that the Pod doesn't use. As long as
// the template is there, a run that was killed or cancelled is known not to have waited for the Pod,
// so whoever waits settles after that.
func (s *Store) Settle(ctx context.Context, have power.Existing, p manifest.Objects) error {
	if have.Pod == nil || have.Template == nil {
		return nil
	}
	ctx, cancel := s.finishing(ctx)
	defer cancel()
	if err := s.dropTemplate(ctx, have.Template); err != nil {
		return err
	}
	return s.drop(ctx, have.Pod.Namespace, p.Drop)
}

// finishing is a context for what must not be left half done: it ends half a minute after
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

// LeftBeside adds to a Pod the template that is there still, where a move of its power broke
// off.
func (s *Store) LeftBeside(ctx context.Context, have power.Existing) power.Existing {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if template, err := s.Template(ctx, model.KeyOf(have.Pod)); err == nil {
		have.Template = template
	}
	return have
}

// DeleteLeftovers takes away the template beside a Pod, which owns the Secret from then on.
func (s *Store) DeleteLeftovers(ctx context.Context, pod *corev1.Pod, template *corev1.PodTemplate, secret *manifest.SecretRef) error {
	if secret != nil {
		if err := s.own(ctx, pod.Namespace, *secret, ownerReference("Pod", pod)); err != nil {
			return err
		}
	}
	return s.dropTemplate(ctx, template)
}

// Remove deletes the instance's template, and its Pod: the one with that UID, or
// where that is empty the one that was started meanwhile. It blocks until both are gone.
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

func ownerReference(kind string, owner metav1.Object) metav1.OwnerReference {
	return metav1.OwnerReference{APIVersion: "v1", Kind: kind, Name: owner.GetName(), UID: owner.GetUID()}
}
