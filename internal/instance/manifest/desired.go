package manifest

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// ContainerName is the main container of every instance that is made here. One
// that was imported may have another; it has this one once it is recreated.
const ContainerName = podspec.Main

// Options are those parts of a Pod that the model doesn't have.
type Options struct {
	Nonce string
	// Secret is the name of the Secret whose keys become environment variables,
	// if there is one.
	Secret string
	// Unset names what an imported Pod didn't say, see UnsetIn.
	Unset []string
}

// Desired is the Pod that a new instance is made from. What the model doesn't
// know yet is left to the API server.
func Desired(ctx context.Context, m model.Instance, options Options) (*corev1.Pod, diag.Diagnostics) {
	spec, diags := DesiredSpec(ctx, m, options)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:   m.Cluster.ValueString(),
			Name:        m.Name.ValueString(),
			Labels:      WithDefault(desiredLabels(m), mar.LabelApp, mar.AppValue),
			Annotations: fw.StringMap(m.AnnotationsAll),
		},
		Spec: spec,
	}
	pod.Annotations[mar.AnnotationNonce] = options.Nonce
	RecordSpec(pod)
	return pod, diags
}

// DesiredSpec merges what pod says over what the other attributes mean.
func DesiredSpec(ctx context.Context, m model.Instance, options Options) (corev1.PodSpec, diag.Diagnostics) {
	base, diags := BaseSpec(ctx, m)
	declared, faults := podspec.Decode(m.Pod)
	diags.Append(podspec.Diagnostics(faults)...)
	if diags.HasError() {
		return base, diags
	}
	spec, err := podspec.Merge(base, declared)
	if err != nil {
		diags.AddAttributeError(path.Root("pod"), "Invalid pod", fw.Sentence(err.Error()))
		return base, diags
	}
	app := MainOf(&spec)
	app.Env = usedFirst(app.Env, len(MainOf(&base).Env))
	return withSecret(options.unsetAgain(spec, m), options.Secret), diags
}

// MainOf is the main container of a spec that is made here.
func MainOf(spec *corev1.PodSpec) *corev1.Container {
	i := slices.IndexFunc(spec.Containers, func(c corev1.Container) bool { return c.Name == ContainerName })
	return &spec.Containers[i]
}

// BaseSpec is what all attributes but pod mean.
func BaseSpec(ctx context.Context, m model.Instance) (corev1.PodSpec, diag.Diagnostics) {
	ports, diags := desiredPorts(ctx, m.Ports)
	podSecurity, containerSecurity, more := desiredSecurity(ctx, m.Security)
	diags.Append(more...)
	sources, more := desiredSources(ctx, m.EnvValueFrom)
	diags.Append(more...)
	probes, more := desiredChecks(ctx, m.HealthChecks)
	diags.Append(more...)
	volumes, mounts, more := desiredVolumes(ctx, m.Volumes)
	diags.Append(more...)
	return corev1.PodSpec{
		RestartPolicy:                corev1.RestartPolicy(m.RestartPolicy.ValueString()),
		ServiceAccountName:           m.ServiceAccount.ValueString(),
		AutomountServiceAccountToken: ptr.To(!m.ServiceAccount.IsNull()),
		Volumes:                      volumes,
		SecurityContext:              podSecurity,
		Containers: []corev1.Container{{
			Name:            ContainerName,
			Image:           m.Image.ValueString(),
			Command:         model.Texts(m.Command),
			Args:            model.Texts(m.Args),
			Env:             desiredEnv(fw.StringMap(m.Env), sources),
			Ports:           ports,
			Resources:       DesiredResources(m),
			VolumeMounts:    mounts,
			LivenessProbe:   probes[model.CheckLiveness],
			ReadinessProbe:  probes[model.CheckReadiness],
			StartupProbe:    probes[model.CheckStartup],
			SecurityContext: containerSecurity,
		}},
	}, diags
}

// Declared is the plan with nothing in it but what the configuration says: CPU
// and memory that a LimitRange chose are left to that again.
func Declared(plan, config model.Instance) model.Instance {
	if config.CPU.IsNull() {
		plan.CPU = config.CPU
	}
	if config.Memory.IsNull() {
		plan.Memory = config.Memory
	}
	return plan
}

// desiredLabels are those of an instance whoever made its Pod: the declared
// ones and those that the provider knows its own by.
func desiredLabels(m model.Instance) map[string]string {
	labels := fw.StringMap(m.LabelsAll)
	labels[mar.LabelInstanceID] = m.Name.ValueString()
	labels[mar.LabelManagedBy] = mar.ManagedBy
	return labels
}

func desiredPorts(ctx context.Context, declared types.Map) ([]corev1.ContainerPort, diag.Diagnostics) {
	byName, diags := model.EntriesAs[model.Port](ctx, declared)
	var ports []corev1.ContainerPort
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		ports = append(ports, corev1.ContainerPort{
			Name:          name,
			ContainerPort: int32(byName[name].Port.ValueInt64()),
			Protocol:      corev1.Protocol(byName[name].Protocol.ValueString()),
		})
	}
	return ports, diags
}

func WithDefault(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	if _, declared := m[key]; !declared {
		m[key] = value
	}
	return m
}
