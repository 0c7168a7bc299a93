package process

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// Identify reads the process's start from /proc: ticks since boot, and which boot that was (see proc(5)).
// It fails when there is no such process, or only its zombie.
func Identify(pid int) (Identity, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Identity{}, fmt.Errorf("process %d isn't running: %w", pid, err)
	}
	ticks, err := startTicks(stat)
	if err != nil {
		return Identity{}, fmt.Errorf("process %d: %w", pid, err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return Identity{}, fmt.Errorf("reading which boot of the machine this is: %w", err)
	}
	return Identity{PID: pid, Started: strings.TrimSpace(string(boot)) + "/" + ticks}, nil
}

// startTicks takes field 22 of /proc/<pid>/stat. Field 2, the command's name, may hold spaces and parentheses,
// so fields are counted from the last closing one.
func startTicks(stat []byte) (string, error) {
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return "", fmt.Errorf("its stat line has no command name: %q", stat)
	}
	fields := strings.Fields(string(stat[end+1:]))
	const state, start = 0, 19 // fields 3 and 22
	if len(fields) <= start {
		return "", fmt.Errorf("its stat line is too short: %q", stat)
	}
	if fields[state] == "Z" || fields[state] == "X" {
		return "", fmt.Errorf("it has exited")
	}
	return fields[start], nil
}
