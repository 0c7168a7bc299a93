package cluster_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// MAR's permissions, as the example maps them: what the API server allows whoever
// has one, and what not.
func TestAccCluster_permissionsOfTheExample(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ may, mayNot string }{
		"clusters:read":    {"get namespaces, list resourcequotas, list limitranges, list networkpolicies.networking.k8s.io, list rolebindings.rbac.authorization.k8s.io, list serviceaccounts", "patch namespaces, create resourcequotas, list pods, get secrets"},
		"clusters:create":  {"create resourcequotas, create limitranges, create networkpolicies.networking.k8s.io, create roles.rbac.authorization.k8s.io, create serviceaccounts", "create namespaces, delete namespaces, delete resourcequotas, create pods"},
		"clusters:update":  {"patch namespaces, patch resourcequotas, delete networkpolicies.networking.k8s.io, delete rolebindings.rbac.authorization.k8s.io", "delete namespaces, create pods"},
		"clusters:delete":  {"get namespaces, delete namespaces", "patch namespaces, delete pods, delete resourcequotas"},
		"instances:read":   {"get pods, list pods, watch pods, get pods/log, get podtemplates, list events", "create pods, delete pods, patch pods, get secrets, create pods/exec"},
		"instances:create": {"create pods, create secrets, create podtemplates", "delete pods, patch pods, patch pods/resize, list secrets"},
		"instances:update": {"patch pods, patch pods/resize, patch podtemplates", "create pods, delete pods, get secrets"},
		"instances:delete": {"delete pods, delete podtemplates, delete secrets", "create pods, patch pods"},
		// To Kubernetes the three are one.
		"instances:start":   {"create pods, delete pods, create podtemplates, delete podtemplates, patch secrets", "patch pods/resize, list secrets, get namespaces"},
		"instances:stop":    {"create pods, delete pods, create podtemplates, delete podtemplates, patch secrets", "patch pods/resize, list secrets, get namespaces"},
		"instances:restart": {"create pods, delete pods, create podtemplates, delete podtemplates, patch secrets", "patch pods/resize, list secrets, get namespaces"},
	}
	example, err := os.ReadFile("../../examples/resources/mar_cluster/resource_permissions.tf")
	if err != nil {
		t.Fatal(err)
	}
	locals, _, found := strings.Cut(string(example), `resource "mar_cluster"`)
	if !found {
		t.Fatal("the example has no cluster")
	}
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(locals + config(name, `
  access = { for permission, rules in local.mar_permissions : replace(permission, ":", "-") => { rules = toset(rules), users = ["${permission}@`+name+`"] } }`))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	if mapped := regexp.MustCompile(`(?m)^ +"(clusters|instances):`).FindAllString(locals, -1); len(mapped) == 0 {
		t.Fatal("the example maps nothing")
	}
	for permission, c := range cases {
		user := actingAs(t, permission+"@"+name)
		for allowed, list := range map[bool]string{true: c.may, false: c.mayNot} {
			for _, action := range strings.Split(list, ", ") {
				attributes := attributesOf(t, action, name)
				got, err := may(t.Context(), user, attributes)
				if err != nil {
					t.Fatal(err)
				}
				if got != allowed {
					t.Errorf("%s: %s is allowed: %t", permission, action, got)
				}
				// And in no other cluster.
				attributes.Namespace, attributes.Name = name+"-other", ""
				if got, err := may(t.Context(), user, attributes); err != nil || got {
					t.Errorf("%s: elsewhere %s is allowed: %t, %v", permission, action, got, err)
				}
			}
		}
	}
	terraform.Must(0, "destroy", "-auto-approve")
}

// attributesOf reads "get pods/log", "list roles.rbac.authorization.k8s.io".
func attributesOf(t *testing.T, action, namespace string) authorizationv1.ResourceAttributes {
	t.Helper()
	verb, resource, found := strings.Cut(action, " ")
	if !found {
		t.Fatal(fmt.Errorf("no verb in %q", action))
	}
	resource, group, _ := strings.Cut(resource, ".")
	resource, part, _ := strings.Cut(resource, "/")
	attributes := authorizationv1.ResourceAttributes{Namespace: namespace, Verb: verb, Group: group, Resource: resource, Subresource: part}
	if resource == "namespaces" && verb != "create" {
		attributes.Name = namespace
	}
	if resource == "namespaces" && verb == "create" {
		attributes.Namespace = ""
	}
	return attributes
}
