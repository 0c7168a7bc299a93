package podspec

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Conflicts returns what pod sets although another attribute sets it, or would have to. In the main
// container that is everything with an attribute of its own, and anywhere what base has, which is
// the meaning of the other attributes. Setting the same value is a conflict too. The keys of merged
// lists aren't: a container needs its name.
func Conflicts(base corev1.PodSpec, d Declared) []Fault {
	if d.IsNull() || d.root.unknown {
		return nil
	}
	c := conflicts{}
	said := treeOf(base)
	c.mainContainer(d.root, mapOf(said["securityContext"]))
	c.object(podSpec(), d.root, said, nil)
	return c.faults
}

type conflicts struct {
	faults []Fault
	seen   map[*node]bool
}

func (c *conflicts) add(n *node, format string, args ...any) {
	if c.seen[n] {
		return
	}
	if c.seen == nil {
		c.seen = map[*node]bool{}
	}
	c.seen[n] = true
	c.faults = append(c.faults, n.at.fault(format, args...))
}

// mainContainer finds fields with an attribute, whether or not the attribute is set. What security
// leaves open for the whole Pod may be set for the main container alone.
func (c *conflicts) mainContainer(root *node, security map[string]any) {
	for _, container := range root.list("initContainers") {
		if name, _ := container.text("name"); name == Main {
			c.add(container.get("name"), "%q is the name of the instance's main container; give the init container another name", Main)
		}
	}
	for _, container := range root.list("containers") {
		if name, _ := container.text("name"); name != Main {
			continue
		}
		for _, same := range []string{"image", "command", "args"} {
			c.saidThere(container.get(same), same)
		}
		c.saidThere(container.get("resources", "limits"), "cpu, memory or limits")
		c.saidThere(container.get("resources", "requests"), "requests")
		for _, m := range container.get("securityContext").all() {
			open := slices.Contains(InheritedNames(), m.name) && isOpen(security[m.name])
			if attribute := securityAttribute(m.name); attribute != "" && !open {
				c.saidThere(m.node, attribute)
			}
		}
	}
}

func (c *conflicts) saidThere(n *node, attribute string) {
	if n != nil {
		c.add(n, "in the container %s the attribute %s sets this; set it there", Main, attribute)
	}
}

func (c *conflicts) twice(n *node, names []string, base any) {
	if attribute := attributeOf(names, base); attribute != "" {
		c.add(n, "the attribute %s already sets this; remove it here or there", attribute)
	}
}

// object compares with what the base has in the same place. Names are the fields on the way there,
// without keys.
func (c *conflicts) object(s *shape, n *node, base map[string]any, names []string) {
	if s.of == reflect.TypeFor[corev1.EnvVar]() {
		c.add(n, "the attribute %s already sets the variable %v; remove it here or there", attributeOf(names, base), base["name"])
		return
	}
	for _, m := range n.members {
		inner, _ := s.inner(m.name)
		path := append(names[:len(names):len(names)], m.name)
		if value, there := base[m.name]; there && !isZero(inner, value) {
			c.value(inner, m.node, value, path)
			continue
		}
		if other := otherSource(s, m.name, base); other != "" {
			if attribute := attributeOf(names, base); attribute != "" {
				c.add(m.node, "the attribute %s sets %s here, and only one of the two is possible", attribute, other)
			}
		}
	}
}

func (c *conflicts) value(s *shape, n *node, base any, names []string) {
	switch {
	case n.unknown:
	case s.kind == object || s.kind == mapping:
		c.object(s, n, mapOf(base), names)
	case s.kind == list && len(s.keys) > 0:
		for _, item := range n.items {
			if i := s.find(listOf(base), s.key(item.tree())); i >= 0 {
				c.item(s, item, mapOf(listOf(base)[i]), names)
			}
		}
	default:
		c.twice(n, names, base)
	}
}

// item compares elements with the same key, without the key itself.
func (c *conflicts) item(s *shape, item *node, base map[string]any, names []string) {
	rest := maps.Clone(base)
	for _, key := range s.keys {
		delete(rest, key)
	}
	if s.elem.of == reflect.TypeFor[corev1.EnvVar]() {
		c.object(s.elem, item, base, names)
		return
	}
	c.object(s.elem, item, rest, names)
}

// otherSource returns the base's alternative to a field, of which only one may be set.
func otherSource(s *shape, name string, base map[string]any) string {
	if !slices.Contains(s.union, name) {
		return ""
	}
	for _, other := range s.union {
		if _, there := base[other]; there {
			return other
		}
	}
	return ""
}

// attributeOf returns the attribute that sets what the base has in a place, or none if pod may
// change it.
func attributeOf(names []string, base any) string {
	in := func(i int, name string) bool { return i < len(names) && names[i] == name }
	switch {
	case in(0, "automountServiceAccountToken"), in(0, "enableServiceLinks"):
		return ""
	case in(0, "containers") && in(1, "env"):
		if mapOf(base)["valueFrom"] != nil {
			return "env_value_from (or secret_env_wo)"
		}
		return "env"
	case in(0, "containers") && in(1, "ports"):
		return "ports"
	case in(0, "volumes"), in(0, "containers") && in(1, "volumeMounts"):
		return "volumes"
	case in(0, "containers") && len(names) > 1:
		return containerAttribute(names[1], names)
	case in(0, "securityContext") && len(names) > 1:
		return securityAttribute(names[1])
	}
	return fmt.Sprintf("that means %s%s", attribute, fieldsWords(names))
}

func containerAttribute(field string, names []string) string {
	switch field {
	case "livenessProbe":
		return "health_checks.liveness"
	case "readinessProbe":
		return "health_checks.readiness"
	case "startupProbe":
		return "health_checks.startup"
	case "securityContext":
		if len(names) > 2 && securityAttribute(names[2]) != "" {
			return securityAttribute(names[2])
		}
		return "security"
	case "imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy":
		return ""
	}
	return field
}

func fieldsWords(names []string) string {
	var words strings.Builder
	for _, name := range names {
		words.WriteString(nameWords(name))
	}
	return words.String()
}
