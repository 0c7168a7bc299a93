// Package cluster is the kind mar_cluster: a Namespace and what the provider
// puts into it.
//
// Objects, in the order in which they are made:
//
//   - the Namespace, by POST, so that one that exists is never adopted silently
//   - by server-side apply, where they are declared: the ResourceQuotas mar-quota
//     and mar-quota-<key>, the LimitRange mar-limits, the NetworkPolicies mar-…,
//     the ServiceAccounts, the Roles and then the RoleBindings mar-<key>
//
// What isn't wanted any more is deleted after that, in the opposite order. All
// carry app.kubernetes.io/managed-by=terraform-provider-mar, but for a quota and a
// limit range that an import found under names of their own.
//
// A kind of child is a field of desired, observed and changes, an entry in
// store_kinds.go, and a function in drift_*.go that compares two of them.
//
// HCL → model → desired → store → observed → model → state. Every read goes
// through observed.
package cluster
