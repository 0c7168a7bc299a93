// Package store reads and writes an instance's objects through the API server: the Pod, the
// PodTemplate of a stopped instance, and the Secret of its secret variables.
//
// It returns Kubernetes objects and wrapped errors, and knows neither schemas nor diagnostics.
// Await, Delete and the functions that create block until the object is as intended, or until
// the context ends.
package store
