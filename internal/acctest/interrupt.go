package acctest

import (
	"bytes"
	"os"
)

// Interrupt runs terraform, and sends Ctrl-C as soon as now is closed. It returns the output and
// exit code, and whether terraform ended by itself before that.
func (c *CLI) Interrupt(now <-chan struct{}, args ...string) (output string, code int, finished bool) {
	c.t.Helper()
	return c.endedBy(os.Interrupt, now, args...)
}

// endedBy runs terraform, and sends it the signal as soon as now is closed.
func (c *CLI) endedBy(signal os.Signal, now <-chan struct{}, args ...string) (output string, code int, finished bool) {
	c.t.Helper()
	var out bytes.Buffer
	command := c.command(args...)
	command.Stdout, command.Stderr = &out, &out
	if err := command.Start(); err != nil {
		c.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait()
	}()
	select {
	case <-ended:
		finished = true
	case <-now:
		if err := command.Process.Signal(signal); err != nil {
			c.t.Fatal(err)
		}
		<-ended
	}
	return out.String(), command.ProcessState.ExitCode(), finished
}
