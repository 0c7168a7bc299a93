package instance

import (
	"fmt"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// reminder is how often a wait for one and the same thing is mentioned.
const reminder = 10 * time.Second

// telling is the store that tells somebody what it does. Nobody is told
// otherwise.
func (s *store) telling(tell func(string)) *store {
	told := *s
	told.tell = tell
	return &told
}

func (s *store) say(ref kube.Ref, what string) {
	if s.tell != nil {
		s.tell(ref.String() + ": " + what)
	}
}

// follow returns what tells of a wait: what is waited for when that changes, and
// from time to time that it still is.
func (s *store) follow(ref kube.Ref) func(what string) {
	start := time.Now()
	var (
		said string
		at   time.Time
	)
	return func(what string) {
		switch now := time.Now(); {
		case what != said:
			s.say(ref, "waiting for "+what)
			said, at = what, now
		case now.Sub(at) >= reminder:
			s.say(ref, fmt.Sprintf("still waiting for %s, %s so far", what, now.Sub(start).Round(time.Second)))
			at = now
		}
	}
}
