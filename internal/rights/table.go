// Package rights is the one table of what the provider asks the API server for, and of the roles
// made from it. The roles are published, and the acceptance tests run with them. It is pure.
package rights

// Part is what a right belongs to. A role consists of whole parts.
type Part string

// The parts.
const (
	Clusters  Part = "clusters"
	Destroy   Part = "destroying clusters"
	Access    Part = "access"
	Instances Part = "instances"
	// Nodes are in no namespace, so no Role has them.
	Nodes       Part = "nodes"
	Credentials Part = "credentials"
)

// Row is what one purpose needs on some resources.
type Row struct {
	Part Part
	// For completes "for …", with attributes and types in backquotes.
	For       string
	Group     string
	Resources []string
	// Names are the only objects that are used, if they are known.
	Names []string
	// Plan are the verbs for a plan. An apply needs them too, and those in Apply.
	Plan, Apply []string
	// OneByOne is set if get can replace list.
	OneByOne bool
	// Without says, by verb, what the provider does without it. If a verb isn't in it, the provider
	// fails with an error that names the verb and the resource.
	Without map[string]string
}

// Table returns the rows, in the order of publication.
//
// Nothing lists Secrets, because the right to list them is the right to read them all. A plan
// doesn't even get one: Kubernetes can't show whose Secret it is without its content.
func Table() []Row {
	oneByOne := map[string]string{"list": "what is declared is read one by one, which takes `get`; what isn't declared isn't seen"}
	return append([]Row{
		{
			Part: Clusters, For: "`mar_cluster`", Resources: []string{"namespaces"},
			Plan: []string{"get"}, Apply: []string{"create", "patch", "delete", "watch"},
			Without: map[string]string{"watch": "the end of a cluster is looked for every two seconds"},
		},
		{Part: Clusters, For: "`mar_clusters`", Resources: []string{"namespaces"}, Plan: []string{"list"}},
		{
			Part: Clusters, For: "`quota`, `scoped_quotas` and `limit_range`", Resources: []string{"limitranges", "resourcequotas"},
			Plan: []string{"list"}, Apply: []string{"get", "create", "patch", "delete"}, OneByOne: true, Without: oneByOne,
		},
		{
			Part: Clusters, For: "`service_accounts`", Resources: []string{"serviceaccounts"},
			Plan: []string{"list"}, Apply: []string{"get", "create", "patch", "delete"}, OneByOne: true, Without: oneByOne,
		},
		{
			Part: Clusters, For: "`network`", Group: "networking.k8s.io", Resources: []string{"networkpolicies"},
			Plan: []string{"list"}, Apply: []string{"get", "create", "patch", "delete"}, OneByOne: true, Without: oneByOne,
		},
		{
			Part: Clusters, For: "`access`", Group: "rbac.authorization.k8s.io", Resources: []string{"rolebindings", "roles"},
			Plan: []string{"list"}, Apply: []string{"get", "create", "patch", "delete"}, OneByOne: true, Without: oneByOne,
		},
		{
			Part: Access, For: "`access` with `rules` that go beyond the credentials' own", Group: "rbac.authorization.k8s.io",
			Resources: []string{"roles"}, Apply: []string{"bind", "escalate"},
		},
		{
			Part: Access, For: "`access` with a `role` of Kubernetes' own", Group: "rbac.authorization.k8s.io",
			Resources: []string{"clusterroles"}, Names: []string{"admin", "edit", "view"}, Apply: []string{"bind"},
		},
		{
			Part: Instances, For: "`mar_instance`", Resources: []string{"pods"},
			Plan: []string{"get"}, Apply: []string{"create", "patch", "delete", "watch"},
			Without: map[string]string{"watch": "an instance is looked at every two seconds while it starts or ends"},
		},
		{Part: Instances, For: "`cpu` and `memory`, where they change in place", Resources: []string{"pods/resize"}, Apply: []string{"patch"}},
		{
			Part: Instances, For: "`desired_status`, `restart_triggers` and `secret_env_wo`", Resources: []string{"podtemplates"},
			Plan: []string{"get"}, Apply: []string{"create", "patch", "delete"},
			Without: map[string]string{"get": "no instance counts as stopped, so that none should be"},
		},
		{
			Part: Instances, For: "`secret_env_wo`", Resources: []string{"secrets"},
			Apply:   []string{"get", "create", "patch", "delete"},
			Without: map[string]string{"get": "it isn't seen that somebody exchanged the Secret"},
		},
		{
			Part: Instances, For: "the cause in an error, a warning or a data source of an instance", Resources: []string{"events"},
			Plan: []string{"list"}, Without: map[string]string{"list": "its warning events are left out"},
		},
		{
			Part: Instances, For: "the end of a log in an error", Resources: []string{"pods/log"},
			Apply: []string{"get"}, Without: map[string]string{"get": "the error leaves it out"},
		},
		{
			Part: Nodes, For: "the cause in a warning of an instance, where that may be its node", Resources: []string{"nodes"},
			Plan: []string{"get"}, Without: map[string]string{"get": "what the node says is left out"},
		},
		{Part: Credentials, For: "`mar_cluster_credentials`", Resources: []string{"serviceaccounts/token"}, Apply: []string{"create"}},
		{Part: Instances, For: "`mar_instances`; `status` and `instance_counts` of the data source `mar_cluster`", Resources: []string{"pods"}, Plan: []string{"list"}},
		{
			Part: Instances, For: "many instances in one run", Resources: []string{"pods", "podtemplates"},
			Plan: []string{"list"}, Without: map[string]string{"list": "they are read one by one, and each waits with a watch of its own"},
		},
		{
			Part: Instances, For: "stopped instances in these data sources", Resources: []string{"podtemplates"},
			Plan: []string{"list"}, Without: map[string]string{"list": "they are left out"},
		},
		{
			Part: Instances, For: "`mar_instances` of a cluster that has none", Resources: []string{"namespaces"},
			Plan: []string{"get"}, Without: map[string]string{"get": "a cluster that isn't there looks like an empty one"},
		},
		{
			Part: Instances, For: "`plan_validation = \"strict\"`, where `cluster` is a literal name", Resources: []string{"namespaces"},
			Plan: []string{"get"}, Without: map[string]string{"get": "what the cluster's settings refuse is a warning, and not an error"},
		},
	}, contents()...)
}

// contents are the other kinds of Kubernetes that a namespace can hold.
func contents() []Row {
	var rows []Row
	for _, kinds := range []struct {
		group     string
		resources []string
	}{
		{"", []string{"configmaps", "persistentvolumeclaims", "replicationcontrollers", "services"}},
		{"apps", []string{"controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"}},
		{"autoscaling", []string{"horizontalpodautoscalers"}},
		{"batch", []string{"cronjobs", "jobs"}},
		{"networking.k8s.io", []string{"ingresses"}},
		{"policy", []string{"poddisruptionbudgets"}},
		{"resource.k8s.io", []string{"resourceclaims", "resourceclaimtemplates"}},
		{"storage.k8s.io", []string{"csistoragecapacities"}},
	} {
		rows = append(rows, Row{
			Part: Destroy, For: "a destroy without `force_destroy`, which looks what else is in the cluster", Group: kinds.group, Resources: kinds.resources, Apply: []string{"list"},
		})
	}
	return rows
}
