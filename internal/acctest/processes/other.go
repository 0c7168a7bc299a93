//go:build !unix

package processes

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Pause errs.
func Pause(int) error { return errors.ErrUnsupported }

// Continue errs.
func Continue(int) error { return errors.ErrUnsupported }

// Group does nothing.
func Group(*exec.Cmd) {}

// SignalGroup errs.
func SignalGroup(*exec.Cmd, syscall.Signal) error { return errors.ErrUnsupported }

// GroupEnded tells whether the command itself has ended.
func GroupEnded(command *exec.Cmd) bool { return command.ProcessState != nil }

// Lock errs.
func Lock(*os.File) error { return errors.ErrUnsupported }
