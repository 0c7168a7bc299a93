// Package wait blocks until an object is as a check wants it, or gone. Until watches one object;
// Watches has many waits in a namespace share one watch. Both return the object as it was last
// seen, with a *kube.GoneError or the context's cause where the wait failed. They don't know what
// is waited for.
package wait
