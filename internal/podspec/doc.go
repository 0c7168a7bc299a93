// Package podspec is what a configuration says of a Pod in the API's own words:
// the attribute pod of mar_instance, an HCL object or a text of YAML or JSON.
//
//	attribute -> Decode -> Declared -> Merge(what the flat attributes mean) -> PodSpec
//	live PodSpec -> Observed(attribute) -> attribute, and for an import Rest -> attribute
//
// Everything is a pure function. The Go types of the linked API are read once,
// by reflection, into shapes: which fields there are, which lists are keyed and by
// what, where presence alone says something. A value is decoded along the shapes
// into nodes, which know what they mean and where they were written. What is
// compared, merged and defaulted are trees, as the API writes them in JSON.
//
// Two declarations are equal if they mean the same Pod, however they are spelt:
// defaults (those that the API server fills in without looking at anything else,
// in defaults.go) are filled in first, amounts are compared as amounts, and the
// elements of a keyed list by their keys.
package podspec
