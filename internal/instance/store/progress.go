package store

import (
	"fmt"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// reminderInterval is how often an unchanged wait is reported.
const reminderInterval = 10 * time.Second

// Reporting is the store that reports its progress. The default store reports nothing.
func (s *Store) Reporting(tell func(string)) *Store {
	reporting := *s
	reporting.progress = tell
	return &reporting
}

func (s *Store) Report(ref kube.Ref, what string) {
	if s.progress != nil {
		s.progress(ref.String() + ": " + what)
	}
}

// follow returns a function that reports a wait: what is waited for when that changes, and from
// time to time that it goes on.
func (s *Store) follow(ref kube.Ref) func(what string) {
	start := time.Now()
	var (
		said string
		at   time.Time
	)
	return func(what string) {
		switch now := time.Now(); {
		case what != said:
			s.Report(ref, "waiting for "+what)
			said, at = what, now
		case now.Sub(at) >= reminderInterval:
			s.Report(ref, fmt.Sprintf("still waiting for %s, %s so far", what, now.Sub(start).Round(time.Second)))
			at = now
		}
	}
}
