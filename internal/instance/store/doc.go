// Package store reads and writes an instance's objects through the API server: the Pod, the
// PodTemplate of a stopped one, and the Secret of its secret variables.
//
// It returns Kubernetes' objects and wrapped errors, and knows neither schemas nor
// diagnostics. Await, Delete and whatever creates block until the object is as it should
// be, or the context ends.
package store
