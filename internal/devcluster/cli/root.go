// Package cli is the supervisor's command line.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/state"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/supervisor"
)

// Exit codes.
const (
	exitFailed = 1
	// exitNotUp is systemd's and the LSB's code for "not running", from status alone.
	exitNotUp = 3
)

// errNotUp ends status without a message of its own: the table has said it.
var errNotUp = errors.New("not up")

// Main runs the command line and returns the exit code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errNotUp):
		return exitNotUp
	default:
		fmt.Fprintln(os.Stderr, "Error:", err)
		return exitFailed
	}
}

func newRoot() *cobra.Command {
	dir := ""
	root := &cobra.Command{
		Use:   "mar-devcluster",
		Short: "A Kubernetes control plane on this machine, with simulated nodes, for development and tests",
		Long: `mar-devcluster runs a Kubernetes control plane (etcd, kube-apiserver, kube-controller-manager, kube-scheduler)
and KWOK, which plays the nodes: all of them are this one file. It needs no root, no container engine and no fixed
port, and keeps everything in one folder, so that several clusters can run beside each other.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		CompletionOptions: cobra.CompletionOptions{
			DisableDefaultCmd: true,
		},
	}
	root.PersistentFlags().StringVar(&dir, "dir", ".dev", "folder of the cluster's state and kubeconfig")

	open := func(cmd *cobra.Command) (supervisor.Supervisor, error) {
		paths, err := state.NewPaths(dir)
		return supervisor.Supervisor{Paths: paths, Progress: cmd.ErrOrStderr()}, err
	}
	root.AddCommand(newUp(open), newDown(open), newStatus(open), newKubectl())
	return root
}

// opener makes the supervisor of the folder that --dir names.
type opener func(*cobra.Command) (supervisor.Supervisor, error)

// newKubectl only documents kubectl: main dispatches to it before this command line is read, for kubectl parses
// its own.
func newKubectl() *cobra.Command {
	return &cobra.Command{
		Use:                "kubectl",
		Short:              "Plain kubectl, which reads KUBECONFIG as ever (also: a symbolic link of that name)",
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("kubectl must be the first argument: mar-devcluster kubectl …")
		},
	}
}
