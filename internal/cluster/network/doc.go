// Package network is the cluster's NetworkPolicies, the attribute network: its schema, the
// policies that it means (Desired), the attribute that policies mean (Observed), what a change needs
// (Step), and what contradicts itself (Validate). Everything is a function of its arguments.
package network
