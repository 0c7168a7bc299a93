// Package contents lists what a Namespace holds: before it is destroyed, and while its deletion
// waits for finalizers. It returns references and the kinds that it couldn't list. It never lists
// Secrets.
package contents
