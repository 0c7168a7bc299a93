package podspec

// withoutDefaults removes from a complete tree, in place, the defaults that fillPod would add
// again.
func withoutDefaults(tree map[string]any) {
	stripPodResources(tree)
	for _, container := range containersOf(tree) {
		stripRequests(container)
		if tree["hostNetwork"] == true {
			for _, port := range listOf(container["ports"]) {
				if p := mapOf(port); p["hostPort"] == p["containerPort"] {
					delete(p, "hostPort")
				}
			}
		}
	}
	podSpec().strip(tree)
	podSpec().normal(tree)
}

func (s *shape) strip(tree any) {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			if inner, _ := s.inner(name); inner != nil {
				inner.strip(value)
			}
		}
		for _, r := range defaults()[s.of] {
			value, there := v[r.field]
			if !there {
				continue
			}
			delete(v, r.field)
			if again := r.value(v); again == nil || !s.fields[r.field].shape.same(value, again) {
				v[r.field] = value
			}
		}
	case []any:
		for _, item := range v {
			s.elem.strip(item)
		}
	}
}

// stripRequests removes requests that equal their limits.
func stripRequests(container map[string]any) {
	resources := mapOf(container["resources"])
	stripSame(mapOf(resources["requests"]), mapOf(resources["limits"]))
}

// stripPodResources removes what the API server would derive again from the containers' resources.
func stripPodResources(tree map[string]any) {
	resources := mapOf(tree["resources"])
	requests := mapOf(resources["requests"])
	if len(requests) == 0 {
		return
	}
	again, _ := copyOf(tree).(map[string]any)
	delete(mapOf(again["resources"]), "requests")
	fillPodResources(again)
	stripSame(requests, mapOf(mapOf(again["resources"])["requests"]))
}

func stripSame(amounts, others map[string]any) {
	amount := podSpec().fields["overhead"].shape.elem
	for name, value := range amounts {
		if other, there := others[name]; there && amount.sameScalar(value, other) {
			delete(amounts, name)
		}
	}
}
