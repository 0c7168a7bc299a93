//go:build unix

package acctest

import (
	"bytes"
	"errors"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Running is a terraform in its own process group, together with its providers, so that signals
// reach them as in a CI job.
type Running struct {
	t       *testing.T
	command *exec.Cmd
	output  output
	ended   chan struct{}
}

// Start runs terraform, and doesn't wait for its end. The rest of its group is killed when the test
// ends.
func (c *CLI) Start(args ...string) *Running {
	c.t.Helper()
	r := &Running{t: c.t, command: c.command(args...), ended: make(chan struct{})}
	// With a pipe the command would also wait for the providers.
	r.command.Stdout, r.command.Stderr, r.command.WaitDelay = &r.output, &r.output, time.Second
	r.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := r.command.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		defer close(r.ended)
		_ = r.command.Wait()
	}()
	c.t.Cleanup(func() {
		_ = syscall.Kill(-r.command.Process.Pid, syscall.SIGKILL)
		<-r.ended
	})
	return r
}

// Signal sends a signal to terraform, and not to its providers.
func (r *Running) Signal(signal syscall.Signal) {
	r.t.Helper()
	if err := syscall.Kill(r.command.Process.Pid, signal); err != nil {
		r.t.Fatal(err)
	}
}

// SignalAll sends a signal to terraform and its providers.
func (r *Running) SignalAll(signal syscall.Signal) {
	r.t.Helper()
	if err := syscall.Kill(-r.command.Process.Pid, signal); err != nil {
		r.t.Fatal(err)
	}
}

// Wait returns the output and the exit code, which is -1 if terraform was killed.
func (r *Running) Wait(atMost time.Duration) (output string, code int) {
	r.t.Helper()
	select {
	case <-r.ended:
	case <-time.After(atMost):
		r.t.Fatalf("terraform hasn't ended after %s:\n%s", atMost, r.output.String())
	}
	return r.output.String(), r.command.ProcessState.ExitCode()
}

// AllEnded reports whether terraform's providers have ended with it.
func (r *Running) AllEnded() bool {
	return errors.Is(syscall.Kill(-r.command.Process.Pid, 0), syscall.ESRCH)
}

// Group is the ID of the process group.
func (r *Running) Group() int { return r.command.Process.Pid }

// output is the output so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(text)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
