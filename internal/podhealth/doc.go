// Package podhealth judges Pods. It is pure: everything it knows is in Facts.
//
//	Pod, events, node, time -> Problem: cause, text, advice, whether waiting helps
//
// Instances use it for errors, warnings and data sources, clusters for their status. The
// table in rules() has one row for each cause. To add a cause, add a constant in cause.go, a
// row, and a Pod in pods_test.go. The golden files in testdata have all texts.
//
//	facts.go       what is known of a Pod
//	cause.go       the causes
//	rules.go       the table
//	find_*.go      how each cause is recognised
//	text_*.go      what is said of it, and what to do
//	events.go      a Pod's events; node.go: its node
//	slow.go        what a healthy Pod still lacks
//	describe.go    the state and the events of a Pod as lines
package podhealth
