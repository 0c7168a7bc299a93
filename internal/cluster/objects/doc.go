// Package objects is a cluster as Kubernetes' objects: those that a model means (Desired), those that
// are there (Observed), the Changes between them, and the model that they mean. Everything is a
// function of its arguments.
package objects
