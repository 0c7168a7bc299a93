// Package manifest converts an instance's model to its Pod, and a Pod to a model.
//
// Desired returns the Pod for a model. Observed returns the model of a Pod whose configuration
// is known, and Imported of one whose configuration isn't: each reverses Desired. A stopped
// instance is a PodTemplate, and its secret variables are a Secret. Both are made here too.
// All functions are pure.
package manifest
