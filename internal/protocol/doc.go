// Package protocol stands between Terraform and the plugin framework's server, as a wrapper of
// the plugin protocol.
//
// It works around what versions of Terraform make of a provider's answers: failed creates
// are answered one after the other, also across processes, so that no state is lost; numbers and
// identities are given as that version expects them. It answers at once for a resource
// that is known to be unchanged, and it warns of keys that no schema has. It knows of the
// provider what Provider asks for, and of the kinds nothing.
package protocol
