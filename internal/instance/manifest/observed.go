package manifest

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// Observed reads the Pod back as the model that was declared: what others put on
// it isn't the instance's, and an equal amount keeps its author's spelling. What
// prior doesn't know yet is filled in. Limited names the resources whose limit
// the configuration declares: there, a request that somebody set apart from the
// limit is seen although it was left out.
func Observed(pod *corev1.Pod, prior model.Instance, limited []string) model.Instance {
	m := ObservedAll(pod)
	m.Command = declaredList(m.Command, prior.Command)
	m.Args = declaredList(m.Args, prior.Args)
	env := declaredEnv(MainContainer(pod).Env, prior.Env)
	m.Env = model.DeclaredKeys(readEnv(env), prior.Env, types.StringType)
	m.EnvValueFrom = model.AsDeclared(readSources(env, MainContainer(pod).Name), prior.EnvValueFrom, model.VariableType())
	m.CPU = spelt(m.CPU, prior.CPU)
	m.Memory = spelt(m.Memory, prior.Memory)
	m.Limits = speltMap(model.DeclaredKeys(m.Limits, prior.Limits, fwtypes.QuantityType{}), prior.Limits)
	m.Requests = speltMap(declaredRequests(MainContainer(pod).Resources, prior.Requests, limited), prior.Requests)
	m.Ports = model.DeclaredKeys(m.Ports, prior.Ports, model.PortType())
	m.HealthChecks = declaredChecks(MainContainer(pod), prior.HealthChecks)
	m.Volumes = declaredVolumes(pod, prior.Volumes)
	m.ServiceAccount = declaredServiceAccount(m.ServiceAccount, prior.ServiceAccount)
	m.Labels = model.DeclaredKeys(model.AllKeys(pod.Labels), prior.Labels, types.StringType)
	m.LabelsAll = model.DeclaredKeys(model.AllKeys(pod.Labels), prior.LabelsAll, types.StringType)
	m.Annotations = model.DeclaredKeys(model.AllKeys(pod.Annotations), prior.Annotations, types.StringType)
	m.AnnotationsAll = model.DeclaredKeys(model.AllKeys(pod.Annotations), prior.AnnotationsAll, types.StringType)
	if said := podspec.MainSecurity(prior.Pod); len(said) > 0 {
		m.Security = securityBeside(pod, said)
	}
	m.Security = declaredSecurity(m.Security, prior.Security)
	m.Pod = podspec.Observed(prior.Pod, pod.Spec, MainContainer(pod).Name)
	return m.WithEmptyAs(prior)
}

// ObservedAll reads all of a Pod that a model can say, whoever said it.
func ObservedAll(pod *corev1.Pod) model.Instance {
	m := model.NewInstance()
	c := MainContainer(pod)
	m.Cluster = types.StringValue(pod.Namespace)
	m.Name = types.StringValue(pod.Name)
	m.ID = types.StringValue(m.Key().String())
	m.Image = types.StringValue(c.Image)
	m.Command = model.TextList(c.Command)
	m.Args = model.TextList(c.Args)
	env := importedEnv(c.Env)
	m.Env = readEnv(env)
	m.EnvValueFrom = readSources(env, c.Name)
	m.CPU = readAmount(c.Resources.Limits, corev1.ResourceCPU)
	m.Memory = readAmount(c.Resources.Limits, corev1.ResourceMemory)
	m.Limits = readAmounts(Others(c.Resources.Limits))
	m.Requests = readAmounts(c.Resources.Requests)
	m.Ports = readPorts(podspec.PortsOnce(c.Ports))
	m.HealthChecks = readChecks(c)
	m.Volumes = readVolumes(pod, func(corev1.Volume, corev1.VolumeMount) bool { return true })
	m.ServiceAccount = model.TextOrNull(pod.Spec.ServiceAccountName)
	m.RestartPolicy = types.StringValue(string(pod.Spec.RestartPolicy))
	m.Security = readSecurity(pod.Spec.SecurityContext, c.SecurityContext).Object()
	m.LabelsAll = model.AllKeys(pod.Labels)
	m.Labels = model.TextMap(pod.Labels, func(key string) bool { return !mar.IsSystemKey(mar.PodLabels, key) })
	m.Annotations = model.TextMap(pod.Annotations, func(key string) bool { return !mar.IsSystemKey(mar.PodAnnotations, key) })
	m.AnnotationsAll = m.Annotations
	m.UID = model.TextOrNull(string(pod.UID))
	m.Status = types.StringValue(StatusOf(pod))
	m.Node = model.TextOrNull(pod.Spec.NodeName)
	m.IP = model.TextOrNull(pod.Status.PodIP)
	return m
}

// MainContainer is the one that the attributes are about.
func MainContainer(pod *corev1.Pod) corev1.Container { return podhealth.Main(pod) }

func readEnv(vars []corev1.EnvVar) types.Map {
	env := map[string]attr.Value{}
	for _, v := range vars {
		if v.ValueFrom == nil {
			env[v.Name] = types.StringValue(v.Value)
		}
	}
	return model.MapOrNull(types.StringType, env)
}

func readPorts(declared []corev1.ContainerPort) types.Map {
	ports := map[string]attr.Value{}
	for _, p := range declared {
		if p.Name != "" {
			ports[p.Name] = model.Port{
				Port:     types.Int64Value(int64(p.ContainerPort)),
				Protocol: types.StringValue(string(p.Protocol)),
			}.Object()
		}
	}
	return model.MapOrNull(model.PortType(), ports)
}

func readAmount(list corev1.ResourceList, name corev1.ResourceName) fwtypes.Quantity {
	amount, ok := list[name]
	if !ok {
		return fwtypes.NewQuantityNull()
	}
	return fwtypes.NewQuantity(amount.String())
}

func readAmounts(list corev1.ResourceList) types.Map {
	values := map[string]attr.Value{}
	for name := range list {
		values[string(name)] = readAmount(list, name)
	}
	return model.MapOrNull(fwtypes.QuantityType{}, values)
}

// readSecurity says what holds for the main container: a container's own
// setting goes before the Pod's, and what neither says is Kubernetes' default.
func readSecurity(pod *corev1.PodSecurityContext, container *corev1.SecurityContext) model.Security {
	p, c := ptr.Deref(pod, corev1.PodSecurityContext{}), ptr.Deref(container, corev1.SecurityContext{})
	capabilities := ptr.Deref(c.Capabilities, corev1.Capabilities{})
	s := model.Security{
		RunAsNonRoot:             types.BoolValue(ptr.Deref(either(c.RunAsNonRoot, p.RunAsNonRoot), false)),
		ReadOnlyRootFilesystem:   types.BoolValue(ptr.Deref(c.ReadOnlyRootFilesystem, false)),
		AllowPrivilegeEscalation: types.BoolValue(ptr.Deref(c.AllowPrivilegeEscalation, true)),
		CapabilitiesDrop:         readCapabilities(capabilities.Drop),
		CapabilitiesAdd:          readCapabilities(capabilities.Add),
		SeccompProfile:           types.StringValue(model.ProfileUnconfined),
		SELinux:                  readSELinux(either(c.SELinuxOptions, p.SELinuxOptions)),
		RunAsUser:                types.Int64PointerValue(either(c.RunAsUser, p.RunAsUser)),
		RunAsGroup:               types.Int64PointerValue(either(c.RunAsGroup, p.RunAsGroup)),
		FSGroup:                  types.Int64PointerValue(p.FSGroup),
	}
	if profile := either(c.SeccompProfile, p.SeccompProfile); profile != nil {
		s.SeccompProfile = readProfile(string(profile.Type), profile.LocalhostProfile)
	}
	if profile := either(c.AppArmorProfile, p.AppArmorProfile); profile != nil {
		s.AppArmorProfile = readProfile(string(profile.Type), profile.LocalhostProfile)
	}
	return s
}

func readCapabilities(capabilities []corev1.Capability) types.Set {
	names := []string{}
	for _, c := range capabilities {
		names = append(names, string(c))
	}
	return model.TextSet(names...)
}

func readProfile(kind string, local *string) types.String {
	if local != nil {
		return types.StringValue(model.ProfileLocalhost + *local)
	}
	return types.StringValue(kind)
}

func readSELinux(options *corev1.SELinuxOptions) types.Map {
	o := ptr.Deref(options, corev1.SELinuxOptions{})
	return model.TextMap(map[string]string{"user": o.User, "role": o.Role, "type": o.Type, "level": o.Level},
		func(string) bool { return true }, "")
}

// declaredSecurity leaves out what has no default and wasn't declared: a cluster
// may fill in users and groups.
func declaredSecurity(seen, prior types.Object) types.Object {
	if prior.IsNull() || prior.IsUnknown() {
		return seen
	}
	declared, values := prior.Attributes(), seen.Attributes()
	for name, value := range values {
		switch was := declared[name].(type) {
		case types.Map:
			if live, ok := value.(types.Map); ok {
				values[name] = model.DeclaredKeys(live, was, types.StringType)
			}
		case types.Set:
			if live, ok := value.(types.Set); ok && len(live.Elements()) == 0 && was.IsNull() {
				values[name] = was
			}
		default:
			if was != nil && was.IsNull() {
				values[name] = was
			}
		}
	}
	return types.ObjectValueMust(model.SecurityTypes(), values)
}

func declaredRequests(live corev1.ResourceRequirements, prior types.Map, limited []string) types.Map {
	seen := filtered(live.Requests, func(name string, amount resource.Quantity) bool {
		if _, declared := prior.Elements()[name]; declared || prior.IsUnknown() {
			return true
		}
		limit, isLimited := live.Limits[corev1.ResourceName(name)]
		return slices.Contains(limited, name) && isLimited && amount.Cmp(limit) != 0
	})
	if len(seen) == 0 && !prior.IsNull() {
		return types.MapValueMust(fwtypes.QuantityType{}, map[string]attr.Value{})
	}
	return readAmounts(seen)
}

// declaredList keeps a list only where one was declared: what a Pod runs else
// is the image's affair, or of whoever wrapped it.
func declaredList(seen, prior types.List) types.List {
	if fw.IsNothing(prior) {
		return prior
	}
	return seen
}

func spelt(seen, prior fwtypes.Quantity) fwtypes.Quantity {
	if seen.SemanticallyEqual(prior) {
		return prior
	}
	return seen
}

func speltMap(seen, prior types.Map) types.Map {
	values := seen.Elements()
	if len(values) == 0 {
		return seen
	}
	for key, value := range values {
		live, isQuantity := value.(fwtypes.Quantity)
		was, wasQuantity := prior.Elements()[key].(fwtypes.Quantity)
		if isQuantity && wasQuantity {
			values[key] = spelt(live, was)
		}
	}
	return types.MapValueMust(fwtypes.QuantityType{}, values)
}

func either[T any](first, second *T) *T {
	if first != nil {
		return first
	}
	return second
}
