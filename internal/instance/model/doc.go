// Package model is an instance in Terraform's terms: the structs for states, plans and
// configurations, their constructors, and the meaning of values that are omitted or spelt
// differently. It uses Kubernetes' words, but no Kubernetes objects.
package model
