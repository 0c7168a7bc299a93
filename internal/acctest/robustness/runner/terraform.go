package runner

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest/processes"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

const (
	// limit is how long a command may take: the provider rides a fault out for a minute.
	limit = 2 * time.Minute
	// lingering is how long a provider may be there after its Terraform.
	lingering = 15 * time.Second
)

// process is a running Terraform, with its provider in the same process group.
type process struct {
	command *exec.Cmd
	output  bytes.Buffer
	started time.Time
	title   string
	args    []string
}

// start runs terraform in the working directory.
func (w *World) start(title string, args ...string) (*process, error) {
	p := &process{title: title, args: args, started: time.Now()}
	p.command = exec.Command(w.Suite.Terraform, append(append([]string{args[0], "-json", "-input=false"}, args[1:]...), "-no-color")...)
	p.command.Dir = w.Dir
	p.command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+w.path("terraform.rc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_REATTACH_PROVIDERS=",
		"KUBE_CONFIG_PATH="+w.path("kubeconfig"), "GOGC=400", "GOMAXPROCS=2")
	processes.Group(p.command)
	p.command.Stdout, p.command.Stderr = &p.output, &p.output
	// A provider that outlives its Terraform keeps the pipes open.
	p.command.WaitDelay = time.Second
	return p, p.command.Start()
}

// signal sends the signal to Terraform and its provider.
func (p *process) signal(signal syscall.Signal) { _ = processes.SignalGroup(p.command, signal) }

// killCore kills Terraform alone.
func (p *process) killCore() { _ = p.command.Process.Kill() }

// wait blocks until it has ended, and returns what it told.
func (w *World) wait(p *process) (witness.Command, error) {
	c := witness.Command{Title: p.title, Args: p.args}
	overdue := time.AfterFunc(limit, func() {
		c.Overdue = true
		p.signal(syscall.SIGKILL)
	})
	err := p.command.Wait()
	overdue.Stop()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return c, err
	}
	c.Took = time.Since(p.started)
	c.Survivors = w.survivors(p)
	c.Exit, c.Output = p.command.ProcessState.ExitCode(), p.output.String()
	c.ReadEvents()
	state := witness.ReadState(w.Dir)
	c.Serial, c.Lineage = state.Serial, state.Lineage
	c.Plan = savedPlan(w.path("saved.plan"))
	return c, nil
}

// survivors waits for the run's processes to end, and then names and ends those that don't.
func (w *World) survivors(p *process) []string {
	for deadline := time.Now().Add(lingering); ; time.Sleep(50 * time.Millisecond) {
		if processes.GroupEnded(p.command) {
			return nil
		}
		if time.Now().After(deadline) {
			break
		}
	}
	var names []string
	for _, path := range glob("/proc/[0-9]*/stat") {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var pid, group, parent int
		var state string
		name := string(text[bytes.IndexByte(text, '(')+1 : bytes.LastIndexByte(text, ')')])
		if _, err := fmt.Sscanf(string(text[bytes.LastIndexByte(text, ')')+1:]), " %s %d %d", &state, &parent, &group); err == nil && group == p.command.Process.Pid && state != "Z" {
			_, _ = fmt.Sscanf(string(text), "%d", &pid)
			names = append(names, fmt.Sprintf("%s (%d)", name, pid))
		}
	}
	p.signal(syscall.SIGKILL)
	return names
}

func glob(pattern string) []string {
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	return found
}

// savedPlan is the text in a plan file, and removes it.
func savedPlan(path string) string {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return ""
	}
	defer func() { _ = os.Remove(path) }()
	defer archive.Close()
	var text strings.Builder
	for _, file := range archive.File {
		// The configuration is in it too, and says whatever its author wrote.
		if strings.HasPrefix(file.Name, "tfconfig") {
			continue
		}
		content, err := file.Open()
		if err != nil {
			continue
		}
		_, _ = io.Copy(&text, content)
		_ = content.Close()
	}
	return text.String()
}

// Terraform runs a command to its end.
func (w *World) Terraform(title string, args ...string) (witness.Command, error) {
	p, err := w.start(title, args...)
	if err != nil {
		return witness.Command{}, err
	}
	return w.wait(p)
}

// get has Terraform take note of the configuration's modules.
func (w *World) get() error {
	command := exec.Command(w.Suite.Terraform, "get", "-no-color")
	command.Dir = w.Dir
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+w.path("terraform.rc"), "CHECKPOINT_DISABLE=1")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("terraform get: %w: %s", err, output)
	}
	return nil
}
