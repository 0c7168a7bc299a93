package podspec

import (
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// scalar checks a single value.
func (v *checks) scalar(s *shape, name string, n *node) {
	if allowed := oneOf(s.of); allowed != nil && !slices.Contains(allowed, n.value.(string)) { //nolint:forcetypeassert // the types of oneOf are texts
		v.add(n, "must be one of %s, but is %q", strings.Join(allowed, ", "), n.value)
	}
	if mode, isNumber := n.value.(int64); isNumber && (name == "mode" || name == "defaultMode") && (mode < 0 || mode > 0o777) {
		v.add(n, "a file's mode is 0 to 511, which is 0777 in octal; write it as a text, \"0644\", or as a number, 420")
	}
}

// oneOf returns the values of a type that has only some.
func oneOf(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[corev1.PullPolicy]():
		return texts(corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)
	case reflect.TypeFor[corev1.Protocol]():
		return texts(corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP)
	case reflect.TypeFor[corev1.DNSPolicy]():
		return texts(corev1.DNSClusterFirst, corev1.DNSClusterFirstWithHostNet, corev1.DNSDefault, corev1.DNSNone)
	case reflect.TypeFor[corev1.TaintEffect]():
		return texts(corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)
	case reflect.TypeFor[corev1.TolerationOperator]():
		return texts(corev1.TolerationOpEqual, corev1.TolerationOpExists, corev1.TolerationOpGt, corev1.TolerationOpLt)
	case reflect.TypeFor[corev1.UnsatisfiableConstraintAction]():
		return texts(corev1.DoNotSchedule, corev1.ScheduleAnyway)
	case reflect.TypeFor[corev1.URIScheme]():
		return texts(corev1.URISchemeHTTP, corev1.URISchemeHTTPS)
	case reflect.TypeFor[corev1.TerminationMessagePolicy]():
		return texts(corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError)
	case reflect.TypeFor[corev1.MountPropagationMode]():
		return texts(corev1.MountPropagationNone, corev1.MountPropagationHostToContainer, corev1.MountPropagationBidirectional)
	case reflect.TypeFor[corev1.PreemptionPolicy]():
		return texts(corev1.PreemptLowerPriority, corev1.PreemptNever)
	case reflect.TypeFor[corev1.ContainerRestartPolicy]():
		return texts(corev1.ContainerRestartPolicyAlways, corev1.ContainerRestartPolicyOnFailure, corev1.ContainerRestartPolicyNever)
	case reflect.TypeFor[corev1.NodeSelectorOperator]():
		return texts(corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn, corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist, corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt)
	}
	return oneOfFew(t)
}

// oneOfFew continues oneOf with rarer types.
func oneOfFew(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[corev1.RecursiveReadOnlyMode]():
		return texts(corev1.RecursiveReadOnlyDisabled, corev1.RecursiveReadOnlyIfPossible, corev1.RecursiveReadOnlyEnabled)
	case reflect.TypeFor[corev1.ProcMountType]():
		return texts(corev1.DefaultProcMount, corev1.UnmaskedProcMount)
	case reflect.TypeFor[corev1.PodSELinuxChangePolicy]():
		return texts(corev1.SELinuxChangePolicyRecursive, corev1.SELinuxChangePolicyMountOption)
	case reflect.TypeFor[corev1.SupplementalGroupsPolicy]():
		return texts(corev1.SupplementalGroupsPolicyMerge, corev1.SupplementalGroupsPolicyStrict)
	case reflect.TypeFor[corev1.PodFSGroupChangePolicy]():
		return texts(corev1.FSGroupChangeOnRootMismatch, corev1.FSGroupChangeAlways)
	case reflect.TypeFor[corev1.ResourceResizeRestartPolicy]():
		return texts(corev1.NotRequired, corev1.RestartContainer)
	case reflect.TypeFor[corev1.OSName]():
		return texts(corev1.Linux, corev1.Windows)
	case reflect.TypeFor[corev1.SeccompProfileType]():
		return texts(corev1.SeccompProfileTypeUnconfined, corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeLocalhost)
	case reflect.TypeFor[corev1.AppArmorProfileType]():
		return texts(corev1.AppArmorProfileTypeUnconfined, corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeLocalhost)
	case reflect.TypeFor[corev1.NodeInclusionPolicy]():
		return texts(corev1.NodeInclusionPolicyIgnore, corev1.NodeInclusionPolicyHonor)
	case reflect.TypeFor[corev1.ContainerRestartRuleAction]():
		return texts(corev1.ContainerRestartRuleActionRestart, corev1.ContainerRestartRuleActionRestartAllContainers)
	case reflect.TypeFor[corev1.PersistentVolumeMode]():
		return texts(corev1.PersistentVolumeBlock, corev1.PersistentVolumeFilesystem)
	case reflect.TypeFor[corev1.PersistentVolumeAccessMode]():
		return texts(corev1.ReadWriteOnce, corev1.ReadOnlyMany, corev1.ReadWriteMany, corev1.ReadWriteOncePod)
	case reflect.TypeFor[metav1.LabelSelectorOperator]():
		return texts(metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn, metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist)
	}
	return nil
}

func texts[T ~string](values ...T) []string {
	all := make([]string, 0, len(values))
	for _, value := range values {
		all = append(all, string(value))
	}
	return all
}

// named checks a name by a rule of Kubernetes.
func (v *checks) named(n *node, rule func(string) []string) {
	if n == nil {
		return
	}
	name, ok := n.value.(string)
	if !ok {
		return
	}
	if wrong := rule(name); len(wrong) > 0 {
		v.add(n, "%q: %s", name, strings.Join(wrong, "; "))
	}
}

// containerNames checks the names of containers, volumes, ports and variables.
func (v *checks) containerNames() {
	seen := map[string]bool{Main: true}
	for _, list := range []string{"initContainers", "containers"} {
		for _, container := range v.root.list(list) {
			v.named(container.get("name"), validation.IsDNS1123Label)
			for _, port := range container.list("ports") {
				v.named(port.get("name"), validation.IsValidPortName)
				v.portNumber(port.get("containerPort"))
				v.portNumber(port.get("hostPort"))
			}
			for _, variable := range container.list("env") {
				v.named(variable.get("name"), validation.IsRelaxedEnvVarName)
			}
			name, known := container.text("name")
			if known && seen[name] && list == "containers" && name != Main {
				v.add(container.get("name"), "an init container already has the name %q", name)
			}
			seen[name] = seen[name] || list == "initContainers"
		}
	}
	for _, volume := range v.root.list("volumes") {
		v.named(volume.get("name"), validation.IsDNS1123Label)
	}
	v.named(v.root.get("hostname"), validation.IsDNS1123Label)
	v.named(v.root.get("subdomain"), validation.IsDNS1123Label)
	for _, name := range []string{"priorityClassName", "runtimeClassName", "nodeName"} {
		v.named(v.root.get(name), validation.IsDNS1123Subdomain)
	}
	v.labels()
}

func (v *checks) portNumber(n *node) {
	if n == nil {
		return
	}
	if number, ok := n.value.(int64); ok && (number < 1 || number > 65535) {
		v.add(n, "a port is 1 to 65535")
	}
}

func (v *checks) labels() {
	for _, m := range v.root.get("nodeSelector").all() {
		v.named(m.node, validation.IsValidLabelValue)
		if wrong := validation.IsQualifiedName(m.name); len(wrong) > 0 {
			v.add(m.node, "%q: %s", m.name, strings.Join(wrong, "; "))
		}
	}
}

// references checks that what a container mounts or claims exists.
func (v *checks) references() {
	for _, list := range []string{"initContainers", "containers"} {
		for _, container := range v.root.list(list) {
			for _, mount := range slices.Concat(container.list("volumeMounts"), container.list("volumeDevices")) {
				v.refers(mount.get("name"), "volumes", "volume")
			}
			for _, claim := range container.get("resources").list("claims") {
				v.refers(claim.get("name"), "resourceClaims", "resource claim")
			}
		}
	}
}

// refers checks that the Pod has an element with that name in a list.
func (v *checks) refers(n *node, list, words string) {
	if n == nil || n.unknown {
		return
	}
	for _, item := range listOf(v.base[list]) {
		if mapOf(item)["name"] == n.value {
			return
		}
	}
	if declared := v.root.get(list); declared != nil && declared.unknown {
		return
	}
	for _, item := range v.root.list(list) {
		if item.unknown || item.get("name") != nil && (item.get("name").unknown || item.get("name").value == n.value) {
			return
		}
	}
	v.add(n, "the Pod has no %s of the name %q", words, n.value)
}
