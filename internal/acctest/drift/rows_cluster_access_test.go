package drift_test

const isolated = `network = {
    ingress              = { default = "deny", rules = [{ clusters = ["web"], ports = ["8080"] }] }
    egress               = { default = "deny" }
    instance_to_instance = true
  }`

func networks() table {
	const loophole = `{metadata: {name: loophole, ` + ourLabel + `}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}}`
	return table{
		title: "Network rules", of: cluster,
		intro: "`network` is a few NetworkPolicies of the provider's own. Policies add up, so one more with the provider's label is a loophole, and drift.",
		rows: []row{
			{happens: "a policy is opened", config: isolated, plan: updates("network"), change: patch("networkpolicies/mar-ingress", `spec: {ingress: [{}]}`)},
			{happens: "rules are added where none is declared", config: isolated, plan: updates("network"), change: patch("networkpolicies/mar-egress", `spec: {egress: [{}]}`)},
			{happens: "a policy is deleted", config: isolated, plan: updates("network"), change: deletes("networkpolicies/mar-instance-to-instance")},
			{
				happens: "a policy is replaced by another of its name", config: isolated, plan: updates("network"),
				change: then(deletes("networkpolicies/mar-egress-dns"), makes("networkpolicies", `{metadata: {name: mar-egress-dns, `+ourLabel+`}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}}`)),
			},
			{happens: "a policy's label is removed", config: isolated, plan: updates("network"), change: patch("networkpolicies/mar-ingress", unlabelled)},
			{happens: "one more policy is made, with the provider's label", config: isolated, plan: updates("network"), change: makes("networkpolicies", loophole)},
		},
	}
}

const manyMayEnter = `access = {
    readers = { role = "view", users = ["jane"], groups = [] }
    ops = {
      rules            = [{ api_groups = [""], resources = ["pods"], verbs = ["get", "list"] }]
      groups           = ["ops"]
      service_accounts = ["kube-public/deployer"]
    }
  }`

func accesses() table {
	const admins = `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}, subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: mallory}]`
	binding := func(name, label string) change {
		return makes("rolebindings", `{metadata: {name: `+name+label+`}, `+admins+`}`)
	}
	return table{
		title: "Access and service accounts", of: cluster,
		intro: "Each key of `access` is a RoleBinding `mar-<key>`, with a Role of that name where it has rules of its own. Each is looked at by itself.",
		rows: []row{
			{
				happens: "a role's rules are edited", config: manyMayEnter, plan: updates("access.ops"),
				change: patch("roles/mar-ops", `rules: [{apiGroups: [""], resources: [pods, secrets], verbs: [get, list]}]`),
			},
			{happens: "a role is deleted", config: manyMayEnter, plan: updates("access.ops"), change: deletes("roles/mar-ops")},
			{happens: "a role's label is removed", config: manyMayEnter, plan: updates("access.ops"), change: patch("roles/mar-ops", unlabelled)},
			{
				happens: "a subject is added to a binding", config: manyMayEnter, plan: updates("access.readers.users"),
				change: patch("rolebindings/mar-readers", `subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: jane}, {kind: User, apiGroup: rbac.authorization.k8s.io, name: mallory}]`),
			},
			{happens: "all subjects are removed from a binding", config: manyMayEnter, plan: updates("access.readers.users"), change: patch("rolebindings/mar-readers", `subjects: null`)},
			{happens: "a binding is deleted", config: manyMayEnter, plan: updates("access.readers"), change: deletes("rolebindings/mar-readers")},
			{
				happens: "a binding is replaced by one to another role", config: manyMayEnter, plan: updates("access.readers"),
				change: then(deletes("rolebindings/mar-readers"), binding("mar-readers", ", "+ourLabel)),
			},
			{
				happens: "a binding to rules of its own is replaced by one to a ClusterRole", config: manyMayEnter, plan: updates("access.ops"),
				change: then(deletes("rolebindings/mar-ops"), binding("mar-ops", ", "+ourLabel)),
			},
			{happens: "a binding's label is removed", config: manyMayEnter, plan: updates("access.readers"), change: patch("rolebindings/mar-readers", unlabelled)},
			{happens: "one more binding is made, with the provider's label", config: manyMayEnter, plan: updates("access.extra"), change: binding("mar-extra", ", "+ourLabel)},
			{
				happens: "one more role is made, with the provider's label", config: manyMayEnter, plan: updates("access.readers"),
				change: makes("roles", `{metadata: {name: mar-readers, `+ourLabel+`}, rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]}`),
			},
			{happens: "a service account is deleted", config: `service_accounts = ["deployer"]`, plan: updates("service_accounts"), change: deletes("serviceaccounts/deployer")},
			{happens: "a service account's label is removed", config: `service_accounts = ["deployer"]`, plan: updates("service_accounts"), change: patch("serviceaccounts/deployer", unlabelled)},
			{
				happens: "one more service account is made, with the provider's label", config: `service_accounts = ["deployer"]`, plan: updates("service_accounts"),
				change: makes("serviceaccounts", `{metadata: {name: extra, `+ourLabel+`}}`),
			},
			{
				happens: "a role and a scoped quota are changed together", config: manyMayEnter + "\n  " + scoped, plan: updates("access.ops", "scoped_quotas.batch.instances"),
				change: then(deletes("roles/mar-ops"), patch("resourcequotas/mar-quota-batch", `spec: {hard: {pods: "9"}}`)),
				sees:   "each is named by itself",
			},
		},
	}
}
