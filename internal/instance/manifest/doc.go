// Package manifest turns an instance's model into its Pod, and a Pod back into a model.
//
// Desired returns the Pod that a model means, Observed the model that a Pod means where a
// configuration is known, and Imported where none is: each undoes the other. A stopped
// instance is a PodTemplate, and its secret variables are a Secret; both are made here too.
// Everything is a function of its arguments.
package manifest
