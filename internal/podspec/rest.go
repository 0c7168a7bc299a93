package podspec

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
)

// Rest returns what a live Pod has beyond said, which the flat attributes say, without the API
// server's defaults and what Kubernetes adds to any Pod. Main is the name of its main container.
// The result is null if nothing is left. Merged over said it means the same Pod, with app as the
// name of its main container.
func Rest(live, said corev1.PodSpec, main string) types.Dynamic {
	tree, known := liveTree(live, main), treeOf(said)
	podSpec().normal(known)
	fillPod(known)
	withoutAdded(tree)
	fillInherited(tree)
	stripInherited(tree, known)
	stripOwnName(tree)
	withoutRefused(podSpec(), tree)
	withoutDefaults(tree)
	withoutDefaults(known)
	for _, t := range []map[string]any{tree, known} {
		withoutOwnResources(t)
		withoutImplied(t)
	}
	withoutAttributes(tree)
	rest := podSpec().beyond(tree, known)
	if rest == nil {
		return types.DynamicNull()
	}
	return types.DynamicValue(plainValue(rest))
}

// withoutAdded removes what admission and the scheduler add to every Pod.
func withoutAdded(tree map[string]any) {
	for _, name := range []string{"nodeName", "priority", "preemptionPolicy", "serviceAccountName", "serviceAccount"} {
		delete(tree, name)
	}
	if tree["runtimeClassName"] != nil {
		delete(tree, "overhead") // the runtime class has it
	}
	without(tree, "tolerations", isAddedToleration)
	without(tree, "volumes", isTokenVolume)
	for _, container := range containersOf(tree) {
		without(container, "volumeMounts", isTokenVolume)
	}
	for _, constraint := range listOf(tree["topologySpreadConstraints"]) {
		withoutMergedKeys(mapOf(constraint))
	}
	affinity := mapOf(tree["affinity"])
	for _, kind := range []string{"podAffinity", "podAntiAffinity"} {
		for _, term := range listOf(mapOf(affinity[kind])["requiredDuringSchedulingIgnoredDuringExecution"]) {
			withoutMergedKeys(mapOf(term))
		}
		for _, weighted := range listOf(mapOf(affinity[kind])["preferredDuringSchedulingIgnoredDuringExecution"]) {
			withoutMergedKeys(mapOf(mapOf(weighted)["podAffinityTerm"]))
		}
	}
}

// withoutOwnResources removes, from variables with a container's resource as their value, what
// means the same if omitted: the name of that container itself, and the divisor 1, which 0 also
// means.
func withoutOwnResources(tree map[string]any) {
	for _, container := range containersOf(tree) {
		for _, variable := range listOf(container["env"]) {
			resource := mapOf(mapOf(mapOf(variable)["valueFrom"])["resourceFieldRef"])
			if resource["containerName"] == container["name"] {
				delete(resource, "containerName")
			}
			if d := resource["divisor"]; d == "0" || d == "1" {
				delete(resource, "divisor")
			}
		}
	}
}

// withoutImplied removes what other tools write without an effect: the implied defaults of the Pod
// itself and of its mounts, such as shareProcessNamespace = false and mountPropagation = "None".
// What containers inherit from the Pod stays.
func withoutImplied(tree map[string]any) {
	objects := map[*shape][]any{podSpec(): {tree}}
	mount := podSpec().fields["containers"].shape.elem.fields["volumeMounts"].shape.elem
	for _, container := range containersOf(tree) {
		objects[mount] = append(objects[mount], listOf(container["volumeMounts"])...)
	}
	for s, all := range objects {
		for _, object := range all {
			o := mapOf(object)
			for name, value := range o {
				if f := s.fields[name]; f != nil && f.implied != nil && f.shape.sameScalar(value, f.implied) {
					delete(o, name)
				}
			}
		}
	}
}

// isAddedToleration reports whether every Pod gets this toleration: to stay for five minutes on an
// unhealthy node.
func isAddedToleration(toleration any) bool {
	t := mapOf(toleration)
	return (t["key"] == corev1.TaintNodeNotReady || t["key"] == corev1.TaintNodeUnreachable) &&
		t["operator"] == string(corev1.TolerationOpExists) && t["effect"] == string(corev1.TaintEffectNoExecute) && t["tolerationSeconds"] == int64(300)
}

// withoutMergedKeys removes the expressions that the API server derives from matchLabelKeys and the
// labels of the Pod.
func withoutMergedKeys(term map[string]any) {
	selector := mapOf(term["labelSelector"])
	for list, operator := range map[string]string{"matchLabelKeys": "In", "mismatchLabelKeys": "NotIn"} {
		without(selector, "matchExpressions", func(expression any) bool {
			e := mapOf(expression)
			return e["operator"] == operator && slices.Contains(listOf(term[list]), e["key"])
		})
	}
}

func without(in map[string]any, name string, is func(any) bool) {
	items := listOf(in[name])
	if len(items) == 0 {
		return
	}
	if kept := slices.DeleteFunc(slices.Clone(items), is); len(kept) > 0 {
		in[name] = kept
	} else {
		delete(in, name)
	}
}

// withoutRefused removes what pod may not set.
func withoutRefused(s *shape, tree any) {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			if f := s.fields[name]; f != nil && f.refused != "" {
				delete(v, name)
				continue
			}
			if inner, _ := s.inner(name); inner != nil {
				withoutRefused(inner, value)
			}
		}
	case []any:
		for _, item := range v {
			withoutRefused(s.elem, item)
		}
	}
}

// withoutAttributes removes what the main container may not set in pod.
func withoutAttributes(tree map[string]any) {
	for _, item := range listOf(tree["containers"]) {
		container := mapOf(item)
		if container["name"] != Main {
			continue
		}
		for _, name := range []string{"image", "command", "args"} {
			delete(container, name)
		}
		resources, security := mapOf(container["resources"]), mapOf(container["securityContext"])
		delete(resources, "limits")
		delete(resources, "requests")
		for name := range security {
			if securityAttribute(name) != "" && !slices.Contains(InheritedNames(), name) {
				delete(security, name)
			}
		}
		if security != nil && len(security) == 0 {
			delete(container, "securityContext")
		}
	}
}

// beyond returns what a tree has that the other lacks, or nil.
func (s *shape) beyond(tree, known any) any {
	if known == nil {
		return tree
	}
	switch v := tree.(type) {
	case map[string]any:
		more := map[string]any{}
		for name, value := range v {
			inner, _ := s.inner(name)
			if inner == nil || name == "optional" && value == false {
				continue // what isn't said to be optional isn't either
			}
			if rest := inner.beyond(value, mapOf(known)[name]); rest != nil {
				more[name] = rest
			}
		}
		if len(more) == 0 {
			return nil
		}
		return more
	case []any:
		if len(s.keys) > 0 {
			return s.itemsBeyond(v, listOf(known))
		}
	}
	if s.same(tree, known) {
		return nil
	}
	return tree
}

// itemsBeyond returns the elements that are new or say more, with their keys.
func (s *shape) itemsBeyond(items, known []any) any {
	var more []any
	for _, item := range items {
		i := s.find(known, s.key(item))
		if i < 0 {
			more = append(more, item)
			continue
		}
		rest, _ := s.elem.beyond(item, known[i]).(map[string]any)
		for _, key := range s.keys {
			if value := mapOf(item)[key]; rest != nil && value != nil {
				rest[key] = value
			}
		}
		if rest != nil {
			more = append(more, rest)
		}
	}
	if len(more) == 0 {
		return nil
	}
	return more
}
