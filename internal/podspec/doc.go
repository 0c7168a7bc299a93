// Package podspec handles the attribute pod of mar_instance: a part of a Pod in the API's own
// words, as an HCL object or as YAML or JSON text.
//
//	attribute -> Decode -> Declared -> Merge(what the flat attributes mean) -> PodSpec
//	live PodSpec -> Observed(attribute) -> attribute, and for an import Rest -> attribute
//
// Everything is a pure function. Reflection reads the Go types of the linked API once, into shapes:
// the fields, the keys of lists, and where presence alone has a meaning. A value is decoded by the
// shapes into nodes, which know their meaning and their place in the configuration. Trees, which
// are the API's JSON, are compared, merged and given defaults.
//
// Two declarations are equal if they mean the same Pod, in any spelling. For that the API server's
// static defaults (defaults.go) are filled in first, amounts are compared as amounts, and elements
// of a keyed list by their keys.
package podspec
