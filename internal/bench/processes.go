package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what processes have used: all is 0 where the system doesn't have Linux' /proc.
type usage struct {
	// Peak is the largest resident size that one of them has had, in bytes.
	Peak int64
	// CPU is the processor time of all of them, in seconds.
	CPU float64
}

// follow looks at the processes of a program until the context ends, and then sends what they have used.
func follow(ctx context.Context, program string) <-chan usage {
	result := make(chan usage, 1)
	if program == "" {
		result <- usage{}
		return result
	}
	go func() {
		var most usage
		// Looking through all processes costs time of its own, and the kernel keeps the peak.
		ticker := time.NewTicker(250 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				result <- most
				return
			case <-ticker.C:
				now := used(program, "")
				most.Peak, most.CPU = max(most.Peak, now.Peak), max(most.CPU, now.CPU)
			}
		}
	}()
	return result
}

// used returns what the running processes of a program whose command line has the text have used.
func used(program, text string) usage {
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return usage{}
	}
	var all usage
	for _, link := range links {
		dir := filepath.Dir(link)
		if target, err := os.Readlink(link); err != nil || target != program {
			continue
		}
		if command, err := os.ReadFile(filepath.Join(dir, "cmdline")); err != nil || !bytes.Contains(command, []byte(text)) {
			continue
		}
		all.Peak = max(all.Peak, highWater(dir))
		all.CPU += processorTime(dir)
	}
	return all
}

// highWater returns a process' largest resident size, in bytes, which the kernel keeps as VmHWM.
func highWater(dir string) int64 {
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(status) {
		text, found := strings.CutPrefix(string(line), "VmHWM:")
		if !found {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")), 10, 64)
		if err == nil {
			return kilobytes << 10
		}
	}
	return 0
}

// processorTime returns a process' own processor time, in seconds. It is the 14th and the 15th field of
// /proc/<pid>/stat, in hundredths; the second field is a name in parentheses that may hold blanks.
func processorTime(dir string) float64 {
	const afterName, user, system, perSecond = 2, 13, 14, 100
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) <= system-afterName {
		return 0
	}
	sum := 0.0
	for _, i := range []int{user, system} {
		ticks, err := strconv.ParseFloat(fields[i-afterName], 64)
		if err != nil {
			return 0
		}
		sum += ticks
	}
	return sum / perSecond
}
