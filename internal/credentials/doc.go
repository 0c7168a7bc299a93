// Package credentials is the kind mar_cluster_credentials: a token of a service account of one
// Namespace, which MAR calls a cluster, for one run.
//
// It is an ephemeral resource, so it is in no state and no plan. It creates no object: the API
// server signs a token (TokenRequest), which expires by itself. schema says what is requested,
// store requests it, and kubeconfig makes a kubeconfig of the answer.
package credentials
