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

// CreateOptions is how a new instance is to be made.
type CreateOptions struct {
	// Named is set for a name that was given, under which another may be there.
	Named   bool
	Stopped bool
}

// CreateInstance makes an instance that wasn't there before; one that was is a
// *kube.ExistsError. What can't be made whole is taken back. A Pod isn't, nor a template whose
// removal fails; these are returned with the error.
func (s *Store) CreateInstance(ctx context.Context, p manifest.Objects, how CreateOptions) (power.Existing, manifest.Objects, error) {
	k, withTemplate := model.KeyOf(p.Pod), how.Stopped || p.Make != nil
	if how.Named {
		if err := s.vacant(ctx, k, withTemplate); err != nil {
			return power.Existing{}, p, err
		}
	}
	if !withTemplate {
		pod, err := s.CreatePod(ctx, p.Pod)
		return power.Existing{Pod: pod}, p, err
	}
	template, err := s.newTemplate(ctx, manifest.TemplateOf(p.Pod, !how.Stopped))
	if err != nil {
		return power.Existing{}, p, err
	}
	p, err = s.handOver(ctx, p, ownerReference("PodTemplate", template))
	if err == nil && how.Stopped {
		return power.Existing{Template: template}, p, nil
	}
	var pod *corev1.Pod
	if err == nil {
		if pod, err = s.createFromTemplate(ctx, p); err == nil {
			err = s.Settle(ctx, power.Existing{Pod: pod, Template: template}, p)
		}
	}
	switch {
	case err == nil:
		return power.Existing{Pod: pod}, p, nil
	case pod != nil:
		return power.Existing{Pod: pod, Template: template}, p, err
	}
	if err := s.takeBack(ctx, template, err); isLeft(err) {
		return power.Existing{Template: template}, p, err
	}
	return power.Existing{}, p, err
}

func isLeft(err error) bool {
	var left *LeftError
	return errors.As(err, &left)
}

// LeftError is a create that failed, and of which something is left.
type LeftError struct {
	Err error
	// Left is what is there still, Why the reason.
	Left kube.Ref
	Why  error
}

func (e *LeftError) Error() string {
	return fmt.Sprintf("%v; %s is left: %v", e.Err, e.Left, e.Why)
}

func (e *LeftError) Unwrap() error { return e.Err }

// takeBack removes the template of an instance that couldn't be made. The Secret that it
// owns goes with it.
func (s *Store) takeBack(ctx context.Context, template *corev1.PodTemplate, cause error) error {
	ctx, cancel := s.finishing(ctx)
	defer cancel()
	if err := s.dropTemplate(ctx, template); err != nil {
		return &LeftError{Err: cause, Left: manifest.TemplateRef(template.Namespace, template.Name), Why: err}
	}
	return cause
}

// newTemplate makes a template that wasn't there before.
func (s *Store) newTemplate(ctx context.Context, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	template, err := s.postTemplate(ctx, want)
	var exists *kube.ExistsError
	if !errors.As(err, &exists) {
		return template, err
	}
	// Whoever made it meanwhile may be at it still.
	if held, err := s.Template(ctx, model.KeyOf(want)); err == nil && held != nil {
		return nil, takenBy(held)
	}
	return nil, err
}

// vacant errs where an instance has the name, running or stopped. That a Pod has it is
// found out by making one, too. What is being deleted is waited for.
func (s *Store) vacant(ctx context.Context, k model.Key, lookForPod bool) error {
	template, err := s.Template(ctx, k)
	switch {
	case err != nil:
		return err
	case template != nil && template.DeletionTimestamp == nil:
		return takenBy(template)
	case template != nil:
		if err := s.dropTemplate(ctx, template); err != nil {
			return err
		}
	}
	if !lookForPod {
		return nil
	}
	return s.awaitVacancy(ctx, k.Ref())
}

func takenBy(template *corev1.PodTemplate) error {
	return &kube.ExistsError{
		Ref: manifest.TemplateRef(template.Namespace, template.Name), Terminating: template.DeletionTimestamp != nil,
		Unfinished: manifest.IsStarting(template),
	}
}

// awaitVacancy waits until a Pod of that name that is being deleted is gone. Any other
// is a *kube.ExistsError.
func (s *Store) awaitVacancy(ctx context.Context, ref kube.Ref) error {
	pod, there, err := kube.Get(ctx, ref, s.pods(ref).Get)
	switch {
	case err != nil || !there:
		return err
	case pod.DeletionTimestamp != nil:
		return s.awaitGone(ctx, pod)
	}
	return &kube.ExistsError{Ref: ref}
}

// CreatePod POSTs the Pod, and waits for what is only on its way: a namesake that is being
// deleted, and the ServiceAccount that it runs as. Any other namesake is a
// *kube.ExistsError.
func (s *Store) CreatePod(ctx context.Context, pod *corev1.Pod) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	s.Say(ref, "making it")
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
			err = s.awaitVacancy(ctx, ref)
		case errors.As(err, &refused) && refused.Kind == kube.RefusedMissingAccount:
			err = accounts.next(ctx, refused)
		case errors.As(err, &refused) && mayHideNamesake(refused.Kind):
			err = s.orExists(ctx, ref, err)
		case errors.As(err, &refused) && refused.Kind == kube.RefusedAsInvalid:
			err = s.explainInvalid(ctx, pod, err)
		default:
			if made := s.madeAfterAll(ctx, pod, err); made != nil {
				return made, nil
			}
			err = accounts.explain(ctx, err)
		}
		if err != nil {
			return nil, err
		}
	}
}

// madeAfterAll looks for a Pod of which nobody knows whether it was made. It is known by its
// nonce.
func (s *Store) madeAfterAll(ctx context.Context, pod *corev1.Pod, cause error) *corev1.Pod {
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

// mayHideNamesake reports whether the API server refuses so before it looks whether the
// name is taken.
func mayHideNamesake(kind kube.RefusalKind) bool {
	switch kind {
	case kube.RefusedByQuota, kube.RefusedByLimitRange, kube.RefusedByPodSecurity, kube.RefusedByPolicy, kube.RefusedOtherwise:
		return true
	}
	return false
}

// orExists is the refusal of a Pod, or that its name is taken, which a person has to know
// first. It is nil once a namesake that was being deleted is gone.
func (s *Store) orExists(ctx context.Context, ref kube.Ref, refusal error) error {
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
	// accountInterval is how long a Pod waits before it is POSTed again.
	accountInterval = time.Second
	// accountPatience is how long a named ServiceAccount is waited for. One that is made
	// in the same apply is there by then; a misspelt one never is.
	accountPatience = 10 * time.Second

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

// next waits a moment. Kubernetes makes the default account of each Namespace, so that one
// is waited for as long as the context lasts.
func (w *accountWait) next(ctx context.Context, refused *kube.RefusedError) error {
	w.missing = missingAccount(refused)
	if w.missing != defaultAccount && time.Since(w.begun) > accountPatience {
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

// missingAccount is the name of the ServiceAccount that isn't there.
func missingAccount(refused *kube.RefusedError) string {
	name := regexp.MustCompile(`serviceaccount "([^"]+)" not found`).FindStringSubmatch(refused.Message)
	if name == nil {
		return ""
	}
	return name[1]
}

// IsAwaitedAccount reports whether a Pod is refused for want of the ServiceAccount that
// Kubernetes makes by itself, and that a create waits for.
func IsAwaitedAccount(err error) bool {
	var refused *kube.RefusedError
	return errors.As(err, &refused) && refused.Kind == kube.RefusedMissingAccount && missingAccount(refused) == defaultAccount
}
