package fw

import (
	"context"
	"errors"
	"fmt"
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
	// Clusters is what the same plan does to clusters. It is set where DryRuns is.
	Clusters *PlannedClusters
}

// Asks reports whether the API server is to be asked. Core plans once more within
// an apply, which soon hears from its own requests.
func (v PlanValidation) Asks() bool {
	return v.DryRuns != nil && v.Mode != PlanOff && !v.DryRuns.Ended()
}

// WillRemake notes that the plan makes all of a cluster, or makes it anew, so that nobody
// asks about what would be in it.
func (v PlanValidation) WillRemake(cluster string) {
	if v.Clusters != nil {
		v.Clusters.remake(cluster)
	}
}

// WillChange notes which attributes of a cluster the plan changes: what refuses by their
// present values says nothing of an apply. What was refused before this was known is an error
// now where the plan changes nothing about that.
func (v PlanValidation) WillChange(diags *diag.Diagnostics, cluster string, attributes []string) {
	if v.Clusters == nil {
		return
	}
	certain := v.Clusters.change(cluster, attributes)
	if !v.Asks() {
		return
	}
	for _, f := range certain {
		f.At, f.late = path.Empty(), true
		v.report(diags, f, keeps)
	}
}

// OnlyReads notes that the configuration reads a cluster, and that the plan leaves it alone. What
// was refused before this was known is an error now.
func (v PlanValidation) OnlyReads(diags *diag.Diagnostics, cluster string) {
	v.WillChange(diags, cluster, nil)
}

// Keeps notes that the plan changes nothing of a cluster. It is false where that has to be noted
// by WillChange, which says more.
func (v PlanValidation) Keeps(cluster string) bool {
	return v.Clusters == nil || v.Clusters.keep(cluster)
}

// Remakes reports whether the plan makes all of a cluster, or makes it anew.
func (v PlanValidation) Remakes(cluster string) bool {
	return v.Clusters != nil && v.Clusters.isRemade(cluster)
}

// WantsToKnow reports whether it makes a difference to what is said of a refusal whether the
// plan leaves the cluster alone.
func (v PlanValidation) WantsToKnow(f Foretold) bool {
	here := verdicts()[f.finding()]
	return v.Mode == PlanStrict && here[keeps] != here[unknown] && v.knows(f) == unknown
}

// LookOut waits for the plan of the cluster, where core may be making it at the same time, so that
// what is found is said once, and of the resource that it is about.
func (v PlanValidation) LookOut(ctx context.Context, f Foretold) {
	if v.WantsToKnow(f) {
		v.Clusters.lookOut(ctx, f.Cluster)
	}
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
	// late is set where it is said in the plan of the cluster, which came after its own.
	late bool
}

// Report says what an apply would meet, as the verdicts have it. The summaries of
// warnings name the cause alone, so that core can group them.
func (v PlanValidation) Report(diags *diag.Diagnostics, f Foretold) {
	known := v.knows(f)
	if v.WantsToKnow(f) {
		v.Clusters.await(f)
	}
	v.report(diags, f, known)
}

// knows returns what the plan does to the settings that the answer depends on. A cluster's own
// plan has no Cluster, and is known whole.
func (v PlanValidation) knows(f Foretold) knowledge {
	settings := settingsBehind(f.refusal())
	if f.Cluster == "" || len(settings) == 0 || v.Clusters == nil {
		return keeps
	}
	return v.Clusters.knows(f.Cluster, settings)
}

func (v PlanValidation) report(diags *diag.Diagnostics, f Foretold, known knowledge) {
	said := verdicts()[f.finding()][known]
	how := said.Warn
	if v.Mode == PlanStrict {
		how = said.Strict
	}
	if how == silent || isSaidOnce(f) && !v.DryRuns.First(summaryOf(f)+string(how)) {
		return
	}
	doing, detail := explain(f.Doing, f.Err)
	detail += "\n\n" + v.closing(f, known, how)
	switch {
	case how == warning:
		diags.Append(at(f.At, diag.NewWarningDiagnostic(summaryOf(f), detail)))
	case f.finding() == foundNoAnswer:
		diags.Append(at(f.At, diag.NewErrorDiagnostic(summaryOf(f), detail)))
	default:
		diags.Append(at(f.At, diag.NewErrorDiagnostic(doing, detail)))
	}
}

func at(place path.Path, d diag.Diagnostic) diag.Diagnostic {
	if len(place.Steps()) == 0 {
		return d
	}
	return diag.WithPath(place, d)
}

// isSaidOnce reports whether the first says it for all. Plans often run with fewer rights than
// applies: all of their writes are refused. A server that is silent is so to all.
func isSaidOnce(f Foretold) bool {
	return f.refusal() == kube.RefusedByRBAC || f.finding() == foundNoAnswer
}

func summaryOf(f Foretold) string {
	var conflict *kube.ConflictError
	switch kind := f.refusal(); {
	case kind != "":
		return refusalSummary(kind)
	case f.finding() == foundNoAnswer:
		return "The plan couldn't be checked with the API server"
	case errors.As(f.Err, &conflict):
		return "Apply would conflict with another tool"
	}
	return "Apply would find the name taken"
}

func refusalSummary(kind kube.RefusalKind) string {
	switch kind {
	case kube.RefusedByQuota:
		return "Apply would be refused by a quota"
	case kube.RefusedByLimitRange:
		return "Apply would be refused by a limit range"
	case kube.RefusedForDefaults:
		return "Apply would be refused for a limit range's default"
	case kube.RefusedAsChanged:
		return "Apply would be refused for what the cluster makes of it"
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

func codeList(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// closing says what the answer means for an apply.
func (v PlanValidation) closing(f Foretold, known knowledge, how severity) string {
	if f.finding() == foundNoAnswer {
		return v.closingWithoutAnswer(how)
	}
	text := "An apply would get this answer as things are now. The plan has made a dry run, which changes nothing and doesn't see the rest of the plan."
	if len(f.LeftOut) > 0 {
		text += fmt.Sprintf(" The dry run left out what isn't known yet: %s.", strings.Join(f.LeftOut, ", "))
	}
	if f.refusal() == kube.RefusedByRBAC {
		text += " This is reported once, for the first write that these credentials may not make. If plans are meant to run with fewer rights than applies, set plan_validation = \"off\" in the provider block, or MAR_PLAN_VALIDATION=off: plans then make no dry runs."
	}
	if known == unknown && v.Mode == PlanStrict && how == warning {
		text += fmt.Sprintf(" It is a warning under plan_validation = \"strict\", too, because this plan doesn't know yet whether it changes the cluster %[1]q. If it plans the cluster later and leaves %[2]s unchanged, it ends with an error there, which names this object. It knows at once if `cluster` is a reference: mar_cluster.<name>.name, or data.mar_cluster.<name>.name if the cluster is managed elsewhere.", f.Cluster, codeList(settingsBehind(f.refusal())))
	}
	if f.late {
		text += fmt.Sprintf(" This error isn't about the cluster %[1]q, but about what the first line names. Terraform planned that first, so it has this as a warning. Now the plan is known to leave %[2]s of the cluster unchanged, and an apply would fail. Set `cluster` there to a reference, such as mar_cluster.<name>.name. Terraform then plans the cluster first, and reports the refusal where it belongs.", f.Cluster, codeList(settingsBehind(f.refusal())))
	}
	if how == failure {
		text += " " + toDestroy
	}
	return text
}

// toDestroy is for an error of a plan: Terraform makes one before it destroys.
const toDestroy = "A destroy makes this plan first, to refresh. `terraform destroy -refresh=false` doesn't."

func (v PlanValidation) closingWithoutAnswer(how severity) string {
	if how == failure {
		return "So an apply of this plan may still be refused, and plan_validation = \"strict\" stops each plan that wasn't checked. This is reported once. If the API server was slow, plan again. With plan_validation = \"warn\" in the provider block this is a warning. " + toDestroy
	}
	return "So an apply of this plan may still be refused. The plan itself is the same. This is reported once. To plan without dry runs, set plan_validation = \"off\" in the provider block."
}
