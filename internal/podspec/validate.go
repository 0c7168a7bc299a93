package podspec

import (
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Validate finds what the API server would refuse in any case, by its own rules, as far as the
// declaration and base show it. Base is the meaning of the other attributes. An unknown value
// contradicts nothing. If whole is set, base is complete; otherwise a missing volume or probe
// handler may still come.
func Validate(base corev1.PodSpec, whole bool, d Declared) []Fault {
	if d.IsNull() || d.root.unknown {
		return nil
	}
	v := checks{whole: whole, root: d.root, base: treeOf(base)}
	v.walk(part{podSpec(), d.root, v.base})
	v.containerNames()
	if whole {
		v.references()
	}
	return v.faults
}

type checks struct {
	whole  bool
	root   *node
	base   map[string]any
	faults []Fault
}

func (v *checks) add(n *node, format string, args ...any) {
	v.faults = append(v.faults, n.at.fault(format, args...))
}

// part is an object as it will be: the declaration over the base.
type part struct {
	shape *shape
	*node
	base map[string]any
}

func (p part) has(name string) bool { return p.get(name) != nil || p.base[name] != nil }

func (p part) isFalse(name string) bool {
	if n := p.get(name); n != nil {
		return n.value == false
	}
	return p.base[name] == false
}

// walk checks an object and everything in it.
func (v *checks) walk(p part) {
	v.object(p)
	for _, m := range p.members {
		inner, _ := p.shape.inner(m.name)
		v.field(p.shape.of, m.name, m.node)
		v.value(inner, m.name, m.node, p.base[m.name])
	}
}

func (v *checks) value(s *shape, name string, n *node, base any) {
	switch {
	case n.unknown:
	case s.kind == object || s.kind == mapping:
		v.walk(part{s, n, mapOf(base)})
	case s.kind == list:
		v.items(s, n, listOf(base))
	default:
		v.scalar(s, name, n)
	}
}

func (v *checks) items(s *shape, n *node, base []any) {
	seen := map[string]bool{}
	for _, item := range n.items {
		if item.unknown {
			continue
		}
		if len(s.keys) == 0 || s.elem.kind != object {
			v.value(s.elem, "", item, nil)
			continue
		}
		if !v.keyed(s, item, seen) {
			continue
		}
		var same any
		if i := s.find(base, s.key(item.tree())); i >= 0 {
			same = base[i]
		}
		v.value(s.elem, "", item, same)
	}
}

// keyed checks that an element of a keyed list has an identity.
func (v *checks) keyed(s *shape, item *node, seen map[string]bool) bool {
	for _, key := range s.keys {
		switch n := item.get(key); {
		case n == nil && key != "protocol" && s.elem.of != reflect.TypeFor[corev1.LocalObjectReference]():
			v.add(item, "%s is missing; it identifies each element of this list", key)
			return false
		case n != nil && n.unknown:
			return true
		}
	}
	key := s.key(item.tree())
	if seen[key] {
		v.add(item, "%s occurs twice, with the %s %s", s.elem.of.Name(), strings.Join(s.keys, " and "), key)
	}
	seen[key] = true
	return true
}

// object checks the fields of an object together.
func (v *checks) object(p part) {
	v.union(p)
	v.needed(p)
	switch p.shape.of {
	case reflect.TypeFor[corev1.PodSpec]():
		v.pod(p)
	case reflect.TypeFor[corev1.Container]():
		v.container(p)
	case reflect.TypeFor[corev1.EnvVar]():
		if value, _ := p.text("value"); value != "" && p.has("valueFrom") {
			v.add(p.node, "a variable has either value or valueFrom")
		}
	case reflect.TypeFor[corev1.VolumeMount]():
		if p.has("subPath") && p.has("subPathExpr") {
			v.add(p.node, "a mount has either subPath or subPathExpr")
		}
	case reflect.TypeFor[corev1.SeccompProfile](), reflect.TypeFor[corev1.AppArmorProfile]():
		v.profile(p)
	case reflect.TypeFor[corev1.Toleration]():
		v.toleration(p)
	case reflect.TypeFor[corev1.SecurityContext]():
		v.security(p)
	case reflect.TypeFor[corev1.NodeSelectorRequirement]():
		v.requirement(p)
	}
}

// union checks that exactly one of the alternatives is set, including the base's. If one of two is
// the base's, that is a conflict.
func (v *checks) union(p part) {
	if len(p.shape.union) == 0 {
		return
	}
	var there []string
	for _, name := range p.shape.union {
		if p.get(name) != nil {
			there = append(there, name)
		}
	}
	words := unionWords(p.shape.of)
	switch {
	case len(there) > 1:
		v.add(p.node, "has several %ss, %s, but may have only one", words, strings.Join(there, " and "))
	case p.shape.of == reflect.TypeFor[corev1.VolumeProjection](): // Kubernetes takes one that projects nothing.
	case len(there) == 0 && v.whole && !slices.ContainsFunc(p.shape.union, func(name string) bool { return p.base[name] != nil }):
		v.add(p.node, "has no %s; %s", words, oneNeeded(p.shape))
	}
}

func oneNeeded(s *shape) string {
	if s.of == reflect.TypeFor[corev1.Volume]() {
		return "it needs one, such as persistentVolumeClaim, configMap, csi, projected, or emptyDir = {}"
	}
	return "one of " + strings.Join(s.union, ", ") + " is required"
}

func (v *checks) pod(p part) {
	if policy, _ := p.text("dnsPolicy"); policy == string(corev1.DNSNone) && p.get("dnsConfig") == nil {
		v.add(p.get("dnsPolicy"), "with None, dnsConfig must name the servers to ask")
	}
	if seconds, ok := p.number("terminationGracePeriodSeconds"); ok && seconds < 0 {
		v.add(p.get("terminationGracePeriodSeconds"), "is negative; it must be 0 seconds or more")
	}
	if p.isTrue("shareProcessNamespace") && p.isTrue("hostPID") {
		v.add(p.get("shareProcessNamespace"), "and hostPID can't both be true")
	}
	v.sysctls(p)
	v.preStop(p)
	if seconds, ok := p.number("activeDeadlineSeconds"); ok && seconds < 1 {
		v.add(p.get("activeDeadlineSeconds"), "must be 1 second or more")
	}
}

func (v *checks) sysctls(p part) {
	seen := map[string]bool{}
	for _, sysctl := range p.get("securityContext").list("sysctls") {
		name, known := sysctl.text("name")
		switch {
		case p.isTrue("hostNetwork") && strings.HasPrefix(name, "net."):
			v.add(sysctl.get("name"), "a Pod on the node's own network can't change its settings")
		case known && seen[name]:
			v.add(sysctl.get("name"), "%q occurs twice", name)
		}
		seen[name] = true
	}
}

// preStop checks that a Pod has the time to sleep before it ends.
func (v *checks) preStop(p part) {
	grace, said := p.number("terminationGracePeriodSeconds")
	if !said && p.get("terminationGracePeriodSeconds") == nil {
		grace = corev1.DefaultTerminationGracePeriodSeconds
	} else if !said {
		return
	}
	for _, list := range []string{"initContainers", "containers"} {
		for _, container := range p.list(list) {
			sleep := container.get("lifecycle", "preStop", "sleep", "seconds")
			if sleep == nil {
				continue
			}
			if seconds, known := sleep.value.(int64); known && (seconds < 0 || seconds > grace) {
				v.add(sleep, "must be from 0 to terminationGracePeriodSeconds, %d, but is %d", grace, seconds)
			}
		}
	}
}

// profile checks that a file is named if and only if the profile is the node's.
func (v *checks) profile(p part) {
	kind, known := p.text("type")
	switch local := kind == string(corev1.SeccompProfileTypeLocalhost); {
	case !known:
	case local && !p.has("localhostProfile"):
		v.add(p.node, "the type Localhost needs localhostProfile")
	case !local && p.has("localhostProfile"):
		v.add(p.get("localhostProfile"), "only the type Localhost uses a profile on the node")
	}
}

// probes checks rules that depend on which probe it is.
func (v *checks) probes(p part) {
	for _, name := range []string{"livenessProbe", "startupProbe"} {
		if times, ok := p.number(name, "successThreshold"); ok && times != 1 {
			v.add(p.get(name, "successThreshold"), "must be 1 for this probe")
		}
	}
	if seconds := p.get("readinessProbe", "terminationGracePeriodSeconds"); seconds != nil {
		v.add(seconds, "a readiness probe never ends a container, so it has no such period")
	}
	if p.get("restartPolicyRules") != nil && !p.has("restartPolicy") {
		v.add(p.get("restartPolicyRules"), "also needs restartPolicy")
	}
}

func (v *checks) container(p part) {
	v.probes(p)
	if name, known := p.text("name"); known && name != Main && p.get("image") == nil {
		v.add(p.node, "the container has no image")
	}
	names := map[string]bool{}
	for _, port := range p.list("ports") {
		name, _ := port.text("name")
		if name != "" && names[name] {
			v.add(port.get("name"), "two ports of the container have the name %q", name)
		}
		names[name] = true
	}
}

func (v *checks) toleration(p part) {
	operator, known := p.text("operator")
	value, _ := p.text("value")
	switch exists := operator == string(corev1.TolerationOpExists); {
	case exists && value != "":
		v.add(p.get("value"), "with the operator Exists a toleration has no value; leave it out, or use Equal")
	case !exists && !p.has("key") && (known || !p.has("operator")):
		v.add(p.node, "without a key the operator must be Exists")
	}
	if effect, _ := p.text("effect"); p.has("tolerationSeconds") && effect != string(corev1.TaintEffectNoExecute) && (effect != "" || !p.has("effect")) {
		v.add(p.get("tolerationSeconds"), "only the effect NoExecute has a time")
	}
}

func (v *checks) security(p part) {
	if !p.isTrue("privileged") || !p.isFalse("allowPrivilegeEscalation") {
		return
	}
	if n := p.get("allowPrivilegeEscalation"); n != nil {
		v.add(n, "a privileged container can always escalate its privileges; remove one of the two")
		return
	}
	v.add(p.get("privileged"), "a privileged container can always escalate its privileges; set security.allow_privilege_escalation = true as well")
}

func (v *checks) requirement(p part) {
	operator, ok := p.text("operator")
	values := p.get("values")
	if !ok || values != nil && values.unknown {
		return
	}
	switch n := len(p.list("values")); corev1.NodeSelectorOperator(operator) {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if n == 0 {
			v.add(p.node, "the operator %s needs values", operator)
		}
	case corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist:
		if n > 0 {
			v.add(values, "the operator %s has no values", operator)
		}
	case corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt:
		if n != 1 {
			v.add(p.node, "the operator %s needs one value, a whole number", operator)
		}
	}
}
