// Package child has what the children of a cluster share: their names and labels, which of them an
// import adopts, the Step between what is wanted and what is there, and small conversions of
// Terraform's values.
package child
