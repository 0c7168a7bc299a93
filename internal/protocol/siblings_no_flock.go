//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package protocol

import (
	"errors"
	"os"
)

func tryLock(*os.File, bool) (bool, error) { return false, errors.ErrUnsupported }

func unlock(*os.File) {}
