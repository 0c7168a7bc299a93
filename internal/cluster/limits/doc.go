// Package limits is the cluster's LimitRange, the attribute limit_range: Desired, Observed, Step,
// Validate, and which limits of a quota leave containers without a default. Everything is a
// function of its arguments.
package limits
