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
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
	"github.com/headgym/terraform-provider-mar/internal/mar"
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
			MarkdownDescription: "Labels for every cluster and instance of this provider, such as `{ team = \"payments\" }`. If a resource sets the same key, its own value wins. `labels_all` of a resource has all of its labels.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Labels(mar.NamespaceLabels, mar.PodLabels),
		},
		"default_annotations": schema.MapAttribute{
			MarkdownDescription: "Annotations for every cluster and instance of this provider, such as `{ \"example.com/owner\" = \"payments@example.com\" }`. If a resource sets the same key, its own value wins. `annotations_all` of a resource has all of its annotations.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          validate.Annotations(mar.NamespaceAnnotations, mar.PodAnnotations),
		},
		"field_manager": schema.StringAttribute{
			MarkdownDescription: "The field manager: the name under which the API server records which fields this provider has set (`metadata.managedFields`), such as `terraform-team-a`. Set it only if several configurations or tools share objects and must be distinguished. After a change, each object takes the new name with its next update. Default: `terraform-provider-mar`.",
			Optional:            true,
			Validators:          []validator.String{validate.NotEmpty(), validate.FieldManager()},
		},
		"force_conflicts": schema.BoolAttribute{
			MarkdownDescription: "Whether to take over a field that another tool sets by server-side apply, such as Argo CD or `kubectl apply --server-side`. `false`: the apply ends with an error that names the tool and the field. `true`: the provider takes the field over, and the other tool has the conflict. Default: `false`.",
			Optional:            true,
		},
		"log_lines": schema.Int64Attribute{
			MarkdownDescription: "How many of the last lines of a program's log an error quotes when an instance doesn't come up: 0 to 100. With `0` the provider doesn't read the log. Use that if logs may hold secrets and others can see the output of Terraform. A termination message is part of the log if the container has `terminationMessagePolicy = \"FallbackToLogsOnError\"`. No state and no plan ever has a log. Default: `10`.",
			Optional:            true,
			Validators:          []validator.Int64{int64validator.Between(0, mostLogLines)},
		},
		"plan_validation": schema.StringAttribute{
			MarkdownDescription: "What a plan reports about writes that the API server would refuse, such as an instance beyond the cluster's quota. The plan asks by dry runs, which change nothing. `\"warn\"` (default): a refusal is a warning, or an error if the configuration is invalid by itself. `\"strict\"`: a refusal is an error unless the rest of the plan may prevent it, and so is an API server that doesn't answer. `\"off\"`: the plan asks nothing, for credentials that may only read. The planned actions and values are the same in each mode. The guide [What a plan checks](guides/plan-validation) has the whole table. Environment variable: `MAR_PLAN_VALIDATION`.",
			Optional:            true,
			Validators:          []validator.String{validate.OneOf(fw.PlanWarn, fw.PlanStrict, fw.PlanOff)},
		},
	}
}

func (m conductModel) values() map[string]attr.Value {
	return map[string]attr.Value{"default_labels": m.DefaultLabels, "default_annotations": m.DefaultAnnotations, "field_manager": m.FieldManager, "force_conflicts": m.ForceConflicts, "log_lines": m.LogLines, "plan_validation": m.PlanValidation}
}

// conduct has the client work as the block says.
func (m conductModel) conduct(client *connect.Client) {
	client.FieldManager = cmp.Or(m.FieldManager.ValueString(), mar.FieldManager)
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
