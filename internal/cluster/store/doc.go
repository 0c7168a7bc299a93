// Package store reads and writes a cluster's Namespace and its children through the API server. It
// returns Kubernetes' objects and wrapped errors, and knows neither schemas nor diagnostics.
// What creates, updates or deletes blocks until the change is in force, or the context ends.
package store
