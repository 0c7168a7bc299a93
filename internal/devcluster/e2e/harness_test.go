// Package e2e starts real clusters from the built binary.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// patience is how long anything that should take moments may take on a busy machine.
const patience = 60 * time.Second

// cluster is one folder with, mostly, a cluster in it.
type cluster struct {
	t      *testing.T
	binary string
	dir    string
}

// newCluster prepares a folder, and takes down at the test's end what is then running from it.
func newCluster(t *testing.T) cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("starts whole clusters")
	}
	c := cluster{t: t, binary: binary(t), dir: filepath.Join(t.TempDir(), "dev")}
	t.Cleanup(func() {
		if t.Failed() {
			c.logTails()
		}
		if _, stderr, code := c.run("down"); code != 0 {
			t.Errorf("down ended with %d: %s", code, stderr)
		}
	})
	return c
}

// binary finds the binary to test.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("MAR_DEVCLUSTER")
	if path == "" {
		path = filepath.Join("..", "..", "..", ".dev", "bin", "mar-devcluster")
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(absolute); err != nil {
		t.Fatalf("there is no binary to test: %v; build it with `make cluster-up`, or in internal/devcluster with "+
			"`CGO_ENABLED=0 go build -o ../../.dev/bin/mar-devcluster .`, or name one in MAR_DEVCLUSTER", err)
	}
	return absolute
}

// run runs the command line and returns what it printed and its exit code.
func (c cluster) run(args ...string) (stdout, stderr string, code int) {
	c.t.Helper()
	command := exec.Command(c.binary, append(args, "--dir", c.dir)...)
	var out, progress bytes.Buffer
	command.Stdout, command.Stderr = &out, &progress
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("running %v: %v", command.Args, err)
	}
	return out.String(), progress.String(), command.ProcessState.ExitCode()
}

// up starts the cluster and returns what was said about it.
func (c cluster) up(args ...string) string {
	c.t.Helper()
	stdout, stderr, code := c.run(append([]string{"up"}, args...)...)
	if code != 0 {
		c.t.Fatalf("up ended with %d: %s", code, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if got, want := lines[len(lines)-1], c.kubeconfig(); got != want {
		c.t.Fatalf("the last line of up is %q, want the kubeconfig's path %q", got, want)
	}
	return stderr
}

func (c cluster) kubeconfig() string { return filepath.Join(c.dir, "kubeconfig") }

type status struct {
	Up         bool `json:"up"`
	Components []struct {
		Name   string `json:"name"`
		PID    int    `json:"pid"`
		Port   int    `json:"port"`
		Health string `json:"health"`
	} `json:"components"`
}

func (s status) pid(name string) int {
	for _, component := range s.Components {
		if component.Name == name {
			return component.PID
		}
	}
	return 0
}

func (c cluster) status(wantCode int) status {
	c.t.Helper()
	stdout, stderr, code := c.run("status", "-o", "json")
	if code != wantCode {
		c.t.Fatalf("status ended with %d, want %d: %s%s", code, wantCode, stdout, stderr)
	}
	var s status
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		c.t.Fatalf("status printed %q: %v", stdout, err)
	}
	return s
}

func (c cluster) client() kubernetes.Interface {
	c.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.kubeconfig())
	if err != nil {
		c.t.Fatal(err)
	}
	config.QPS, config.Burst = 200, 400
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		c.t.Fatal(err)
	}
	return client
}

func (c cluster) logTails() {
	logs, _ := filepath.Glob(filepath.Join(c.dir, "cluster", "logs", "*.log"))
	for _, log := range logs {
		data, err := os.ReadFile(log)
		if err != nil {
			continue
		}
		c.t.Logf("%s ends with:\n%s", filepath.Base(log), data[max(0, len(data)-3000):])
	}
}

// eventually waits until check returns "".
func eventually(t *testing.T, what string, check func(context.Context) string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		last := check(ctx)
		if last == "" {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s didn't come about within %s: %s", what, patience, last)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
