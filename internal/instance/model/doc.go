// Package model is an instance in Terraform's terms: the structs that states, plans and
// configurations are read into, their constructors, and what a value of an entry means
// where it is left out or spelt in another way. It knows Kubernetes' words, and no object
// of Kubernetes.
package model
