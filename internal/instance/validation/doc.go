// Package validation finds contradictions in an instance's configuration, without asking the
// API server. Each function checks one attribute, or several that depend on each other, and
// returns diagnostics on their paths. An unknown value is never a contradiction.
package validation
