// Package processes is what tests do to processes by means that Windows lacks. There each of its functions errs, so that
// the tests compile, and those that don't need them run. The embedded control plane isn't for Windows either.
package processes
