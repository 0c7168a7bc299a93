// Package keycheck finds keys of nested attributes that the provider's schema doesn't have.
//
// Terraform converts an object to the type that the schema declares, and drops other keys
// without an error. A provider never sees them, so this package reads the configuration's files:
//
//	folder → files (files.go) → blocks (blocks.go) → keys (walk.go), held against shapes (shape.go)
//
// Only what is certain is found: literal keys of literal objects. Whatever can't be read is
// left out, because Terraform says what is wrong with it.
package keycheck
