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

// peakMemory follows the processes of a program until the context ends, and then gives the largest
// resident size that one of them has had, in bytes; 0 where the system doesn't tell (it is Linux' /proc).
func peakMemory(ctx context.Context, program string) <-chan int64 {
	result := make(chan int64, 1)
	if program == "" {
		result <- 0
		return result
	}
	go func() {
		var peak int64
		// Looking through all processes costs time of its own, and the kernel keeps the peak.
		ticker := time.NewTicker(250 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				result <- peak
				return
			case <-ticker.C:
				peak = max(peak, highWater(program))
			}
		}
	}()
	return result
}

// highWater is the largest VmHWM, which the kernel keeps, of the processes that run the program.
func highWater(program string) int64 {
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return 0
	}
	var peak int64
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != program {
			continue
		}
		status, err := os.ReadFile(filepath.Join(filepath.Dir(link), "status"))
		if err != nil {
			continue
		}
		for line := range bytes.Lines(status) {
			text, found := strings.CutPrefix(string(line), "VmHWM:")
			if !found {
				continue
			}
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")), 10, 64)
			if err == nil {
				peak = max(peak, kilobytes<<10)
			}
		}
	}
	return peak
}
