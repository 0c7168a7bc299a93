// Package state knows where a cluster's files are, and remembers what was started.
package state

import (
	"fmt"
	"path/filepath"
)

// Paths are absolute: they end up in the arguments of processes that outlive the working directory.
type Paths struct {
	Dir string
}

func NewPaths(dir string) (Paths, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return Paths{}, fmt.Errorf("making %q an absolute path: %w", dir, err)
	}
	return Paths{Dir: absolute}, nil
}

// Kubeconfig is the administrator's, the one file that users need.
func (p Paths) Kubeconfig() string { return filepath.Join(p.Dir, "kubeconfig") }

// Lock lies beside the cluster's folder, so that it can be held while that folder comes and goes.
func (p Paths) Lock() string { return filepath.Join(p.Dir, "cluster.lock") }

func (p Paths) Cluster() string        { return filepath.Join(p.Dir, "cluster") }
func (p Paths) PKI() string            { return filepath.Join(p.Cluster(), "pki") }
func (p Paths) Etcd() string           { return filepath.Join(p.Cluster(), "etcd") }
func (p Paths) Logs() string           { return filepath.Join(p.Cluster(), "logs") }
func (p Paths) Configs() string        { return filepath.Join(p.Cluster(), "config") }
func (p Paths) StateFile() string      { return filepath.Join(p.Cluster(), "state.json") }
func (p Paths) Log(name string) string { return filepath.Join(p.Logs(), name+".log") }

func (p Paths) ComponentKubeconfig(name string) string {
	return filepath.Join(p.PKI(), name+".kubeconfig")
}
