package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// CreateOptions says how a new instance is created.
type CreateOptions struct {
	// Named is set for a name from the configuration, which may be taken.
	Named   bool
	Stopped bool
}

// CreateInstance creates an instance. An existing one is a *kube.ExistsError. If it fails midway it
// undoes what it did, except a Pod, and a template that can't be deleted. Those are returned with
// the error.
func (s *Store) CreateInstance(ctx context.Context, objects manifest.Objects, options CreateOptions) (power.Existing, manifest.Objects, error) {
	k, withTemplate := model.KeyOf(objects.Pod), options.Stopped || objects.NewSecret != nil
	if options.Named {
		if err := s.checkNameFree(ctx, k, withTemplate); err != nil {
			return power.Existing{}, objects, err
		}
	}
	if !withTemplate {
		pod, err := s.createPod(ctx, objects.Pod)
		return power.Existing{Pod: pod}, objects, err
	}
	template, err := s.newTemplate(ctx, manifest.TemplateOf(objects.Pod, !options.Stopped))
	if err != nil {
		return power.Existing{}, objects, err
	}
	objects, err = s.handOverSecret(ctx, objects, ownerReference("PodTemplate", template))
	if err == nil && options.Stopped {
		return power.Existing{Template: template}, objects, nil
	}
	var pod *corev1.Pod
	if err == nil {
		if pod, err = s.createFromTemplate(ctx, objects); err == nil {
			err = s.FinishStart(ctx, power.Existing{Pod: pod, Template: template}, objects)
		}
	}
	switch {
	case err == nil:
		return power.Existing{Pod: pod}, objects, nil
	case pod != nil:
		return power.Existing{Pod: pod, Template: template}, objects, err
	}
	if err := s.undoCreate(ctx, template, err); hasLeftover(err) {
		return power.Existing{Template: template}, objects, err
	}
	return power.Existing{}, objects, err
}

func hasLeftover(err error) bool {
	var left *LeftoverError
	return errors.As(err, &left)
}

// LeftoverError is a failed create that left an object behind.
type LeftoverError struct {
	Err error
	// Leftover is the object, Why the reason why it couldn't be deleted.
	Leftover kube.Ref
	Why      error
}

func (e *LeftoverError) Error() string {
	return fmt.Sprintf("%v; %s is left: %v", e.Err, e.Leftover, e.Why)
}

func (e *LeftoverError) Unwrap() error { return e.Err }

// undoCreate deletes the template of an instance that couldn't be created. Kubernetes deletes the
// Secret with it.
func (s *Store) undoCreate(ctx context.Context, template *corev1.PodTemplate, cause error) error {
	ctx, cancel := s.finishing(ctx)
	defer cancel()
	if err := s.deleteTemplate(ctx, template); err != nil {
		return &LeftoverError{Err: cause, Leftover: manifest.TemplateRef(template.Namespace, template.Name), Why: err}
	}
	return cause
}

// newTemplate creates a template. An existing one is an error.
func (s *Store) newTemplate(ctx context.Context, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	template, err := s.postTemplate(ctx, want)
	var exists *kube.ExistsError
	if !errors.As(err, &exists) {
		return template, err
	}
	// Whoever made it meanwhile may be at it still.
	if held, err := s.Template(ctx, model.KeyOf(want)); err == nil && held != nil {
		return nil, existsError(held)
	}
	return nil, err
}

// checkNameFree errs if an instance has the name, running or stopped. It waits for what is being
// deleted. It looks for a Pod only if lookForPod is set, because creating a Pod finds that out too.
func (s *Store) checkNameFree(ctx context.Context, k model.Key, lookForPod bool) error {
	template, err := s.Template(ctx, k)
	switch {
	case err != nil:
		return err
	case template != nil && template.DeletionTimestamp == nil:
		return existsError(template)
	case template != nil:
		if err := s.deleteTemplate(ctx, template); err != nil {
			return err
		}
	}
	if !lookForPod {
		return nil
	}
	return s.awaitNameFree(ctx, k.Ref())
}

func existsError(template *corev1.PodTemplate) error {
	return &kube.ExistsError{
		Ref: manifest.TemplateRef(template.Namespace, template.Name), Terminating: template.DeletionTimestamp != nil,
		Unfinished: manifest.IsStarting(template),
	}
}

// awaitNameFree waits until a Pod of that name that is being deleted is gone. Any other Pod is a
// *kube.ExistsError.
func (s *Store) awaitNameFree(ctx context.Context, ref kube.Ref) error {
	pod, there, err := kube.Get(ctx, ref, s.pods(ref).Get)
	switch {
	case err != nil || !there:
		return err
	case pod.DeletionTimestamp != nil:
		return s.awaitGone(ctx, pod)
	}
	return &kube.ExistsError{Ref: ref}
}

// createPod POSTs the Pod. It waits for a Pod of that name that is being deleted, and for the
// ServiceAccount that the Pod runs as. Any other Pod of that name is a *kube.ExistsError.
func (s *Store) createPod(ctx context.Context, pod *corev1.Pod) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	s.Report(ref, "making it")
	accounts := &accountWait{store: s, ref: ref, begun: time.Now(), follow: s.follow(ref)}
	for {
		created, err := s.post(ctx, ref, pod)
		if err == nil {
			return created, nil
		}
		var exists *kube.ExistsError
		var refused *kube.RefusedError
		switch {
		case errors.As(err, &exists) && exists.Terminating:
			err = s.awaitNameFree(ctx, ref)
		case errors.As(err, &refused) && refused.Kind == kube.RefusedMissingAccount:
			err = accounts.next(ctx, refused)
		case errors.As(err, &refused) && mayHideNamesake(refused.Kind):
			err = s.existsOr(ctx, ref, err)
		case errors.As(err, &refused) && refused.Kind == kube.RefusedAsInvalid:
			err = s.explainInvalid(ctx, pod, err)
		default:
			if made := s.createdDespite(ctx, pod, err); made != nil {
				return made, nil
			}
			err = accounts.explain(ctx, err)
		}
		if err != nil {
			return nil, err
		}
	}
}

// createdDespite returns the Pod if it was created although the answer was lost. Its nonce
// identifies it.
func (s *Store) createdDespite(ctx context.Context, pod *corev1.Pod, cause error) *corev1.Pod {
	ref := manifest.Ref(pod)
	if !slices.Contains([]kube.Answer{kube.Unknown, kube.Ended, kube.Overloaded}, kube.AnswerOf(ref, cause)) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	held, there, err := kube.Get(ctx, ref, s.pods(ref).Get)
	if err != nil || !there || held.Annotations[mar.AnnotationNonce] != pod.Annotations[mar.AnnotationNonce] {
		return nil
	}
	return held
}

// mayHideNamesake reports whether the API server checks this before it checks whether the name is
// taken.
func mayHideNamesake(kind kube.RefusalKind) bool {
	switch kind {
	case kube.RefusedByQuota, kube.RefusedByLimitRange, kube.RefusedByPodSecurity, kube.RefusedByPolicy, kube.RefusedOtherwise:
		return true
	}
	return false
}

// existsOr returns a *kube.ExistsError if the name is taken, which is more useful than the refusal,
// and else the refusal. It returns nil once a Pod of that name that was being deleted is gone.
func (s *Store) existsOr(ctx context.Context, ref kube.Ref, refusal error) error {
	namesake, there, err := kube.Get(ctx, ref, s.pods(ref).Get)
	switch {
	case err != nil || !there:
		return refusal
	case namesake.DeletionTimestamp != nil:
		return s.awaitGone(ctx, namesake)
	}
	return &kube.ExistsError{Ref: ref}
}

const (
	// accountInterval is the time between two attempts to create a Pod.
	accountInterval = time.Second
	// accountTimeout is how long to wait for a named ServiceAccount. One from the same apply exists by
	// then.
	accountTimeout = 10 * time.Second

	defaultAccount = "default"
)

// accountWait waits for the ServiceAccount of one Pod.
type accountWait struct {
	store   *Store
	ref     kube.Ref
	begun   time.Time
	follow  func(string)
	missing string
}

// next waits for the next attempt. Kubernetes creates the default account of each Namespace, so the
// wait for that one lasts as long as the context.
func (w *accountWait) next(ctx context.Context, refused *kube.RefusedError) error {
	w.missing = missingAccount(refused)
	if w.missing != defaultAccount && time.Since(w.begun) > accountTimeout {
		return refused
	}
	w.follow("the ServiceAccount " + w.missing)
	timer := time.NewTimer(accountInterval)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return w.explain(ctx, context.Cause(ctx))
	}
}

// explain says what was waited for when the context ended.
func (w *accountWait) explain(ctx context.Context, err error) error {
	if w.missing == "" || ctx.Err() == nil {
		return err
	}
	cause := context.Cause(ctx)
	advice := "Add it to the cluster's `service_accounts`, or correct `service_account`."
	if w.missing == defaultAccount {
		advice = "Kubernetes' kube-controller-manager creates this account in every new Namespace. Ask the administrators of the Kubernetes cluster whether it runs, then apply again."
	}
	return &kube.WaitError{
		Ref: w.ref, Goal: "be created", Elapsed: time.Since(w.begun), Err: cause, Advice: advice,
		Reason: fmt.Sprintf("%s. The Namespace %s has no ServiceAccount %q yet, so Kubernetes refuses each Pod that runs as it", cause, w.ref.Namespace, w.missing),
	}
}

// missingAccount is the name of the ServiceAccount that doesn't exist.
func missingAccount(refused *kube.RefusedError) string {
	name := regexp.MustCompile(`serviceaccount "([^"]+)" not found`).FindStringSubmatch(refused.Message)
	if name == nil {
		return ""
	}
	return name[1]
}

// IsAwaitedAccount reports whether a Pod was refused because its Namespace has no default
// ServiceAccount yet. A create waits for that.
func IsAwaitedAccount(err error) bool {
	var refused *kube.RefusedError
	return errors.As(err, &refused) && refused.Kind == kube.RefusedMissingAccount && missingAccount(refused) == defaultAccount
}
