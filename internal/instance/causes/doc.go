// Package causes explains what happened to an instance since the last look at it: who
// deleted, evicted or replaced its Pod, and why its program ended. ProblemOf works on a state
// and a Pod; Details add events and the node. Each Problem becomes a Warning on an attribute.
package causes
