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

// PlanValidation finds out for a plan what the API server would refuse. It adds diagnostics, and
// never changes what is planned. The zero value asks nothing.
type PlanValidation struct {
	Mode    string
	DryRuns *kube.DryRuns
	// Clusters is what the same plan does to clusters. It is set if DryRuns is.
	Clusters *PlannedClusters
}

// Asks reports whether to ask the API server. Core plans again within an apply; the apply's own
// requests soon get the same answers.
func (v PlanValidation) Asks() bool {
	return v.DryRuns != nil && v.Mode != PlanOff && !v.DryRuns.Ended()
}

// WillRemake records that the plan creates or recreates all of a cluster, so nobody asks about its
// content.
func (v PlanValidation) WillRemake(cluster string) {
	if v.Clusters != nil {
		v.Clusters.remake(cluster)
	}
}

// WillChange records which attributes of a cluster the plan changes. A refusal by their present
// values says nothing about an apply. Earlier refusals become errors now if the plan changes
// nothing that matters to them.
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

// OnlyReads records that the configuration reads a cluster, so the plan doesn't change it. Earlier
// refusals become errors now.
func (v PlanValidation) OnlyReads(diags *diag.Diagnostics, cluster string) {
	v.WillChange(diags, cluster, nil)
}

// Keeps records that the plan changes nothing of a cluster. It returns false if WillChange has to
// record that, which reports more.
func (v PlanValidation) Keeps(cluster string) bool {
	return v.Clusters == nil || v.Clusters.keep(cluster)
}

// Remakes reports whether the plan creates or recreates all of the cluster.
func (v PlanValidation) Remakes(cluster string) bool {
	return v.Clusters != nil && v.Clusters.isRemade(cluster)
}

// WantsToKnow reports whether the result depends on the plan leaving the cluster unchanged.
func (v PlanValidation) WantsToKnow(f Foretold) bool {
	here := verdicts()[f.finding()]
	return v.Mode == PlanStrict && here[keeps] != here[unknown] && v.knows(f) == unknown
}

// LookOut waits for the plan of the cluster, which core may be making at the same time, so that a
// refusal is reported once, on its resource.
func (v PlanValidation) LookOut(ctx context.Context, f Foretold) {
	if v.WantsToKnow(f) {
		v.Clusters.lookOut(ctx, f.Cluster)
	}
}

// Foretold is the API server's answer to a dry run.
type Foretold struct {
	// Doing completes "Could not …", as for AddError. Cluster is where it would be done.
	Doing, Cluster string
	// Err is nil if the write would succeed.
	Err error
	// At is the attribute that the user would change, or path.Empty().
	At path.Path
	// LeftOut names what the dry run didn't contain, because its value isn't known yet.
	LeftOut []string
	// late is set if the answer is reported in the cluster's plan, which came later.
	late bool
}

// Report adds what an apply would get, as the verdicts say. Summaries of warnings name only the
// cause, so that core can group them.
func (v PlanValidation) Report(diags *diag.Diagnostics, f Foretold) {
	known := v.knows(f)
	if v.WantsToKnow(f) {
		v.Clusters.await(f)
	}
	v.report(diags, f, known)
}

// knows returns what the plan does to the settings that the answer depends on. A cluster's own plan
// has no Cluster, and everything is known.
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

// isSaidOnce reports whether the first such answer stands for all. If a plan has fewer rights than
// an apply, all of its writes are refused. A server that doesn't answer one doesn't answer any.
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

// closing returns what the answer means for an apply.
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

// toDestroy is added to an error of a plan, because Terraform makes a plan before it destroys.
const toDestroy = "A destroy makes this plan first, to refresh. `terraform destroy -refresh=false` doesn't."

func (v PlanValidation) closingWithoutAnswer(how severity) string {
	if how == failure {
		return "So an apply of this plan may still be refused, and plan_validation = \"strict\" stops each plan that wasn't checked. This is reported once. If the API server was slow, plan again. With plan_validation = \"warn\" in the provider block this is a warning. " + toDestroy
	}
	return "So an apply of this plan may still be refused. The plan itself is the same. This is reported once. To plan without dry runs, set plan_validation = \"off\" in the provider block."
}
