// Package model is a cluster in Terraform's terms: the structs that states, plans and configurations
// are read into, and their constructors.
package model
