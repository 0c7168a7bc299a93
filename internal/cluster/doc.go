// Package cluster is the kind mar_cluster: a Namespace and what the provider
// puts into it.
//
// Objects, in the order in which they are made:
//
//   - the Namespace, by POST, so that one that exists is never adopted silently
//   - the ResourceQuota mar-quota, where quota is declared, by server-side apply
//   - the LimitRange mar-limits, where limit_range is declared, likewise
//
// All carry app.kubernetes.io/managed-by=terraform-provider-mar.
//
// HCL → model → desired → store → observed → model → state. Every read goes
// through observed.
package cluster
