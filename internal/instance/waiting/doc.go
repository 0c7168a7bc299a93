// Package waiting judges a Pod that an apply waits for.
//
// Assess says of one look at the Pod whether its Goal is reached, can still be reached or
// can't be; a Course remembers what earlier looks saw. Diagnosis is what a person gets to
// read when a wait ends early. Nothing here waits: the store does.
package waiting
