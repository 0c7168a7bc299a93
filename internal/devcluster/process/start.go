package process

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// Spec is a process to be started.
type Spec struct {
	// Binary is the file to run, and Args[0] the name that it is called by.
	Binary string
	Args   []string
	Env    []string
	// Log takes its output, appended.
	Log string
	Dir string
}

// Child is a process that this one has started.
type Child struct {
	Identity
	// Exited is closed once the process has ended. It is never closed after this process has ended itself.
	Exited <-chan struct{}
}

// Start runs the process in a session of its own, so that it goes on when this process, its terminal, or its
// whole process group ends.
func Start(spec Spec) (Child, error) {
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return Child{}, fmt.Errorf("opening the log of %s: %w", spec.Args[0], err)
	}
	defer log.Close()

	command := &exec.Cmd{
		Path:        spec.Binary,
		Args:        spec.Args,
		Env:         spec.Env,
		Dir:         spec.Dir,
		Stdout:      log,
		Stderr:      log,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := command.Start(); err != nil {
		return Child{}, fmt.Errorf("starting %s from %s: %w", spec.Args[0], spec.Binary, err)
	}

	// Identified before anything waits for it, so that its ID can't have been given to another process yet.
	identity, err := Identify(command.Process.Pid)
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		// Its exit code says nothing that its log doesn't.
		_ = command.Wait()
	}()
	if err != nil {
		return Child{}, fmt.Errorf("%s ended as soon as it was started: %w", spec.Args[0], err)
	}
	return Child{Identity: identity, Exited: exited}, nil
}
