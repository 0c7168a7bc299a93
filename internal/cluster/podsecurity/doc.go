// Package podsecurity is the cluster's Pod Security levels, the attribute pod_security, which are
// labels of the Namespace. Everything is a function of its arguments.
package podsecurity
