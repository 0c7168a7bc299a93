package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// figure is one measurement.
type figure struct {
	Subject             string
	Instances, Clusters int
	// Latency is what each request was delayed by, in seconds.
	Latency float64
	Phase   string
	// Seconds is the whole command's time on the clock.
	Seconds  float64
	Requests counts `json:",omitempty"`
	// State is the size of the state after the command, in bytes.
	State int64 `json:",omitempty"`
	// CPU is the processor time of the command with the provider, ProviderCPU the provider's part of it, and
	// ServerCPU the control plane's in the meantime, in seconds.
	CPU         float64
	ProviderCPU float64 `json:",omitempty"`
	ServerCPU   float64
	// PeakMemory is the provider's largest resident size, in bytes.
	PeakMemory int64 `json:",omitempty"`
}

// scenario is what a subject is measured in.
type scenario struct {
	Instances, Clusters int
	Latency             time.Duration
	Kubeconfig          string
}

func (s scenario) String() string {
	text := fmt.Sprintf("%d instances in %d cluster(s)", s.Instances, s.Clusters)
	if s.Latency > 0 {
		text += fmt.Sprintf(", each request %s later", s.Latency)
	}
	return text
}

// phase is one command of those that a user waits for.
type phase struct {
	Name string
	Args []string
	// Round is the value of the attribute that is changed.
	Round string
	// Repeat is how often the command is run; the fastest counts.
	Repeat int
}

const (
	phaseApply       = "apply"
	phasePlan        = "plan"
	phaseNoRefresh   = "plan -refresh=false"
	phaseRefreshOnly = "plan -refresh-only"
	phaseChange      = "change"
	phaseDestroy     = "destroy"
)

// phases are in the order in which they are run.
func phases(instances int) []phase {
	repeat := 3
	if instances > 1000 {
		repeat = 1
	}
	return []phase{
		{phaseApply, []string{"apply", "-auto-approve"}, "a", 1},
		{phasePlan, []string{"plan", "-detailed-exitcode"}, "a", repeat},
		{phaseNoRefresh, []string{"plan", "-detailed-exitcode", "-refresh=false"}, "a", repeat},
		{phaseRefreshOnly, []string{"plan", "-detailed-exitcode", "-refresh-only"}, "a", 1},
		{phaseChange, []string{"apply", "-auto-approve"}, "b", 1},
		{phaseDestroy, []string{"destroy", "-auto-approve"}, "b", 1},
	}
}

// workdir is a directory in which terraform runs for one subject.
type workdir struct {
	dir, terraform string
	of             subject
	server         *server
	in             scenario
	// entries pads each instance's state.
	entries  int
	profiles string
}

func newWorkdir(dir string, s settings, of subject, in scenario, server *server) (*workdir, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	rc := ""
	if of.Program != "" {
		rc = fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n}\n", of.Address, filepath.Dir(of.Program))
	}
	for name, content := range map[string]string{"main.tf": of.Config, "terraform.rc": rc} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	w := &workdir{dir: dir, terraform: s.Terraform, of: of, server: server, in: in}
	if of.Name == nameOurs {
		w.profiles = s.Profiles
	}
	return w, nil
}

// measure runs the phase, as often as it says, and keeps the fastest run.
func (w *workdir) measure(ctx context.Context, p phase) (figure, error) {
	best := figure{Subject: w.of.Name, Instances: w.in.Instances, Clusters: w.in.Clusters, Latency: w.in.Latency.Seconds(), Phase: p.Name}
	for i := range p.Repeat {
		if err := w.server.audit.skip(); err != nil {
			return figure{}, err
		}
		watching, stop := context.WithCancel(ctx)
		provider := follow(watching, w.of.Program)
		before, start := w.server.used(), time.Now()
		process, err := w.run(ctx, p)
		took, server := time.Since(start).Seconds(), w.server.used()-before
		stop()
		of := <-provider
		if err != nil {
			return figure{}, err
		}
		if i > 0 && took >= best.Seconds {
			continue
		}
		best.Seconds, best.CPU, best.ProviderCPU, best.ServerCPU = took, processors(process), of.CPU, server
		best.PeakMemory, best.State = of.Peak, w.stateSize()
		if w.of.Agent != "" {
			if best.Requests, err = w.server.audit.count(w.of.Agent); err != nil {
				return figure{}, err
			}
		}
	}
	return best, nil
}

func (w *workdir) run(ctx context.Context, p phase) (*os.ProcessState, error) {
	args := append([]string{}, p.Args...)
	args = append(args, "-input=false", "-no-color", "-compact-warnings",
		"-var=instances="+strconv.Itoa(w.in.Instances), "-var=clusters="+strconv.Itoa(w.in.Clusters), "-var=round="+p.Round, "-var=entries="+strconv.Itoa(w.entries))
	command := exec.CommandContext(ctx, w.terraform, args...)
	command.Dir = w.dir
	command.Env = append(os.Environ(),
		"TF_CLI_CONFIG_FILE="+filepath.Join(w.dir, "terraform.rc"), "CHECKPOINT_DISABLE=1",
		"KUBE_CONFIG_PATH="+w.in.Kubeconfig, "GOGC=", "GOMAXPROCS=")
	if w.profiles != "" {
		command.Env = append(command.Env, fmt.Sprintf("MAR_PROFILE=%s", filepath.Join(w.profiles, fmt.Sprintf("%s-%d", slug(p.Name), w.in.Instances))))
	}
	output, err := command.CombinedOutput()
	if w.of.SeesChanges && command.ProcessState.ExitCode() == exitChanges && p.Name == phaseRefreshOnly {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: terraform %v: %w\n%s", w.of.Name, args, err, tail(output, 4000))
	}
	return command.ProcessState, nil
}

// processors returns the processor time of a process and of those that it has waited for, in seconds. A
// process that didn't start has used none.
func processors(p *os.ProcessState) float64 {
	if p == nil {
		return 0
	}
	return (p.UserTime() + p.SystemTime()).Seconds()
}

// stateSize returns 0 where there is no state.
func (w *workdir) stateSize() int64 {
	info, err := os.Stat(filepath.Join(w.dir, "terraform.tfstate"))
	if err != nil {
		return 0
	}
	return info.Size()
}

// exitChanges is the exit code of a plan with -detailed-exitcode that isn't empty.
const exitChanges = 2

func tail(text []byte, n int) []byte {
	if len(text) > n {
		return text[len(text)-n:]
	}
	return text
}
