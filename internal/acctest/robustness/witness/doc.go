// Package witness has what a run is judged by: the requests as a proxy saw them, the API
// server's audit log, Terraform's events and states, and the objects that are there. It only
// looks; package invariant judges.
package witness
