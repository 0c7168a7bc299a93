package podspec

import (
	"fmt"
	"math"
	"net/netip"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// fieldRule returns what is wrong with the value of a field, or nothing.
type fieldRule func(value any) string

// fieldRuleOf returns the API server's rule for a single field. An empty text or 0 isn't checked
// where it says nothing.
func fieldRuleOf(t reflect.Type, field string) fieldRule {
	switch t {
	case reflect.TypeFor[corev1.PodSpec]():
		if field == "hostnameOverride" {
			return named(validation.IsDNS1123Subdomain)
		}
	case reflect.TypeFor[corev1.Toleration]():
		switch field {
		case "key":
			return named(validation.IsQualifiedName)
		case "value":
			return named(validation.IsValidLabelValue)
		}
	case reflect.TypeFor[corev1.PodReadinessGate](), reflect.TypeFor[corev1.PodSchedulingGate]():
		return named(validation.IsQualifiedName)
	case reflect.TypeFor[corev1.Sysctl]():
		if field == "name" {
			return sysctlFault
		}
	case reflect.TypeFor[corev1.HostAlias]():
		if field == "ip" {
			return addressFault
		}
		return named(validation.IsDNS1123Subdomain)
	case reflect.TypeFor[corev1.PodDNSConfig]():
		switch field {
		case "nameservers":
			return addressFault
		case "searches":
			return searchFault
		}
	case reflect.TypeFor[metav1.LabelSelectorRequirement](), reflect.TypeFor[corev1.NodeSelectorRequirement]():
		if field == "key" {
			return named(validation.IsQualifiedName)
		}
	case reflect.TypeFor[corev1.PodAffinityTerm](), reflect.TypeFor[corev1.WeightedPodAffinityTerm](), reflect.TypeFor[corev1.PreferredSchedulingTerm](), reflect.TypeFor[corev1.TopologySpreadConstraint]():
		if t == reflect.TypeFor[corev1.TopologySpreadConstraint]() && field == "topologyKey" {
			return nil // Kubernetes takes any text.
		}
		return placementRuleOf(field)
	}
	if rule := variableRuleOf(t, field); rule != nil {
		return rule
	}
	return containerRuleOf(t, field)
}

func placementRuleOf(field string) fieldRule {
	switch field {
	case "topologyKey", "matchLabelKeys", "mismatchLabelKeys":
		return named(validation.IsQualifiedName)
	case "namespaces":
		return named(validation.IsDNS1123Label)
	case "weight":
		return between(1, 100)
	case "maxSkew", "minDomains":
		return between(1, math.MaxInt32)
	}
	return nil
}

// variableRuleOf returns the rules for the sources of a container's variables.
func variableRuleOf(t reflect.Type, field string) fieldRule {
	switch t {
	case reflect.TypeFor[corev1.EnvFromSource]():
		if field == "prefix" {
			return named(validation.IsRelaxedEnvVarName)
		}
	case reflect.TypeFor[corev1.SecretEnvSource](), reflect.TypeFor[corev1.ConfigMapEnvSource](), reflect.TypeFor[corev1.ConfigMapKeySelector](), reflect.TypeFor[corev1.SecretKeySelector]():
		switch field {
		case "name":
			return named(validation.IsDNS1123Subdomain)
		case "key":
			return named(validation.IsConfigMapKey)
		}
	case reflect.TypeFor[corev1.ObjectFieldSelector]():
		switch field {
		case "apiVersion":
			return oneOfThese("v1")
		case "fieldPath":
			return factFault
		}
	case reflect.TypeFor[corev1.ResourceFieldSelector]():
		if field == "resource" {
			return resourceFault
		}
	}
	return nil
}

func containerRuleOf(t reflect.Type, field string) fieldRule {
	switch t {
	case reflect.TypeFor[corev1.HTTPGetAction](), reflect.TypeFor[corev1.TCPSocketAction](), reflect.TypeFor[corev1.GRPCAction]():
		if field == "port" {
			return portFault
		}
	case reflect.TypeFor[corev1.HTTPHeader]():
		if field == "name" {
			return named(validation.IsHTTPHeaderName)
		}
	}
	return runRuleOf(t, field)
}

// runRuleOf returns the rules for how a container is run and probed.
func runRuleOf(t reflect.Type, field string) fieldRule {
	switch t {
	case reflect.TypeFor[corev1.Probe]():
		if field == "terminationGracePeriodSeconds" {
			return between(1, math.MaxInt64)
		}
		return between(0, math.MaxInt32)
	case reflect.TypeFor[corev1.VolumeMount]():
		if field == "subPath" || field == "subPathExpr" {
			return descendingFault
		}
	case reflect.TypeFor[corev1.SecurityContext](), reflect.TypeFor[corev1.PodSecurityContext]():
		return between(0, math.MaxInt32)
	case reflect.TypeFor[corev1.ContainerResizePolicy]():
		if field == "resourceName" {
			return oneOfThese("cpu", "memory")
		}
	case reflect.TypeFor[corev1.SeccompProfile]():
		if field == "localhostProfile" {
			return descendingFault
		}
	}
	return nil
}

// field checks a value, or each value of a list, by the rule of its field.
func (v *checks) field(t reflect.Type, name string, n *node) {
	rule := fieldRuleOf(t, name)
	if rule == nil || n.unknown {
		return
	}
	values := []*node{n}
	if n.shape.kind == list {
		values = n.items
	}
	for _, value := range values {
		if value.unknown || value.value == nil {
			continue
		}
		if fault := rule(value.value); fault != "" {
			v.add(value, "%s", fault)
		}
	}
}

// named wraps a rule of apimachinery's for texts.
func named(rule func(string) []string) fieldRule {
	return func(value any) string {
		text, isText := value.(string)
		if !isText {
			return ""
		}
		if faults := rule(text); len(faults) > 0 {
			return fmt.Sprintf("%q: %s", text, strings.Join(faults, "; "))
		}
		return ""
	}
}

func between(least, most int64) fieldRule {
	return func(value any) string {
		if number, isNumber := value.(int64); isNumber && (number < least || number > most) {
			return fmt.Sprintf("must be from %d to %d, but is %d", least, most, number)
		}
		return ""
	}
}

func oneOfThese(allowed ...string) fieldRule {
	return func(value any) string {
		if text, isText := value.(string); isText && !slices.Contains(allowed, text) {
			return fmt.Sprintf("must be one of %s, but is %q", strings.Join(allowed, ", "), text)
		}
		return ""
	}
}

func portFault(value any) string {
	switch port := value.(type) {
	case int64:
		return between(1, 65535)(port)
	case string:
		return named(validation.IsValidPortName)(port)
	}
	return ""
}

func addressFault(value any) string {
	if text, isText := value.(string); isText {
		if _, err := netip.ParseAddr(text); err != nil {
			return fmt.Sprintf("%q isn't an IP address", text)
		}
	}
	return ""
}

// resourceFault checks which of its own amounts a container can get as a value.
func resourceFault(value any) string {
	text, _ := value.(string)
	if strings.HasPrefix(text, "limits.hugepages-") || strings.HasPrefix(text, "requests.hugepages-") {
		return ""
	}
	return oneOfThese("limits.cpu", "limits.memory", "limits.ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage")(text)
}

// factFault checks which fields of a Pod a variable or file can get as a value.
func factFault(value any) string {
	text, _ := value.(string)
	name, key, hasKey := strings.Cut(text, "['")
	if hasKey && (name == "metadata.labels" || name == "metadata.annotations") && strings.HasSuffix(key, "']") {
		return named(validation.IsQualifiedName)(strings.ToLower(strings.TrimSuffix(key, "']")))
	}
	return oneOfThese("metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs")(text)
}

func searchFault(value any) string {
	text, _ := value.(string)
	if text == "." {
		return ""
	}
	return named(validation.IsDNS1123SubdomainWithUnderscore)(strings.TrimSuffix(text, "."))
}

func sysctlFault(value any) string {
	const most = 253
	text, _ := value.(string)
	if len(text) > most || !regexp.MustCompile(`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`).MatchString(text) {
		return fmt.Sprintf("%q isn't a sysctl's name, such as net.core.somaxconn", text)
	}
	return ""
}

func descendingFault(value any) string {
	text, _ := value.(string)
	switch {
	case path.IsAbs(text):
		return fmt.Sprintf("%q must be a relative path", text)
	case slices.Contains(strings.Split(text, "/"), ".."):
		return fmt.Sprintf("%q must not contain the element ..", text)
	}
	return ""
}
