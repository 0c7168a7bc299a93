// Package gobuild runs "go build" so that one can see that it gets on.
package gobuild

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

const reportEvery = 10 * time.Second

// A Build is one program to compile.
type Build struct {
	// Label names the program in what is printed, and Why says what makes it slow.
	Label, Why string
	// Dir is the module's folder.
	Dir     string
	Package string
	Output  string
	LDFlags string
}

// Run compiles the program; what is printed to log suits a terminal and a file alike.
func (b Build) Run(ctx context.Context, log io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-trimpath", "-ldflags", b.LDFlags, "-o", b.Output, b.Package)
	cmd.Dir = b.Dir
	// Without cgo no C compiler is needed, and one set of compiled packages serves all.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}

	fmt.Fprintf(log, "%s: %s\n", b.Label, b.Why)
	if err := cmd.Start(); err != nil {
		return err
	}
	started := time.Now()
	progress := b.follow(stderr, started, log)
	if err := cmd.Wait(); err != nil {
		return failure(ctx, err, progress.output)
	}
	fmt.Fprintf(log, "%s: built in %s (%s)\n", b.Label, elapsedSince(started), progress)
	return nil
}

// follow reads what the build prints until it ends, and reports from time to time.
func (b Build) follow(stderr io.Reader, started time.Time, log io.Writer) progress {
	lines := make(chan string)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(stderr)
		scanner.Buffer(nil, 1<<20)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
		// A line beyond the buffer ends the scan; the build must not block on an unread pipe.
		_, _ = io.Copy(io.Discard, stderr)
	}()

	report := time.NewTicker(reportEvery)
	defer report.Stop()
	var progress progress
	for {
		select {
		case line, more := <-lines:
			if !more {
				return progress
			}
			progress.add(line)
		case <-report.C:
			fmt.Fprintf(log, "%s: building for %s (%s)\n", b.Label, elapsedSince(started), progress)
		}
	}
}

func failure(ctx context.Context, err error, output []string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted; what has been compiled is kept, so another try goes on from there: %w", ctx.Err())
	}
	text := strings.Join(output, "\n")
	if strings.Contains(text, "GOTOOLCHAIN=local") {
		text += "\nThis Go is too old for that module. With GOTOOLCHAIN=auto it fetches the one that is needed."
	}
	return fmt.Errorf("go build: %w\n%s", err, text)
}

func elapsedSince(start time.Time) time.Duration {
	return time.Since(start).Round(time.Second)
}
