// Package component holds the programs of a control plane that are linked into one binary.
package component

import (
	"path/filepath"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
)

// Lookup finds the program that a binary called argv0 stands for. The program reads os.Args itself, and its
// result is the process's exit code.
func Lookup(argv0 string) (run func() int, ok bool) {
	programs := map[string]func() int{
		controlplane.Etcd:              runEtcd,
		controlplane.APIServer:         runAPIServer,
		controlplane.ControllerManager: runControllerManager,
		controlplane.Scheduler:         runScheduler,
		controlplane.KWOK:              runKWOK,
		controlplane.Kubectl:           runKubectl,
	}
	run, ok = programs[filepath.Base(argv0)]
	return run, ok
}
