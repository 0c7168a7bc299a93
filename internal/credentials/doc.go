// Package credentials is the kind mar_cluster_credentials: a token of a service
// account of one Namespace, which MAR calls a cluster, for as long as a run takes.
//
// It is an ephemeral resource, so that none of it is ever in a state or a plan. No
// object is made: the API server signs a token (TokenRequest), which runs out by
// itself. schema says what is asked for, store asks, kubeconfig says what a
// kubeconfig of the answer is.
package credentials
