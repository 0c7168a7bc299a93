// Package validation finds what a configuration of an instance contradicts itself in, without
// asking the API server. Each function looks at one attribute, or at those that depend on each
// other, and returns diagnostics on their paths. Unknown values contradict nothing.
package validation
