// Package access is the cluster's Roles and RoleBindings, the attribute access: its schema, Desired,
// Observed, the Steps, and Validate. Everything is a function of its arguments.
package access
