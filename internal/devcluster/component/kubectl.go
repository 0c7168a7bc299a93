package component

import (
	"os"

	_ "k8s.io/client-go/plugin/pkg/client/auth" // the exec and cloud credential plugins a kubeconfig may name
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	"k8s.io/kubectl/pkg/cmd"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
)

func runKubectl() int {
	// As kubectl's own main function does: the verbosity must be known before the command is built.
	_, _ = logs.GlogSetter(cmd.GetLogVerbosity(os.Args))
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		cmdutil.CheckErr(err) // prints, and exits with kubectl's code for that error
	}
	return 0
}
