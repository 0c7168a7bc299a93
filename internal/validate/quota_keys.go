package validate

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// uncounted returns why nothing is ever counted under a key that the API server accepts, and which
// key is meant. It returns nothing for a key that something counts (the evaluators in
// pkg/quota/v1).
func uncounted(key string) string {
	if resource, isCount := strings.CutPrefix(key, "count/"); isCount {
		return uncountedObjects(resource)
	}
	domain, name, hasDomain := strings.Cut(key, "/")
	if !hasDomain {
		return ""
	}
	for _, kind := range []struct {
		of    string
		names []string
	}{
		{".storageclass.storage.k8s.io", []string{"requests.storage", "persistentvolumeclaims"}},
		{".volumeattributesclass.storage.k8s.io", []string{"requests.storage", "persistentvolumeclaims"}},
		{".deviceclass.resource.k8s.io", []string{"devices"}},
	} {
		if !strings.HasSuffix(domain, kind.of) {
			continue
		}
		if slices.Contains(kind.names, name) {
			return ""
		}
		return fmt.Sprintf("a class has only the keys %s/%s, not %q", domain, strings.Join(kind.names, " and "+domain+"/"), name)
	}
	if strings.HasPrefix(key, corev1.DefaultResourceRequestsPrefix) {
		return ""
	}
	return fmt.Sprintf("Kubernetes doesn't count it, so it would limit nothing. Of a vendor's resource Kubernetes counts the requests; write %q",
		corev1.DefaultResourceRequestsPrefix+strings.TrimPrefix(key, "limits."))
}

// uncountedObjects is uncounted for numbers of objects, whose keys have their plural and group.
func uncountedObjects(resource string) string {
	groups := map[string]string{
		"deployments": "apps", "replicasets": "apps", "statefulsets": "apps", "daemonsets": "apps", "controllerrevisions": "apps",
		"jobs": "batch", "cronjobs": "batch", "horizontalpodautoscalers": "autoscaling",
		"ingresses": "networking.k8s.io", "networkpolicies": "networking.k8s.io",
		"roles": "rbac.authorization.k8s.io", "rolebindings": "rbac.authorization.k8s.io",
		"poddisruptionbudgets": "policy", "leases": "coordination.k8s.io", "endpointslices": "discovery.k8s.io", "resourceclaims": "resource.k8s.io",
	}
	core := []string{
		"pods", "services", "configmaps", "secrets", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas",
		"serviceaccounts", "endpoints", "events", "limitranges", "podtemplates",
	}
	name, group, hasGroup := strings.Cut(resource, ".")
	if hasGroup {
		if plural := name + "s"; groups[plural] == group {
			return fmt.Sprintf("Kubernetes doesn't count it, because it names kinds in the plural; write %q", "count/"+plural+"."+group)
		}
		return ""
	}
	for _, plural := range []string{name, name + "s"} {
		if group, known := groups[plural]; known {
			return fmt.Sprintf("Kubernetes doesn't count it, because the kind needs its group; write %q", "count/"+plural+"."+group)
		}
	}
	if slices.Contains(core, name) {
		return ""
	}
	return fmt.Sprintf("Kubernetes itself has no kind %q in its core group%s; others are written with their group, such as count/jobs.batch", name, perhaps(name, core, "count/"))
}

// perhaps suggests which of the names was meant.
func perhaps(name string, names []string, prefix string) string {
	best := nearest(name, names)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (perhaps %q is meant)", prefix+best)
}
