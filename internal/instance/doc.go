// Package instance is the kind mar_instance: one Pod, which MAR calls an
// instance, in one Namespace, which MAR calls a cluster.
//
// Everything that is read or written passes one pipeline, a file a stage:
//
//	configuration -> model -> desired -> store -> observed -> model -> state
//
// desired says which Pod a model means, observed which model a Pod means; each
// undoes the other. drift says what a Pod's fate means for the next plan, power
// what is to be done about one that is stopped or should be, resize whether
// other CPU and memory can be had in place, progress whether a Pod that
// is waited for may still get there, diagnosis what to tell people when it
// doesn't. These are pure functions of what they are given. store alone talks to
// the API server; resource and data_source only put the stages in order.
//
// Owned are the Pod, or the PodTemplate of the same name as which an instance is
// kept while it is stopped, and the Secret of its secret variables, if it has
// some. The Secret belongs to whichever of the other two is there.
//
// Create POSTs the Pod, so that an existing one is an error and never adopted in
// silence. Updates are server-side applies of what
// the provider owns on it, carrying its UID, and patches of its resize
// subresource. Delete carries the UID too.
//
// What changes by itself, restarts and readiness say, is in the data source and
// not in the resource's state.
package instance
