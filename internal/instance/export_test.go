package instance

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/attributes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
)

// ResizeObstacle says why a Pod can't be resized in place, empty if it can. A test asks the API
// server the same.
func ResizeObstacle(pod *corev1.Pod, want corev1.ResourceRequirements) string {
	return planning.ResizeObstacle(planning.LastSeenOf(pod, power.State{Pod: power.PodAlive}), manifest.SizeOf(want), true)
}

// Import is the result of an import of a foreign Pod.
type Import struct {
	// Config is the generated configuration.
	Config tftypes.Value
	// Made is the Pod that the instance would be recreated as.
	Made *corev1.Pod
	// Changed names the attributes that a second read finds different.
	Changed []string
	// Main is the name of the main container.
	Main string
}

// ImportOf imports a Pod without asking anybody.
func ImportOf(ctx context.Context, pod *corev1.Pod) (Import, string) {
	m, limited, diags := manifest.Imported(ctx, pod, "us", fw.Defaults{})
	state := model.NewResource(ctx)
	state.Instance = m
	made, more := manifest.Desired(ctx, m, manifest.Options{Nonce: "nonce", Unset: manifest.UnsetIn(pod, m)})
	diags.Append(more...)
	i := Import{Made: made, Main: manifest.MainContainer(pod).Name}
	second := manifest.Observed(pod, m, limited)
	for name, same := range map[string]bool{
		"env": m.Env.Equal(second.Env), "pod": m.Pod.Equal(second.Pod), "security": m.Security.Equal(second.Security),
		"env_value_from": model.SameEntries(m.EnvValueFrom, second.EnvValueFrom), "volumes": model.SameEntries(m.Volumes, second.Volumes),
		"health_checks": model.SameEntries(m.HealthChecks, second.HealthChecks), "ports": m.Ports.Equal(second.Ports),
		"command": m.Command.Equal(second.Command), "args": m.Args.Equal(second.Args), "limits": m.Limits.Equal(second.Limits),
		"requests": m.Requests.Equal(second.Requests), "service_account": m.ServiceAccount.Equal(second.ServiceAccount),
	} {
		if !same {
			i.Changed = append(i.Changed, name)
		}
	}
	for _, computed := range []*types.String{&state.ID, &state.UID, &state.Status, &state.Node, &state.IP} {
		*computed = types.StringNull()
	}
	state.LabelsAll, state.AnnotationsAll = types.MapNull(types.StringType), types.MapNull(types.StringType)
	config := tfsdk.State{Schema: schema.Schema{Attributes: attributes.Resource(ctx)}}
	diags.Append(config.Set(ctx, state)...)
	i.Config = config.Raw
	return i, fixture.Faults(diags)
}
