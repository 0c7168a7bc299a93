//go:build !profile

// Package profile writes CPU and heap profiles of a process that was built with the
// tag profile. Released programs have nothing of it.
package profile

// Start does nothing in this build.
func Start() (stop func()) { return func() {} }
