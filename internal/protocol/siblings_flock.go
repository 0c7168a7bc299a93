//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package protocol

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks a folder if nobody else has: for this process alone, or beside others that
// don't want it for themselves.
func tryLock(folder *os.File, alone bool) (bool, error) {
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	err := syscall.Flock(int(folder.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}

func unlock(folder *os.File) { _ = syscall.Flock(int(folder.Fd()), syscall.LOCK_UN) }
