package kube

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Excess is what a quota has no room for: of each resource that goes beyond it how
// much was asked for, how much is used, and how much there is.
type Excess struct {
	Requested, Used, Limited corev1.ResourceList
}

// FitsWithout reports whether there is room once so much is free again.
func (e Excess) FitsWithout(freed corev1.ResourceList) bool { return e.fits(freed, e.Limited) }

// FitsWithin reports whether there is room where the quota allows so much instead.
func (e Excess) FitsWithin(hard corev1.ResourceList) bool { return e.fits(nil, hard) }

func (e Excess) fits(freed, limits corev1.ResourceList) bool {
	for name := range e.Limited {
		limit, limited := limits[name]
		needed := e.Used[name].DeepCopy()
		needed.Sub(freed[name])
		needed.Add(e.Requested[name])
		if limited && needed.Cmp(limit) > 0 {
			return false
		}
	}
	return len(e.Limited) > 0
}

// Excess reads the figures of a quota that is exceeded.
func (e *RefusedError) Excess() (Excess, bool) {
	parts := regexp.MustCompile(`^exceeded quota: [^,]+, requested: (.*), used: (.*), limited: (.*)$`).FindStringSubmatch(e.Message)
	if e.Kind != RefusedByQuota || parts == nil {
		return Excess{}, false
	}
	var excess Excess
	for i, list := range []*corev1.ResourceList{&excess.Requested, &excess.Used, &excess.Limited} {
		var ok bool
		if *list, ok = resourcesIn(parts[i+1]); !ok {
			return Excess{}, false
		}
	}
	return excess, true
}

// resourcesIn reads `limits.cpu=2,pods=1`.
func resourcesIn(text string) (corev1.ResourceList, bool) {
	list := corev1.ResourceList{}
	for _, pair := range strings.Split(text, ",") {
		name, amount, _ := strings.Cut(pair, "=")
		quantity, err := resource.ParseQuantity(amount)
		if err != nil {
			return nil, false
		}
		list[corev1.ResourceName(name)] = quantity
	}
	return list, true
}

// Resources names what a quota or a limit range refuses, sorted: `limits.cpu` by a
// quota, `cpu` by a limit range.
func (e *RefusedError) Resources() []string {
	var names []string
	if excess, ok := e.Excess(); ok {
		for name := range excess.Limited {
			names = append(names, string(name))
		}
	}
	for _, pattern := range []string{
		`(?:must specify |; )(\S+) for: `,
		`(?:minimum|maximum) (\S+) usage per `,
		`(\S+) max limit to request ratio per `,
	} {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(e.Message, -1) {
			names = append(names, strings.TrimPrefix(match[1], "["))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Fields names the fields of the object that are invalid, as in
// `spec.containers[0].image`.
func (e *RefusedError) Fields() []string {
	details := e.Status().Details
	if details == nil || !slices.Contains([]RefusalKind{RefusedAsInvalid, RefusedForDefaults, RefusedAsChanged}, e.Kind) {
		return nil
	}
	var fields []string
	for _, cause := range details.Causes {
		if cause.Field != "" {
			fields = append(fields, cause.Field)
		}
	}
	return fields
}

// WrapDryRun is Wrap for the answer to a dry run, which may have been asked for
// another object of the same kind, or under a name that the server made up.
func WrapDryRun(ref Ref, verb string, err error) error {
	var conflict *ConflictError
	if errors.As(err, &conflict) {
		return &ConflictError{Ref: ref, Conflicts: conflict.Conflicts, Err: conflict.Err}
	}
	wrapped := Wrap(ref, verb, err)
	var refused *RefusedError
	status := apierrors.APIStatus(nil)
	if !errors.As(wrapped, &refused) || !AsStatus(err, &status) || status.Status().Details == nil {
		return wrapped
	}
	if asked := status.Status().Details.Name; asked != "" {
		refused.Message = strings.ReplaceAll(refused.Message, `"`+asked+`"`, `"`+ref.Name+`"`)
	}
	return wrapped
}
