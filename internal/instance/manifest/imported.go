package manifest

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// Imported reads a Pod whose configuration isn't known. The server's record of
// who wrote which field tells what the provider was told to write from what
// others added later. Of a Pod that was made elsewhere, all is taken. It also
// names the resources whose limit counts as declared.
func Imported(ctx context.Context, pod *corev1.Pod, manager string, defaults fw.Defaults) (model.Instance, []string, diag.Diagnostics) {
	own, container := Ownership(pod.ManagedFields, manager), MainContainer(pod)
	m := ObservedAll(pod)
	labels := own.filter(m.Labels, types.StringType, "metadata", "labels")
	m.Labels = without(labels, func(key, value string) bool {
		byDefault, ok := defaults.Labels[key]
		return ok && byDefault == value || key == mar.LabelApp && value == mar.AppValue
	})
	m.LabelsAll = importedLabelsAll(m.Labels, defaults.Labels, pod.Labels)
	m.Annotations = without(own.filter(m.Annotations, types.StringType, "metadata", "annotations"), func(key, value string) bool {
		byDefault, ok := defaults.Annotations[key]
		return ok && byDefault == value
	})
	m.AnnotationsAll = importedLabelsAll(m.Annotations, defaults.Annotations, pod.Annotations)

	in := func(fields ...any) []any {
		return append([]any{"spec", "containers", fieldpath.KeyByFields("name", container.Name)}, fields...)
	}
	if !own.Has(in("command")...) {
		m.Command = types.ListNull(types.StringType)
	}
	if !own.Has(in("args")...) {
		m.Args = types.ListNull(types.StringType)
	}
	var env []corev1.EnvVar
	for _, v := range importedEnv(container.Env) {
		if own.Has(in("env", fieldpath.KeyByFields("name", v.Name))...) {
			env = append(env, v)
		}
	}
	var ports []corev1.ContainerPort
	for _, p := range podspec.PortsOnce(container.Ports) {
		if own.Has(in("ports", fieldpath.KeyByFields("containerPort", int64(p.ContainerPort), "protocol", string(p.Protocol)))...) {
			ports = append(ports, p)
		}
	}
	m.Env, m.Ports = readEnv(env), readPorts(ports)
	m.EnvValueFrom = model.WithoutDefaults(readSources(env, container.Name), model.VariableType())
	m.HealthChecks = model.WithoutDefaults(importedChecks(container, own), model.CheckType())
	m.Volumes = model.WithoutDefaults(importedVolumes(pod, own), model.VolumeType())
	m.ServiceAccount = importedServiceAccount(pod)
	m.Limits = own.filter(m.Limits, fwtypes.QuantityType{}, in("resources", "limits")...)
	m.Requests = own.filter(unequalRequests(container.Resources), fwtypes.QuantityType{}, in("resources", "requests")...)
	m.Security = importedSecurity(securityBeside(pod, ownContainerLevel(pod)), own)

	var limited []string
	for _, name := range []string{CPU, Memory} {
		if _, ok := container.Resources.Limits[corev1.ResourceName(name)]; ok && own.Has(in("resources", "limits", name)...) {
			limited = append(limited, name)
		}
	}
	rest, diags := restOf(ctx, pod, m)
	m.Pod = rest
	return m, limited, diags
}

// ControllerOf names what makes and replaces the Pod, if something does.
func ControllerOf(pod *corev1.Pod) string {
	owner := metav1.GetControllerOf(pod)
	if owner == nil {
		return ""
	}
	return owner.Kind + " " + owner.Name
}

// importedSecurity leaves out the users and groups that a cluster chose, and
// empty sets, which nobody declares.
func importedSecurity(seen types.Object, own *Owned) types.Object {
	values := seen.Attributes()
	for attribute, field := range map[string]string{"run_as_user": "runAsUser", "run_as_group": "runAsGroup", "fs_group": "fsGroup"} {
		if !own.Has("spec", "securityContext", field) && own.any() {
			values[attribute] = types.Int64Null()
		}
	}
	if add, ok := values["capabilities_add"].(types.Set); ok && len(add.Elements()) == 0 {
		values["capabilities_add"] = types.SetNull(types.StringType)
	}
	return types.ObjectValueMust(model.SecurityTypes(), values)
}

func importedLabelsAll(labels types.Map, defaults, live map[string]string) types.Map {
	present := map[string]string{}
	for key := range defaults {
		if value, ok := live[key]; ok {
			present[key] = value
		}
	}
	return fw.LabelsAll(present, labels)
}

func unequalRequests(r corev1.ResourceRequirements) types.Map {
	unequal := corev1.ResourceList{}
	for name, request := range r.Requests {
		if limit, limited := r.Limits[name]; !limited || limit.Cmp(request) != 0 {
			unequal[name] = request
		}
	}
	return readAmounts(unequal)
}

func without(m types.Map, drop func(key, value string) bool) types.Map {
	values := m.Elements()
	for key, value := range values {
		if text, ok := value.(types.String); ok && drop(key, text.ValueString()) {
			delete(values, key)
		}
	}
	return model.MapOrNull(types.StringType, values)
}

// importedChecks are those that the manager wrote, of which health_checks can say
// all.
func importedChecks(c corev1.Container, own *Owned) types.Map {
	fields := map[string]string{model.CheckLiveness: "livenessProbe", model.CheckReadiness: "readinessProbe", model.CheckStartup: "startupProbe"}
	values := map[string]attr.Value{}
	for name, check := range readChecks(c).Elements() {
		if own.Has("spec", "containers", fieldpath.KeyByFields("name", c.Name), fields[name]) {
			values[name] = check
		}
	}
	return model.MapOrNull(model.CheckType(), values)
}

// importedVolumes are those that the manager wrote and mounted, of which volumes
// can say all.
func importedVolumes(pod *corev1.Pod, own *Owned) types.Map {
	container := MainContainer(pod).Name
	return readVolumes(pod, func(volume corev1.Volume, mount corev1.VolumeMount) bool {
		return own.Has("spec", "volumes", fieldpath.KeyByFields("name", volume.Name)) &&
			own.Has("spec", "containers", fieldpath.KeyByFields("name", container), "volumeMounts", fieldpath.KeyByFields("mountPath", mount.MountPath))
	})
}
