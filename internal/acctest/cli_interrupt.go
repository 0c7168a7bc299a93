package acctest

import (
	"bytes"
	"os"
)

// Interrupt runs terraform, and sends it SIGINT as soon as now is closed, as Ctrl-C does.
// It returns what it printed and its exit code.
func (c *CLI) Interrupt(now <-chan struct{}, args ...string) (output string, code int) {
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
	case <-now:
		if err := command.Process.Signal(os.Interrupt); err != nil {
			c.t.Fatal(err)
		}
		<-ended
	}
	return out.String(), command.ProcessState.ExitCode()
}
