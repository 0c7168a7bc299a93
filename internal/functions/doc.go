// Package functions are the provider's functions, provider::mar::… in a
// configuration: arithmetic with Kubernetes quantities, and what instances need of
// a quota. One file is one function; everything is pure.
//
//	quota_fits: arguments -> hard (hard.go), needs (needs.go) -> verdict (verdict.go) -> result
//
// Amounts are computed exactly, as fractions or as Kubernetes does, never as
// floating-point numbers.
package functions

import "github.com/hashicorp/terraform-plugin-framework/function"

// All are the constructors of all functions.
func All() []func() function.Function {
	return []func() function.Function{
		newQuantityParse, newQuantityFormat, newQuantitySum, newQuantityCompare, newQuotaFits,
	}
}
