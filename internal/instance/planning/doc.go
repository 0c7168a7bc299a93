// Package planning decides what is to be done about an instance.
//
// Decide compares a plan with the prior state and the private state: which attributes
// replace, what is resized, changed in place or restarted. The rest says which dry runs a plan
// sends, on which attribute a refusal is reported, and what is kept in the private state.
// Everything is a function of its arguments, so that the second plan within an apply
// answers as the first did.
package planning
