// Package cluster is Terraform's face of mar_cluster: the resource, the data sources and the list
// resource. A cluster is a Namespace with its children.
//
// Each operation passes the stages in this order, a package a stage:
//
//	configuration -> model -> objects.Desired -> store -> objects.Observed -> model -> state
//
// Each kind of child has a package of its own, with its attribute's schema, what it means, what is
// observed and what a change needs: quota, limits, network, access and podsecurity. child is what
// they share. A new kind of child is such a package, a field of objects.Desired, objects.Observed and
// objects.Changes, and an entry in store/kinds.go.
//
// Objects are made in this order:
//
//   - the Namespace, by POST, so that one that exists is never adopted silently
//   - by server-side apply, where they are declared: the ResourceQuotas mar-quota and
//     mar-quota-<key>, the LimitRange mar-limits, the NetworkPolicies mar-…, the
//     ServiceAccounts, the Roles and then the RoleBindings mar-<key>
//
// What isn't declared any more is deleted after that, in the opposite order. All of them carry
// app.kubernetes.io/managed-by=terraform-provider-mar, except for a quota and a limit range that
// an import found under other names.
package cluster
