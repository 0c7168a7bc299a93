package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// server is the control plane that all is measured on.
type server struct {
	Kubeconfig string
	audit      *auditLog
	rest       *rest.Config
	client     *kubernetes.Clientset
	// program and dir tell its processes from those of others.
	program, dir string
	stop         func()
}

// used returns the processor time that the control plane has used since its start, in seconds.
func (s *server) used() float64 {
	return used(s.program, s.dir).CPU
}

// startServer blocks until the control plane is ready, which takes some seconds.
func startServer(ctx context.Context, binary, dir string) (*server, error) {
	dir = filepath.Join(dir, "server")
	s := &server{
		program: binary, dir: dir,
		Kubeconfig: filepath.Join(dir, "kubeconfig"),
		audit:      &auditLog{path: filepath.Join(dir, "cluster", "logs", "audit.log")},
		stop: func() {
			down := exec.Command(binary, "down", "--dir", dir)
			down.Stderr = os.Stderr
			_ = down.Run()
		},
	}
	// A log that were rotated would lose requests.
	up := exec.CommandContext(ctx, binary, "up", "--dir", dir, "--audit", "--apiserver-arg=--audit-log-maxsize=100000")
	up.Stderr = os.Stderr
	if err := up.Run(); err != nil {
		s.stop()
		return nil, fmt.Errorf("start the control plane: %w", err)
	}
	var err error
	if s.rest, err = clientcmd.BuildConfigFromFlags("", s.Kubeconfig); err == nil {
		s.rest.QPS = -1
		s.client, err = kubernetes.NewForConfig(s.rest)
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}
