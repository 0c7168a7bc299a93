package fw

import (
	"errors"
	"slices"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// finding is the API server's answer to a dry run.
type finding string

const (
	foundNothing      finding = "it would be accepted, or needs something that doesn't exist yet"
	foundInvalid      finding = "what the configuration says is invalid by itself"
	foundInvalidPart  finding = "it is invalid, and a part wasn't sent, as its value isn't known yet"
	foundSettings     finding = "a setting of the cluster refuses it"
	foundSettingsPart finding = "a policy refuses it, and a part wasn't sent, as its value isn't known yet"
	foundSurroundings finding = "something else refuses it: the name is taken, another tool applies the field, the node is too small"
	foundNoAnswer     finding = "there was no answer within 5 seconds, or one that says nothing"
	foundInterrupted  finding = "the run was cancelled"
)

// knowledge is what the plan is known to do to the settings that refuse.
type knowledge string

const (
	keeps   knowledge = "leaves them as they are"
	changes knowledge = "changes them"
	unknown knowledge = "can't know"
)

type severity string

const (
	silent  severity = "nothing"
	warning severity = "a warning"
	failure severity = "an error"
)

// verdict is what a plan reports in each mode of plan_validation. In "off" nothing is asked or
// reported.
type verdict struct{ Warn, Strict severity }

// verdicts returns what a plan reports for each finding, by what it does to the settings that
// refuse. An error claims that an apply would fail. So there is an error only if the rest of the
// plan can't change that.
func verdicts() map[finding]map[knowledge]verdict {
	whatever := func(v verdict) map[knowledge]verdict {
		return map[knowledge]verdict{keeps: v, changes: v, unknown: v}
	}
	return map[finding]map[knowledge]verdict{
		foundNothing:      whatever(verdict{silent, silent}),
		foundInterrupted:  whatever(verdict{silent, silent}),
		foundInvalid:      whatever(verdict{failure, failure}),
		foundInvalidPart:  whatever(verdict{warning, warning}),
		foundSettings:     {keeps: {warning, failure}, changes: {silent, silent}, unknown: {warning, warning}},
		foundSettingsPart: {keeps: {warning, warning}, changes: {silent, silent}, unknown: {warning, warning}},
		foundSurroundings: whatever(verdict{warning, failure}),
		foundNoAnswer:     whatever(verdict{warning, failure}),
	}
}

// settingsBehind names the attributes of a cluster that such a refusal depends on.
func settingsBehind(kind kube.RefusalKind) []string {
	switch kind {
	case kube.RefusedByQuota:
		// A quota counts the defaults of a limit range.
		return []string{"quota", "scoped_quotas", "limit_range"}
	case kube.RefusedByLimitRange, kube.RefusedForDefaults:
		return []string{"limit_range"}
	case kube.RefusedByPodSecurity:
		return []string{"pod_security", "labels"}
	case kube.RefusedByPolicy, kube.RefusedAsChanged, kube.RefusedOtherwise:
		// Policies select Namespaces by labels, and Kubernetes' own admission reads them.
		return []string{"annotations", "labels", "pod_security", "region"}
	case kube.RefusedMissingAccount:
		return []string{"service_accounts"}
	case kube.RefusedByRBAC:
		return []string{"access"}
	case kube.RefusedTerminating:
		return []string{"phase"}
	case kube.RefusedAsInvalid, kube.RefusedByNode, kube.RefusedEscalation:
	}
	return nil
}

// The refusal is empty if the API server didn't refuse. It may word an answer as a refusal that
// says nothing about the write.
func (f Foretold) refusal() kube.RefusalKind {
	var unanswered *kube.UnansweredError
	var refused *kube.RefusedError
	if !errors.As(f.Err, &unanswered) && errors.As(f.Err, &refused) {
		return refused.Kind
	}
	return ""
}

func (f Foretold) finding() finding {
	var (
		unanswered *kube.UnansweredError
		exists     *kube.ExistsError
		foreign    *kube.ForeignError
		conflict   *kube.ConflictError
	)
	kind, partly := f.refusal(), len(f.LeftOut) > 0
	switch {
	case f.Err == nil:
		return foundNothing
	case IsCancelled(f.Err):
		return foundInterrupted
	case errors.As(f.Err, &unanswered):
		return foundNoAnswer
	case errors.As(f.Err, &exists), errors.As(f.Err, &foreign), errors.As(f.Err, &conflict):
		return foundSurroundings
	case kind == "":
		return foundNothing
	case kind == kube.RefusedAsInvalid && partly:
		return foundInvalidPart
	case kind == kube.RefusedAsInvalid:
		return foundInvalid
	case len(settingsBehind(kind)) == 0:
		return foundSurroundings
	case partly && mayBeForWhatIsLeftOut(kind):
		return foundSettingsPart
	}
	return foundSettings
}

// mayBeForWhatIsLeftOut reports whether the whole object might pass although this part is refused.
func mayBeForWhatIsLeftOut(kind kube.RefusalKind) bool {
	return slices.Contains([]kube.RefusalKind{kube.RefusedByPolicy, kube.RefusedAsChanged, kube.RefusedOtherwise}, kind)
}
