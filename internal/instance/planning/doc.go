// Package planning decides what happens to an instance.
//
// Decide compares a plan with the prior state and the private state: which attributes replace,
// and what is resized, changed in place or restarted. The rest decides which dry runs a plan
// sends, on which attribute a refusal is reported, and what private state keeps.
// All functions are pure, so the second plan within an apply gets the same answer.
package planning
