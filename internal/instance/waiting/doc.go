// Package waiting judges a Pod that an apply waits for.
//
// Assess says whether a Pod has reached a Goal, may still reach it, or can't. A Tracker
// remembers earlier observations of the same wait. A Diagnosis is what people read when a wait
// fails. Nothing here waits: package store does.
package waiting
