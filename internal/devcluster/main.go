// mar-devcluster is a Kubernetes control plane in one file: called by a component's name it is that component,
// otherwise the supervisor that starts and stops them.
package main

import (
	"os"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/cli"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/component"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == controlplane.Kubectl {
		os.Args = os.Args[1:]
	}
	if run, ok := component.Lookup(os.Args[0]); ok {
		os.Exit(run())
	}
	os.Exit(cli.Main(os.Args[1:]))
}
