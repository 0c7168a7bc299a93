package store

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// A Pod that is refused as invalid need not be so in the configuration. A limit range gives
// limits to it, and mutating policies and webhooks change it, all before it is validated.

// explainInvalid tells a Pod that was invalid as it was sent from one that admission made invalid.
// It tries the same Pod as a PodTemplate, which the API server validates by the same rules, and
// which limit ranges and policies for Pods don't change. If it can't, the refused fields decide.
func (s *Store) explainInvalid(ctx context.Context, sent *corev1.Pod, err error) error {
	if refused := invalidFields(err); refused != nil {
		refused.Kind = refusalKind(refused, sent, s.tryAsTemplate(ctx, sent))
	}
	return err
}

// explainInvalidUpdate tells a change that is invalid as it was sent from one that is invalid only
// together with the existing Pod, or with what admission adds.
func (s *Store) explainInvalidUpdate(ctx context.Context, want *corev1.Pod, err error) error {
	if refused := invalidFields(err); refused != nil && !isRuleOfPods(refused) && s.tryAsTemplate(ctx, want) == nil {
		refused.Kind = kube.RefusedOtherwise
	}
	return err
}

// invalidFields returns the refusal if it is about fields of the object, else nil.
func invalidFields(err error) *kube.RefusedError {
	var refused *kube.RefusedError
	if !errors.As(err, &refused) || refused.Kind != kube.RefusedAsInvalid || len(refused.Fields()) == 0 {
		return nil
	}
	return refused
}

// tryAsTemplate tries the Pod as a PodTemplate.
func (s *Store) tryAsTemplate(ctx context.Context, pod *corev1.Pod) error {
	err := s.client.DryRuns.Ask(ctx, struct{ Valid any }{planning.Nameless(pod)}, func(ctx context.Context) error {
		return s.tryTemplate(ctx, manifest.TemplateOf(pod, false))
	})
	return kube.Wrap(manifest.TemplateRef(pod.Namespace, pod.Name), "create", err)
}

// refusalKind is the kind of a refusal of an invalid Pod. AsTemplate is the answer for the same Pod
// as a PodTemplate.
func refusalKind(refused *kube.RefusedError, sent *corev1.Pod, asTemplate error) kube.RefusalKind {
	var template *kube.RefusedError
	switch {
	case errors.As(asTemplate, &template) && template.Kind == kube.RefusedAsInvalid:
		return kube.RefusedAsInvalid
	case isForDefaults(refused, sent):
		return kube.RefusedForDefaults
	case !refused.IsOfSent(sent), asTemplate == nil && !isRuleOfPods(refused):
		return kube.RefusedAsChanged
	}
	return kube.RefusedAsInvalid
}

// isRuleOfPods reports whether the rule applies to Pods only, not to their templates
// (validatePodMetadataAndSpec, ValidatePodCreate and ResourceIsPod in pkg/apis/core/validation,
// which can't be imported), or concerns the recorded spec, which only a Pod has.
func isRuleOfPods(refused *kube.RefusedError) bool {
	return regexp.MustCompile("metadata\\.annotations: Too long|schedulingGates|serviceAccountName is not set|leading or trailing whitespace|must match `containerPort`|image\\.reference|\\.ephemeral: ").MatchString(refused.Message)
}

// isForDefaults reports whether all refused fields are requests above limits that a limit range
// set.
func isForDefaults(refused *kube.RefusedError, sent *corev1.Pod) bool {
	details := refused.Status().Details
	return details != nil && !slices.ContainsFunc(details.Causes, func(cause metav1.StatusCause) bool {
		of := regexp.MustCompile(`: must be less than or equal to (\S+) limit of `).FindStringSubmatch(cause.Message)
		at := regexp.MustCompile(`^spec\.(initContainers|containers)\[(\d+)\]\.resources\.requests`).FindStringSubmatch(cause.Field)
		return of == nil || at == nil || setsLimit(sent, at[1], at[2], corev1.ResourceName(of[1]))
	})
}

func setsLimit(pod *corev1.Pod, list, index string, resource corev1.ResourceName) bool {
	containers := pod.Spec.Containers
	if list == "initContainers" {
		containers = pod.Spec.InitContainers
	}
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(containers) {
		return false
	}
	_, sets := containers[i].Resources.Limits[resource]
	return sets
}
