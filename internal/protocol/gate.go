package protocol

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/hashicorp/go-version"
)

// Terraform from 1.16 on may panic, and leave an empty state file, when a create returns both
// an object and an error while another resource is being saved. managedResourceExecute writes
// such an object without a status for a moment, before it taints it, and saving any resource
// saves all of them. So such answers are kept apart from all others.
//
// A failed create that returns no object isn't at risk, because core then has nothing to
// write. A failed update isn't, because its object has a status already. Terraform before 1.16
// taints first, and OpenTofu, which says that it is a 1.13, does as well.
const (
	losesStateFrom = "1.16.0"
	// keepsStateFrom is the first version that isn't known to lose state. Core's source was
	// read for 1.16.0 to 1.16.4 and for 1.17.0-beta1, which have the error.
	// TestAccProvider_manyFailingCreatesLoseNoState fails with a later one that has it too.
	keepsStateFrom = "1.18.0"
)

// losesState reports whether that Terraform may lose state when creates fail.
func losesState(terraformVersion string) bool {
	v, err := version.NewVersion(terraformVersion)
	return err == nil && v.Core().GreaterThanOrEqual(version.Must(version.NewVersion(losesStateFrom))) &&
		v.Core().LessThan(version.Must(version.NewVersion(keepsStateFrom)))
}

// How long core is given to be done with an answer: it saves the whole state after each. With
// 60 creates that fail together 60 ms were enough on an idle machine, and 200 ms weren't on
// one with twenty programs to a CPU.
const (
	spacing      = 200 * time.Millisecond
	spacingIdle  = 150 * time.Millisecond
	spacingLimit = 2 * time.Second
)

// spacingNow is the spacing on a machine that is as busy as it is now.
func spacingNow() time.Duration {
	return min(max(spacing, time.Duration(float64(spacingIdle)*slowdown())), spacingLimit)
}

// slowdown is how many times longer some work takes now than it would alone, because other
// programs want the same CPUs. It is long enough, some 20 ms, to be interrupted by them.
func slowdown() float64 {
	const parts = 64
	block := make([]byte, 512<<10)
	var sum, least time.Duration
	for range parts {
		start := time.Now()
		sha256.Sum256(block)
		took := time.Since(start)
		sum += took
		if least == 0 || took < least {
			least = took
		}
	}
	if least == 0 {
		return 1
	}
	return float64(sum) / float64(parts*least)
}

// gate keeps answers at risk apart, from one another and from every other answer. Other
// answers pass together. An open gate, the zero value, lets all pass at once.
type gate struct {
	// atRisk is held by the one answer at risk whose turn is next.
	atRisk sync.Mutex
	mu     sync.Mutex
	closed bool
	// free is when the next answer may pass, last when the last one did or will.
	free, last time.Time
	// siblings are the other processes that answer the same Terraform; nil is that there are
	// none.
	siblings *siblings
}

// close keeps answers apart from now on; with siblings, from those of other processes as well.
func (g *gate) close(hasSiblings bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	if hasSiblings && g.siblings == nil {
		g.siblings = newSiblings()
	}
}

// pass blocks until it is the caller's turn. It does so in a run that was cancelled, too: a
// Ctrl-C makes core lose what it is answered no less.
func (g *gate) pass(atRisk bool) {
	others, isClosed := g.state()
	if !isClosed {
		return
	}
	if !atRisk {
		others.giveWay()
		time.Sleep(g.turn(time.Now(), 0))
		return
	}
	others.hold()
	g.atRisk.Lock()
	defer g.atRisk.Unlock()
	apart := spacingNow()
	time.Sleep(g.turn(time.Now(), apart))
	time.AfterFunc(apart, others.release)
}

func (g *gate) state() (others *siblings, isClosed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.siblings, g.closed
}

// turn returns how long an answer has to wait that is to be so far apart from all others; 0
// is one that isn't at risk.
func (g *gate) turn(now time.Time, apart time.Duration) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := later(now, g.free)
	if apart > 0 {
		at = later(at, g.last.Add(apart))
		g.free = at.Add(apart)
	}
	g.last = later(g.last, at)
	return at.Sub(now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
