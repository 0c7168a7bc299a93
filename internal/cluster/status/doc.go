// Package status says how a cluster fares: its status, the status of its instances, and how much of
// its quotas is used. Everything is a function of what was read, and of the time.
package status
