//go:build unix

package processes

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Pause has a process stand still until Continue.
func Pause(pid int) error { return syscall.Kill(pid, syscall.SIGSTOP) }

// Continue has a paused process go on.
func Continue(pid int) error { return syscall.Kill(pid, syscall.SIGCONT) }

// Group gives a command that isn't started yet a process group of its own, with all that it starts.
func Group(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// SignalGroup sends a signal to a started command's group.
func SignalGroup(command *exec.Cmd, signal syscall.Signal) error {
	return syscall.Kill(-command.Process.Pid, signal)
}

// GroupEnded tells whether nothing of a started command's group runs any more.
func GroupEnded(command *exec.Cmd) bool {
	return errors.Is(syscall.Kill(-command.Process.Pid, 0), syscall.ESRCH)
}

// Lock blocks until nobody else holds the file's lock. It ends when the file is closed.
func Lock(file *os.File) error { return syscall.Flock(int(file.Fd()), syscall.LOCK_EX) }
