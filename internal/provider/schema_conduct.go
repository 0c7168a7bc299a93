package provider

import (
	"cmp"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// envPlanValidation lets a workspace or a CI job choose for itself.
const envPlanValidation = "MAR_PLAN_VALIDATION"

// mostLogLines is about what a person reads of an error.
const mostLogLines = 100

// conductModel is what the provider block says of how the provider works, whatever
// it is connected to.
type conductModel struct {
	DefaultAnnotations types.Map    `tfsdk:"default_annotations"`
	DefaultLabels      types.Map    `tfsdk:"default_labels"`
	FieldManager       types.String `tfsdk:"field_manager"`
	ForceConflicts     types.Bool   `tfsdk:"force_conflicts"`
	LogLines           types.Int64  `tfsdk:"log_lines"`
	PlanValidation     types.String `tfsdk:"plan_validation"`
}

func conductAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"default_labels": schema.MapAttribute{
			MarkdownDescription: "Labels for every cluster and instance of this provider, such as `{ team = \"payments\" }`. A label of the same key on a resource wins. What a resource has in all is its `labels_all`.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Labels(kube.NamespaceLabels, kube.PodLabels),
		},
		"default_annotations": schema.MapAttribute{
			MarkdownDescription: "Annotations for every cluster and instance of this provider, such as `{ \"example.com/owner\" = \"payments@example.com\" }`. An annotation of the same key on a resource wins. What a resource has in all is its `annotations_all`.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Annotations(kube.NamespaceAnnotations, kube.PodAnnotations),
		},
		"field_manager": schema.StringAttribute{
			MarkdownDescription: "Name under which the API server records which fields this provider has set (`metadata.managedFields`), such as `terraform-team-a`. Set it only if several configurations or tools share objects and must be distinguished. When it changes, each object moves from the old name to the new one with its next change. Default: `terraform-provider-mar`.",
			Optional:            true,
			Validators:          []validator.String{validate.NotEmpty(), validate.FieldManager()},
		},
		"force_conflicts": schema.BoolAttribute{
			MarkdownDescription: "What to do about a field that another tool sets by server-side apply, such as Argo CD or `kubectl apply --server-side`. `false` ends the apply with an error that names the tool and the field; `true` takes the field over, so that the other tool has the conflict. Default: `false`.",
			Optional:            true,
		},
		"log_lines": schema.Int64Attribute{
			MarkdownDescription: "Number of lines that an error quotes from the end of a program's log, from 0 to 100, when an instance doesn't come up. `0` quotes none and doesn't ask for the log: for programs whose logs may hold secrets, where others can see the output of Terraform. A termination message counts as log where the container has `terminationMessagePolicy = \"FallbackToLogsOnError\"`. No log is ever in a state or a plan. Default: `10`.",
			Optional:            true,
			Validators:          []validator.Int64{int64validator.Between(0, mostLogLines)},
		},
		"plan_validation": schema.StringAttribute{
			MarkdownDescription: "What a plan does about writes that the API server would refuse, such as an instance beyond the cluster's quota. It asks by a dry run, which changes nothing. `\"warn\"` (default) says so as a warning, and as an error where the configuration is invalid by itself. `\"strict\"` makes every refusal an error that the rest of the plan makes no difference to, and silence of the API server, too. `\"off\"` asks nothing, for plans whose credentials may only read. The guide [What a plan checks](guides/plan-validation) has the whole table. The planned actions and values are the same in each. Environment variable: `MAR_PLAN_VALIDATION`.",
			Optional:            true,
			Validators:          []validator.String{validate.OneOf(fw.PlanWarn, fw.PlanStrict, fw.PlanOff)},
		},
	}
}

func (m conductModel) values() map[string]attr.Value {
	return map[string]attr.Value{"default_labels": m.DefaultLabels, "default_annotations": m.DefaultAnnotations, "field_manager": m.FieldManager, "force_conflicts": m.ForceConflicts, "log_lines": m.LogLines, "plan_validation": m.PlanValidation}
}

// conduct has the client work as the block says.
func (m conductModel) conduct(client *kube.Client) {
	client.FieldManager = cmp.Or(m.FieldManager.ValueString(), kube.FieldManager)
	client.ForceConflicts = m.ForceConflicts.ValueBool()
	if !m.LogLines.IsNull() {
		client.LogLines = int(m.LogLines.ValueInt64())
	}
}

// planValidation is the argument, then its environment variable, then a warning.
func (m conductModel) planValidation(env lookup) (string, error) {
	if !m.PlanValidation.IsNull() {
		return m.PlanValidation.ValueString(), nil
	}
	mode := either(nil, ignoreEmpty(env), envPlanValidation)
	switch mode {
	case "":
		return fw.PlanWarn, nil
	case fw.PlanWarn, fw.PlanStrict, fw.PlanOff:
		return mode, nil
	}
	return "", fmt.Errorf("the environment variable %s is %q; write %s, %s or %s", envPlanValidation, mode, fw.PlanWarn, fw.PlanStrict, fw.PlanOff)
}
