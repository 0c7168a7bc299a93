// Package instance is Terraform's face of mar_instance: the resource, the data sources, the list
// resource and the actions. An instance is one Pod in one Namespace, which MAR calls a cluster.
//
// Each operation passes the stages in this order, a package a stage:
//
//	configuration -> model -> manifest.Desired -> store -> manifest.Observed -> model -> state
//
// power, planning, waiting and causes decide in between: what is done about a stopped instance,
// what a change needs, whether a Pod may still become ready, and what happened to one. They are
// pure. Only store talks to the API server, and the files here only put the stages in order.
//
// An instance owns its Pod, or the PodTemplate of the same name while it is stopped, and the
// Secret of its secret variables. The Secret belongs to the one of the two that is there.
//
// Create POSTs the Pod, so that an existing one is an error and is never adopted. An update is a
// server-side apply of what the provider owns, with the Pod's UID, and a patch of the resize
// subresource. A delete carries the UID too.
//
// What changes by itself, such as restarts and readiness, is in the data sources and not in
// the resource's state.
package instance
