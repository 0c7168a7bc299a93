package store

import (
	"fmt"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// reminder is how often a wait for one and the same thing is mentioned.
const reminder = 10 * time.Second

// Reporting is the store that tells somebody what it does. Nobody is told
// otherwise.
func (s *Store) Reporting(tell func(string)) *Store {
	told := *s
	told.report = tell
	return &told
}

func (s *Store) Say(ref kube.Ref, what string) {
	if s.report != nil {
		s.report(ref.String() + ": " + what)
	}
}

// follow returns what tells of a wait: what is waited for when that changes, and
// from time to time that it still is.
func (s *Store) follow(ref kube.Ref) func(what string) {
	start := time.Now()
	var (
		said string
		at   time.Time
	)
	return func(what string) {
		switch now := time.Now(); {
		case what != said:
			s.Say(ref, "waiting for "+what)
			said, at = what, now
		case now.Sub(at) >= reminder:
			s.Say(ref, fmt.Sprintf("still waiting for %s, %s so far", what, now.Sub(start).Round(time.Second)))
			at = now
		}
	}
}
