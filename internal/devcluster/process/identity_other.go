//go:build !linux

package process

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// Identify asks ps for the process's start. It fails when there is no such process, or only its zombie.
func Identify(pid int) (Identity, error) {
	command := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid))
	command.Env = []string{"LC_ALL=C"}
	output, err := command.Output()
	if err != nil {
		return Identity{}, fmt.Errorf("process %d isn't running: %w", pid, err)
	}
	state, started, found := strings.Cut(strings.TrimSpace(string(output)), " ")
	if !found || strings.HasPrefix(state, "Z") {
		return Identity{}, fmt.Errorf("process %d has exited", pid)
	}
	return Identity{PID: pid, Started: strings.TrimSpace(started)}, nil
}
