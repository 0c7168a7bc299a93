package instance

import (
	"bytes"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// imported reads a Pod whose configuration isn't known. The server's record of
// who wrote which field tells what the provider was told to write from what
// others added later. Of a Pod that was made elsewhere, all is taken. It also
// names the resources whose limit counts as declared.
func imported(ctx context.Context, pod *corev1.Pod, manager string, defaults fw.Defaults) (model, []string, diag.Diagnostics) {
	own, container := ownership(pod.ManagedFields, manager), mainContainer(pod)
	m := everything(pod)
	labels := own.filter(m.Labels, types.StringType, "metadata", "labels")
	m.Labels = without(labels, func(key, value string) bool {
		byDefault, ok := defaults.Labels[key]
		return ok && byDefault == value || key == kube.LabelApp && value == kube.AppValue
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
	if !own.has(in("command")...) {
		m.Command = types.ListNull(types.StringType)
	}
	if !own.has(in("args")...) {
		m.Args = types.ListNull(types.StringType)
	}
	var env []corev1.EnvVar
	for _, v := range importedEnv(container.Env) {
		if own.has(in("env", fieldpath.KeyByFields("name", v.Name))...) {
			env = append(env, v)
		}
	}
	var ports []corev1.ContainerPort
	for _, p := range podspec.PortsOnce(container.Ports) {
		if own.has(in("ports", fieldpath.KeyByFields("containerPort", int64(p.ContainerPort), "protocol", string(p.Protocol)))...) {
			ports = append(ports, p)
		}
	}
	m.Env, m.Ports = readEnv(env), readPorts(ports)
	m.EnvValueFrom = withoutDefaults(readSources(env, container.Name), variableType())
	m.HealthChecks = withoutDefaults(importedChecks(container, own), checkType())
	m.Volumes = withoutDefaults(importedVolumes(pod, own), volumeType())
	m.ServiceAccount = importedServiceAccount(pod)
	m.Limits = own.filter(m.Limits, fwtypes.QuantityType{}, in("resources", "limits")...)
	m.Requests = own.filter(unequalRequests(container.Resources), fwtypes.QuantityType{}, in("resources", "requests")...)
	m.Security = importedSecurity(securityBeside(pod, ownContainerLevel(pod)), own)

	var limited []string
	for _, name := range []string{cpu, memory} {
		if _, ok := container.Resources.Limits[corev1.ResourceName(name)]; ok && own.has(in("resources", "limits", name)...) {
			limited = append(limited, name)
		}
	}
	rest, diags := restOf(ctx, pod, m)
	m.Pod = rest
	return m, limited, diags
}

// controllerOf names what makes and replaces the Pod, if something does.
func controllerOf(pod *corev1.Pod) string {
	owner := metav1.GetControllerOf(pod)
	if owner == nil {
		return ""
	}
	return owner.Kind + " " + owner.Name
}

// importedSecurity leaves out the users and groups that a cluster chose, and
// empty sets, which nobody declares.
func importedSecurity(seen types.Object, own *owned) types.Object {
	values := seen.Attributes()
	for attribute, field := range map[string]string{"run_as_user": "runAsUser", "run_as_group": "runAsGroup", "fs_group": "fsGroup"} {
		if !own.has("spec", "securityContext", field) && own.any() {
			values[attribute] = types.Int64Null()
		}
	}
	if add, ok := values["capabilities_add"].(types.Set); ok && len(add.Elements()) == 0 {
		values["capabilities_add"] = types.SetNull(types.StringType)
	}
	return types.ObjectValueMust(securityTypes(), values)
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
	return mapOrNull(types.StringType, values)
}

// owned is the set of fields that one manager wrote. Of an object that it never
// wrote to, every field counts as its own.
type owned struct {
	fields *fieldpath.Set
}

func ownership(entries []metav1.ManagedFieldsEntry, manager string) *owned {
	all := &owned{}
	for _, entry := range entries {
		if entry.Manager != manager || entry.FieldsV1 == nil {
			continue
		}
		set := &fieldpath.Set{}
		if err := set.FromJSON(bytes.NewReader(entry.FieldsV1.GetRawBytes())); err != nil {
			continue
		}
		if all.fields == nil {
			all.fields = &fieldpath.Set{}
		}
		all.fields = all.fields.Union(set)
	}
	return all
}

func (o *owned) any() bool { return o.fields != nil }

// has reports whether the field, or something in it, is the manager's.
func (o *owned) has(parts ...any) bool {
	if o.fields == nil {
		return true
	}
	path, err := fieldpath.MakePath(parts...)
	if err != nil {
		return false
	}
	if o.fields.Has(path) {
		return true
	}
	within := o.fields
	for _, element := range path {
		within = within.WithPrefix(element)
	}
	return !within.Empty()
}

func (o *owned) filter(m types.Map, element attr.Type, parent ...any) types.Map {
	kept := map[string]attr.Value{}
	for key, value := range m.Elements() {
		if o.has(append(slices.Clone(parent), key)...) {
			kept[key] = value
		}
	}
	return mapOrNull(element, kept)
}
