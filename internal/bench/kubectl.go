package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// podText is what the Terraform subjects ask for, as kubectl takes it.
const podText = `---
apiVersion: v1
kind: Pod
metadata:
  name: i-%d
  namespace: bench-%d
  labels: {app: mar, instance-id: i-%d, round: a}
spec:
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: app
    image: registry.k8s.io/pause:3.10
    resources: {limits: {cpu: 10m, memory: 16Mi}, requests: {cpu: 10m, memory: 16Mi}}
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
`

// kubectl runs kubectl in a folder with the objects of a scenario.
type kubectl struct {
	program, dir string
	in           scenario
	server       *server
	// cpu is the processor time of all its runs, in seconds.
	cpu float64
}

func newKubectl(program, dir string, in scenario, server *server) (*kubectl, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var namespaces, pods strings.Builder
	for i := range in.Clusters {
		fmt.Fprintf(&namespaces, "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: bench-%d}\n", i)
	}
	for i := range in.Instances {
		fmt.Fprintf(&pods, podText, i, i%in.Clusters, i)
	}
	for name, content := range map[string]string{"namespaces.yaml": namespaces.String(), "pods.yaml": pods.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	return &kubectl{program: program, dir: dir, in: in, server: server}, nil
}

// measure has it create the same Pods, wait for them, change a label of each, and delete them.
func (k *kubectl) measure(ctx context.Context) ([]figure, error) {
	if err := k.run(ctx, "create", "-f", "namespaces.yaml"); err != nil {
		return nil, err
	}
	created, err := k.phase(ctx, phaseApply, k.create)
	if err != nil {
		return nil, err
	}
	changed, err := k.phase(ctx, phaseChange, k.change)
	if err != nil {
		return nil, err
	}
	removed, err := k.phase(ctx, phaseDestroy, k.remove)
	return []figure{created, changed, removed}, err
}

func (k *kubectl) phase(ctx context.Context, name string, do func(context.Context) error) (figure, error) {
	f := figure{Subject: nameKubectl, Instances: k.in.Instances, Clusters: k.in.Clusters, Latency: k.in.Latency.Seconds(), Phase: name}
	if err := k.server.audit.skip(); err != nil {
		return f, err
	}
	k.cpu = 0
	before, start := k.server.used(), time.Now()
	if err := do(ctx); err != nil {
		return f, err
	}
	f.Seconds, f.ServerCPU = time.Since(start).Seconds(), k.server.used()-before
	f.CPU = k.cpu
	var err error
	f.Requests, err = k.server.audit.count(nameKubectl)
	return f, err
}

func (k *kubectl) create(ctx context.Context) error {
	// A namespace gets its service account a moment after it is made.
	for i := range k.in.Clusters {
		if err := k.run(ctx, "wait", "--for=create", "serviceaccount/default", "--namespace=bench-"+strconv.Itoa(i), "--timeout=60s"); err != nil {
			return err
		}
	}
	if err := k.run(ctx, "create", "-f", "pods.yaml"); err != nil {
		return err
	}
	return k.run(ctx, "wait", "--for=condition=Ready", "-f", "pods.yaml", "--timeout=30m")
}

func (k *kubectl) change(ctx context.Context) error {
	return k.run(ctx, "label", "--overwrite", "-f", "pods.yaml", "round=b")
}

func (k *kubectl) remove(ctx context.Context) error {
	if err := k.run(ctx, "delete", "-f", "pods.yaml"); err != nil {
		return err
	}
	return k.run(ctx, "delete", "-f", "namespaces.yaml")
}

func (k *kubectl) run(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, k.program, append([]string{"--kubeconfig", k.in.Kubeconfig}, args...)...)
	command.Dir = k.dir
	output, err := command.CombinedOutput()
	k.cpu += processors(command.ProcessState)
	if err != nil {
		return fmt.Errorf("kubectl %v: %w\n%s", args, err, tail(output, 4000))
	}
	return nil
}
