package fw_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func TestPlanValidation_Report(t *testing.T) {
	web := kube.Ref{Kind: "Pod", Namespace: "dev", Name: "web"}
	refused := func(kind kube.RefusalKind) error {
		return &kube.RefusedError{Ref: web, Verb: "create", Kind: kind, Message: "because"}
	}
	for name, c := range map[string]struct {
		err     error
		leftOut []string
		// warn and strict are what is said in these modes: nothing, a warning, an error.
		warn, strict string
	}{
		"fine":                    {nil, nil, "", ""},
		"not there":               {apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "dev"), nil, "", ""},
		"cancelled":               {&kube.UnansweredError{Err: context.Canceled}, nil, "", ""},
		"unanswered":              {&kube.UnansweredError{Err: errors.New("timed out")}, nil, "warning", "warning"},
		"quota":                   {refused(kube.RefusedByQuota), nil, "warning", "error"},
		"quota, partly unknown":   {refused(kube.RefusedByQuota), []string{"env"}, "warning", "error"},
		"policy":                  {refused(kube.RefusedByPolicy), nil, "warning", "error"},
		"policy, partly unknown":  {refused(kube.RefusedByPolicy), []string{"env"}, "warning", "warning"},
		"invalid":                 {refused(kube.RefusedAsInvalid), nil, "error", "error"},
		"invalid, partly unknown": {refused(kube.RefusedAsInvalid), []string{"env"}, "warning", "warning"},
		"rights":                  {refused(kube.RefusedByRBAC), nil, "warning", "error"},
		"name taken":              {&kube.ExistsError{Ref: web}, nil, "warning", "error"},
		"somebody else's":         {&kube.ForeignError{Ref: web}, nil, "warning", "error"},
		"conflict":                {&kube.ConflictError{Ref: web, Conflicts: []kube.Conflict{{Manager: "argocd", Field: ".spec"}}}, nil, "warning", "error"},
		"changed by the plan":     {refused(kube.RefusedMissingAccount), nil, "", ""},
	} {
		for mode, want := range map[string]string{fw.PlanWarn: c.warn, fw.PlanStrict: c.strict} {
			dryRuns := kube.NewDryRuns()
			dryRuns.WillChange("dev", kube.RefusedMissingAccount)
			var diags diag.Diagnostics
			fw.PlanValidation{Mode: mode, DryRuns: dryRuns}.Report(&diags, fw.Foretold{
				Doing: "create the instance dev/web", Cluster: "dev", Err: c.err, At: path.Root("cpu"), LeftOut: c.leftOut,
			})
			var said []string
			for _, d := range diags {
				said = append(said, strings.ToLower(d.Severity().String()))
			}
			if got := strings.Join(said, " "); got != want {
				t.Errorf("%s, %s: it is the %q, want %q: %v", name, mode, got, want, diags)
			}
		}
	}
}

// A plan says once that it may not write or can't ask; what else is refused it
// says of each instance, under one summary.
func TestPlanValidation_Report_saysOnce(t *testing.T) {
	for kind, want := range map[kube.RefusalKind]int{kube.RefusedByRBAC: 1, kube.RefusedByQuota: 3} {
		v := fw.PlanValidation{Mode: fw.PlanWarn, DryRuns: kube.NewDryRuns()}
		var diags diag.Diagnostics
		for _, name := range []string{"a", "b", "c"} {
			err := &kube.RefusedError{Ref: kube.Ref{Kind: "Pod", Namespace: "dev", Name: name}, Verb: "create", Kind: kind, Message: "because"}
			v.Report(&diags, fw.Foretold{Doing: "create the instance dev/" + name, Cluster: "dev", Err: err, At: path.Empty()})
		}
		if len(diags) != want {
			t.Errorf("%s: said %d times", kind, len(diags))
		}
		for _, d := range diags {
			if d.Summary() != diags[0].Summary() {
				t.Errorf("%s: core can't group %q with %q", kind, d.Summary(), diags[0].Summary())
			}
		}
	}
}

func TestPlanValidation_Asks(t *testing.T) {
	if (fw.PlanValidation{}).Asks() || (fw.PlanValidation{Mode: fw.PlanOff, DryRuns: kube.NewDryRuns()}).Asks() {
		t.Error("it asks unasked")
	}
	if !(fw.PlanValidation{Mode: fw.PlanWarn, DryRuns: kube.NewDryRuns()}).Asks() {
		t.Error("it doesn't ask")
	}
}
