package fw

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// The values of plan_validation.
const (
	PlanWarn   = "warn"
	PlanStrict = "strict"
	PlanOff    = "off"
)

// PlanValidation is how a plan finds out what its apply would be refused. It adds
// diagnostics, and never changes what is planned. The zero value asks nothing.
type PlanValidation struct {
	Mode    string
	DryRuns *kube.DryRuns
}

// Asks reports whether the API server is to be asked. Core plans once more within
// an apply, which soon hears from its own requests.
func (v PlanValidation) Asks() bool {
	return v.DryRuns != nil && v.Mode != PlanOff && !v.DryRuns.Ended()
}

// Foretold is the API server's answer to a dry run.
type Foretold struct {
	// Doing completes "Could not …", as for AddError; Cluster is where it is done.
	Doing, Cluster string
	// Err is nil where the write would be carried out.
	Err error
	// At is the attribute that a person would change, or path.Empty().
	At path.Path
	// LeftOut names what wasn't part of the write that was asked about, as its
	// value isn't known yet.
	LeftOut []string
}

// Report says what an apply would meet: as an error what is invalid whatever
// happens, and everything under strict, otherwise as a warning. The summaries of
// warnings name the cause alone, so that core can group them.
func (v PlanValidation) Report(diags *diag.Diagnostics, f Foretold) {
	summary, severe := v.judge(f)
	if summary == "" {
		return
	}
	doing, detail := explain(f.Doing, f.Err)
	detail += "\n\n" + v.closing(f)
	if severe {
		diags.Append(at(f.At, diag.NewErrorDiagnostic(doing, detail)))
		return
	}
	diags.Append(at(f.At, diag.NewWarningDiagnostic(summary, detail)))
}

func at(place path.Path, d diag.Diagnostic) diag.Diagnostic {
	if len(place.Steps()) == 0 {
		return d
	}
	return diag.WithPath(place, d)
}

// judge returns the summary, empty where there is nothing to say, and whether it
// is an error.
func (v PlanValidation) judge(f Foretold) (summary string, severe bool) {
	var (
		unanswered *kube.UnansweredError
		exists     *kube.ExistsError
		foreign    *kube.ForeignError
		conflict   *kube.ConflictError
		refused    *kube.RefusedError
	)
	strict := v.Mode == PlanStrict
	switch {
	case f.Err == nil, IsCancelled(f.Err):
		return "", false
	case errors.As(f.Err, &unanswered):
		return v.once("The plan couldn't be checked with the API server"), false
	case errors.As(f.Err, &exists), errors.As(f.Err, &foreign):
		return "Apply would find the name taken", strict
	case errors.As(f.Err, &conflict):
		return "Apply would conflict with another tool", strict
	case !errors.As(f.Err, &refused), v.DryRuns.Changes(f.Cluster, refused.Kind):
		// What isn't there is made by an apply, or was never asked for.
		return "", false
	}
	summary = refusalSummary(refused.Kind)
	if refused.Kind == kube.RefusedByRBAC {
		// Plans often run with fewer rights than applies: all of their writes are refused.
		return v.once(summary), strict
	}
	if len(f.LeftOut) > 0 && mayBeForWhatIsLeftOut(refused.Kind) {
		return summary, false
	}
	return summary, strict || refused.ForEver()
}

func (v PlanValidation) once(summary string) string {
	if v.DryRuns.First(summary) {
		return summary
	}
	return ""
}

// mayBeForWhatIsLeftOut reports whether the whole object might pass where a part
// of it is refused so.
func mayBeForWhatIsLeftOut(kind kube.RefusalKind) bool {
	return slices.Contains([]kube.RefusalKind{kube.RefusedByPolicy, kube.RefusedAsInvalid, kube.RefusedOtherwise}, kind)
}

func refusalSummary(kind kube.RefusalKind) string {
	switch kind {
	case kube.RefusedByQuota:
		return "Apply would be refused by a quota"
	case kube.RefusedByLimitRange:
		return "Apply would be refused by a limit range"
	case kube.RefusedByPodSecurity:
		return "Apply would be refused by Pod Security"
	case kube.RefusedByRBAC, kube.RefusedEscalation:
		return "Apply would be refused for lack of permissions"
	case kube.RefusedByPolicy:
		return "Apply would be refused by a policy"
	case kube.RefusedTerminating:
		return "Apply would be refused in a cluster that is being deleted"
	case kube.RefusedAsInvalid:
		return "Apply would be refused as invalid"
	case kube.RefusedByNode:
		return "Apply would be refused for the size of a node"
	case kube.RefusedMissingAccount:
		return "Apply would be refused for a missing service account"
	case kube.RefusedOtherwise:
	}
	return "Apply would be refused"
}

func (v PlanValidation) closing(f Foretold) string {
	var (
		unanswered *kube.UnansweredError
		refused    *kube.RefusedError
	)
	if errors.As(f.Err, &unanswered) {
		return "So this plan doesn't say what its apply may be refused; it is the same plan. This is said once. To have plans ask nothing of the API server beforehand, set plan_validation = \"off\" in the provider block."
	}
	text := "This is what an apply would meet as things are now. The plan has asked by a dry run, which changes nothing and doesn't see the rest of the plan."
	if len(f.LeftOut) > 0 {
		text += fmt.Sprintf(" It was asked without what isn't known yet: %s.", strings.Join(f.LeftOut, ", "))
	}
	if errors.As(f.Err, &refused) && refused.Kind == kube.RefusedByRBAC {
		text += " It is said once, for the first write that these credentials may not make. Where plans run with fewer rights than applies that is as it should be: plan_validation = \"off\" in the provider block, or MAR_PLAN_VALIDATION=off, has them ask nothing."
	}
	return text
}
