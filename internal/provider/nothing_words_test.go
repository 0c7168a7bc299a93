package provider_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"sigs.k8s.io/yaml"
)

// basesYAML are configurations in which each attribute can be tried: one of each kind of
// entry, and little else.
const basesYAML = `
mar_instance:
  image: registry.k8s.io/pause:3.10
  cpu: "1"
  memory: 1Gi
  limits: {ephemeral-storage: 2Gi}
  requests: {ephemeral-storage: 1Gi}
  ports: {http: {port: 8080}}
  env_value_from:
    A: {config_map: a, key: b, optional: true}
    B: {resource: limits.cpu, divisor: 1m}
    C: {resource: limits.memory}
    D: {field: metadata.name}
    E: {secret: a, key: b}
  health_checks:
    liveness: {http_path: /, http_port: "8080", period: 3600}
    startup: {tcp_port: "8080"}
  volumes:
    a: {mount_path: /a, config_map: a, optional: true}
    b: {mount_path: /b, empty_dir: Disk, size: 1Gi}
    c: {mount_path: /c, secret: a, optional: true, items: {a: b}}
  pod:
    containers: [{name: side, image: "side:1", resources: {limits: {memory: 1Gi}}}]
  timeouts: {create: 10m}
mar_cluster:
  quota: {cpu: "20"}
  scoped_quotas:
    a: {scopes: [NotTerminating], cpu: "10"}
    b: {scopes: [PriorityClass], instances: 5}
  limit_range:
    container: {default: {memory: 1Gi}}
    instance: {max: {cpu: "4"}}
    volume: {max: 1Gi}
  network:
    ingress: {default: deny, rules: [{cidr: 10.0.0.0/8}, {cidr: 192.0.2.0/24, ports: ["80"]}]}
    egress: {default: deny}
  access:
    a: {role: view, users: [jane]}
    b: {rules: [{api_groups: [""], resources: [pods], verbs: [get]}], groups: [ops]}
  pod_security: {enforce: privileged}
  timeouts: {create: 10m}
`

// somethingAfterAll are the ways to say nothing that say something, or that are refused,
// with the reason. The attribute's description says so.
func somethingAfterAll() map[string]string {
	const narrow = "what is meant to let nobody through would let everybody through"
	return map[string]string{
		"mar_instance.security.capabilities_drop = []": "it drops none, and left out all are dropped",

		"mar_cluster.network.ingress.rules[].clusters = []":        narrow,
		"mar_cluster.network.ingress.rules[].cluster_labels = {}":  narrow,
		"mar_cluster.network.ingress.rules[].instance_labels = {}": narrow,
		"mar_cluster.network.ingress.rules[].applies_to = {}":      narrow,
		"mar_cluster.network.ingress.rules[].ports = []":           narrow,
		"mar_cluster.access.b.rules[].resource_names = []":         "what is meant to allow no object would allow every one",
	}
}

// wording is an attribute in other words.
type wording struct {
	attribute string
	value     any
	// say says it so in a configuration.
	say func(configuration map[string]any)
	// equal is whether the plan has to show no difference at all.
	equal bool
}

func (w wording) String() string { return w.attribute + " = " + asYAML(w.value) }

// batches are wordings that can be said in one configuration.
func batches(all []wording) [][]wording {
	var found [][]wording
	for _, w := range all {
		if _, excepted := somethingAfterAll()[w.String()]; excepted {
			continue
		}
		at := slices.IndexFunc(found, func(batch []wording) bool {
			return !slices.ContainsFunc(batch, func(other wording) bool {
				return strings.HasPrefix(other.attribute+".", w.attribute+".") || strings.HasPrefix(w.attribute+".", other.attribute+".")
			})
		})
		if at < 0 {
			found, at = append(found, nil), len(found)
		}
		found[at] = append(found[at], w)
	}
	return found
}

// saying is a configuration in which all of them are said.
func saying(base map[string]any, all ...wording) map[string]any {
	configuration, _ := copied(base).(map[string]any)
	for _, w := range all {
		w.say(configuration)
	}
	return configuration
}

func bases() map[string]map[string]any {
	all := map[string]map[string]any{}
	if err := yaml.Unmarshal([]byte(basesYAML), &all, yaml.DisallowUnknownFields); err != nil {
		panic(err)
	}
	for name, base := range all {
		all[name], _ = wholeNumbers(base).(map[string]any)
	}
	return all
}

// wholeNumbers makes whole numbers of those that JSON has.
func wholeNumbers(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = wholeNumbers(value)
		}
	case []any:
		for i, value := range v {
			v[i] = wholeNumbers(value)
		}
	case float64:
		return int(v)
	}
	return tree
}

// wordings are those of all attributes of a resource.
func wordings(schema *tfprotov6.Schema, typeName string, base map[string]any) []wording {
	w := &wordWalk{}
	w.attributes(schema.Block.Attributes, typeName, base, func(configuration map[string]any) map[string]any { return configuration })
	return w.found
}

type wordWalk struct{ found []wording }

// attributes tries each attribute of an object, which in finds in a configuration.
func (w *wordWalk) attributes(attributes []*tfprotov6.SchemaAttribute, at string, object map[string]any, in func(map[string]any) map[string]any) {
	for _, a := range attributes {
		if a.Computed && !a.Optional || a.Name == "cluster" || a.Name == "name" || a.Name == "pod" {
			continue
		}
		name, written := at+"."+a.Name, object[a.Name]
		try := func(value any, equal bool) {
			say := func(configuration map[string]any) { in(configuration)[a.Name] = copied(value) }
			w.found = append(w.found, wording{attribute: name, value: value, say: say, equal: equal})
		}
		switch {
		case written != nil:
			for _, other := range append(respelt(written), withNoEntry(a, written)...) {
				try(other, true)
			}
		case a.Optional:
			for _, value := range append(emptyOf(a), defaultsIn(a)...) {
				try(value, false)
			}
		}
		if a.NestedType != nil {
			w.within(a, name, written, in)
		}
	}
}

// within walks on into a nested attribute: an object even where the base has none, and of
// others the entries that it has.
func (w *wordWalk) within(a *tfprotov6.SchemaAttribute, name string, written any, in func(map[string]any) map[string]any) {
	if items, isList := written.([]any); isList {
		first, _ := items[0].(map[string]any)
		w.attributes(a.NestedType.Attributes, name+"[]", first, func(configuration map[string]any) map[string]any {
			items, _ := in(configuration)[a.Name].([]any)
			item, _ := items[0].(map[string]any)
			return item
		})
		return
	}
	object, _ := written.(map[string]any)
	if a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle {
		w.attributes(a.NestedType.Attributes, name, object, func(configuration map[string]any) map[string]any { return inner(in(configuration), a.Name) })
		return
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		entry, _ := object[key].(map[string]any)
		w.attributes(a.NestedType.Attributes, name+"."+key, entry, func(configuration map[string]any) map[string]any {
			return inner(inner(in(configuration), a.Name), key)
		})
	}
}

// inner is an object in another, made where there is none.
func inner(object map[string]any, name string) map[string]any {
	found, ok := object[name].(map[string]any)
	if !ok {
		found = map[string]any{}
		object[name] = found
	}
	return found
}

// emptyOf are the ways in which an attribute says nothing.
func emptyOf(a *tfprotov6.SchemaAttribute) []any {
	kind := a.Type
	if a.NestedType != nil {
		kind = a.NestedType.ValueType()
	}
	switch kind.(type) {
	case tftypes.List, tftypes.Set:
		return []any{[]any{}}
	case tftypes.Map, tftypes.Object:
		return []any{map[string]any{}}
	}
	return nil
}

// defaultsIn are the defaults that the description of an attribute names.
func defaultsIn(a *tfprotov6.SchemaAttribute) []any {
	var found []any
	for _, match := range regexp.MustCompile("Default: `([^`]+)`|`([^`]+)` \\(default|Left out or `([^`]+)`|Default: ([a-zA-Z0-9]+)[.,]|`([^`]+)` is the same as leaving it out").FindAllStringSubmatch(a.Description, -1) {
		text := strings.Join(match[1:], "")
		switch kind := a.Type; {
		case kind == nil:
		case kind.Is(tftypes.Bool):
			found = append(found, text == "true")
		case kind.Is(tftypes.Number):
			if number, err := strconv.Atoi(text); err == nil {
				found = append(found, number)
			}
		case kind.Is(tftypes.String) && text != "none":
			found = append(found, strings.Trim(text, `"`))
		case strings.HasPrefix(text, "["):
			var items []any
			if err := yaml.Unmarshal([]byte(text), &items); err == nil {
				found = append(found, items)
			}
		}
	}
	return found
}

// withNoEntry adds an entry to a map of objects that is the same as left out. Where entries have
// a required attribute, the framework misses that in null, too.
func withNoEntry(a *tfprotov6.SchemaAttribute, written any) []any {
	object, _ := written.(map[string]any)
	isRequired := func(a *tfprotov6.SchemaAttribute) bool { return a.Required }
	if a.NestedType == nil || a.NestedType.Nesting != tfprotov6.SchemaObjectNestingModeMap || slices.ContainsFunc(a.NestedType.Attributes, isRequired) {
		return nil
	}
	with := func(key string, entry any) any {
		other, _ := copied(object).(map[string]any)
		other[key] = entry
		return other
	}
	if a.Name == "health_checks" {
		return []any{with("readiness", nil), with("readiness", map[string]any{})}
	}
	return []any{with("none", nil)}
}

// respelt are other words for the same: amounts in another unit, a list of values in
// another order.
func respelt(written any) []any {
	units := map[string]string{"1": "1000m", "4": "4000m", "10": "10000m", "20": "20000m", "1Gi": "1024Mi", "2Gi": "2048Mi", "1m": "0.001", "10m": "600s"}
	switch v := written.(type) {
	case string:
		if other, ok := units[v]; ok {
			return []any{other}
		}
	case map[string]any:
		other := map[string]any{}
		for key, value := range v {
			text, _ := value.(string)
			if units[text] == "" {
				return nil
			}
			other[key] = units[text]
		}
		return []any{other}
	}
	return nil
}

func copied(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		c := map[string]any{}
		for name, value := range v {
			c[name] = copied(value)
		}
		return c
	case []any:
		c := make([]any, 0, len(v))
		for _, value := range v {
			c = append(c, copied(value))
		}
		return c
	}
	return tree
}

func asYAML(value any) string {
	text, err := yaml.Marshal(value)
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(text))
}
