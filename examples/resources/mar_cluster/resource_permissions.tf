# MAR's permissions as rules of Kubernetes.
#
# Kubernetes knows no stopped Pod: to stop an instance is to delete its Pod and to
# keep its description in a PodTemplate, to start it is to create the Pod again.
# So whoever may start, stop or restart may also create and delete Pods: start,
# stop and delete can be told apart in what people are given, but not by the API
# server.
#
# clusters:create covers what is put into a cluster. The Namespace itself is made
# outside of any, so to create it takes a ClusterRole with the verb create on
# namespaces, bound by a ClusterRoleBinding.
locals {
  mar_power = [
    { api_groups = [""], resources = ["pods"], verbs = ["get", "list", "watch", "create", "delete", "patch"] },
    { api_groups = [""], resources = ["podtemplates"], verbs = ["get", "create", "patch", "delete"] },
    { api_groups = [""], resources = ["secrets"], verbs = ["get", "create", "patch", "delete"] },
  ]

  mar_children = [
    { api_groups = [""], resources = ["resourcequotas", "limitranges", "serviceaccounts"] },
    { api_groups = ["networking.k8s.io"], resources = ["networkpolicies"] },
    { api_groups = ["rbac.authorization.k8s.io"], resources = ["roles", "rolebindings"] },
  ]

  mar_permissions = {
    "clusters:read" = concat(
      [{ api_groups = [""], resources = ["namespaces"], verbs = ["get"] }],
      [for rule in local.mar_children : merge(rule, { verbs = ["get", "list", "watch"] })],
    )
    "clusters:create" = [for rule in local.mar_children : merge(rule, { verbs = ["get", "list", "create", "patch"] })]
    "clusters:update" = concat(
      [{ api_groups = [""], resources = ["namespaces"], verbs = ["get", "patch"] }],
      [for rule in local.mar_children : merge(rule, { verbs = ["get", "list", "watch", "create", "patch", "delete"] })],
    )
    "clusters:delete" = [{ api_groups = [""], resources = ["namespaces"], verbs = ["get", "watch", "delete"] }]

    "instances:read" = [
      { api_groups = [""], resources = ["pods", "pods/log", "podtemplates", "events"], verbs = ["get", "list", "watch"] },
    ]
    "instances:create" = [
      { api_groups = [""], resources = ["pods"], verbs = ["get", "list", "watch", "create"] },
      { api_groups = [""], resources = ["podtemplates", "secrets"], verbs = ["get", "create", "patch"] },
    ]
    "instances:update" = [
      { api_groups = [""], resources = ["pods"], verbs = ["get", "list", "watch", "patch"] },
      { api_groups = [""], resources = ["pods/resize"], verbs = ["patch"] },
      { api_groups = [""], resources = ["podtemplates"], verbs = ["get", "patch"] },
    ]
    "instances:delete" = [
      { api_groups = [""], resources = ["pods"], verbs = ["get", "list", "watch", "delete"] },
      { api_groups = [""], resources = ["podtemplates", "secrets"], verbs = ["get", "delete"] },
    ]
    "instances:start"   = local.mar_power
    "instances:stop"    = local.mar_power
    "instances:restart" = local.mar_power
  }

  # What each role of yours may do.
  mar_roles = {
    viewers   = ["clusters:read", "instances:read"]
    operators = ["clusters:read", "instances:read", "instances:start", "instances:stop", "instances:restart"]
  }
}

resource "mar_cluster" "permissions" {
  name = "permissions"

  access = {
    for name, permissions in local.mar_roles : name => {
      rules  = toset(flatten([for permission in permissions : local.mar_permissions[permission]]))
      groups = ["mar-${name}"]
    }
  }
}
