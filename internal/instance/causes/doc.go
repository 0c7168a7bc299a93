// Package causes explains what happened to an instance since the last read: who deleted,
// evicted or replaced its Pod, and why its program ended.
//
// ProblemOf needs only a state and a Pod. Details add events and the node, which package store
// reads. Each Problem becomes a Warning on an attribute.
package causes
