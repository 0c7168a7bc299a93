package protocol

import (
	"os"
	"sync"
	"time"
)

const (
	// patience is how long one sibling waits for another at most, which may have been stopped
	// by a debugger. Its answer is then given nevertheless.
	patience = 2 * time.Minute
	// pause is between two looks at the lock.
	pause = 5 * time.Millisecond
)

// siblings are the provider's processes that Terraform has started beside this one, one for
// each provider configuration. They share a lock on the working directory, which is
// Terraform's. Nothing is written there, and the lock goes with its process. Where a directory
// can't be locked, as on Windows, siblings know nothing of one another. A nil one has none.
type siblings struct {
	mu     sync.Mutex
	folder *os.File
	// holders are this process' answers that keep the siblings waiting.
	holders int
}

func newSiblings() *siblings {
	folder, err := os.Open(".")
	if err != nil {
		return nil
	}
	return &siblings{folder: folder}
}

// hold keeps the siblings from answering until it is released, and gives core the time to be
// done with what they have answered before.
func (s *siblings) hold() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holders++
	if s.holders == 1 && s.lock(true) {
		time.Sleep(spacingNow())
	}
}

func (s *siblings) release() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holders--
	if s.holders == 0 {
		unlock(s.folder)
	}
}

// giveWay waits until no sibling holds.
func (s *siblings) giveWay() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders == 0 && s.lock(false) {
		unlock(s.folder)
	}
}

// lock reports whether it got the lock.
func (s *siblings) lock(alone bool) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(pause) {
		switch got, err := tryLock(s.folder, alone); {
		case err != nil:
			return false
		case got:
			return true
		}
	}
	return false
}
