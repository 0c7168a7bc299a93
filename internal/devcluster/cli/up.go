package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/supervisor"
)

func newUp(open opener) *cobra.Command {
	var options supervisor.Options
	command := &cobra.Command{
		Use:   "up",
		Short: "Start the cluster, or what is missing of it, and print its kubeconfig's path",
		Long: `Starts the cluster, or what is missing of it, and waits until Pods can be created. The processes stay when this
command has ended. The last line on standard output is the path of the administrator's kubeconfig.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if options.Nodes < 1 {
				return fmt.Errorf("--nodes is %d, and a cluster needs at least one", options.Nodes)
			}
			s, err := open(cmd)
			if err != nil {
				return err
			}
			if err := s.Up(cmd.Context(), options); err != nil {
				return fmt.Errorf("the cluster in %s could not be started: %w\nAll logs are in %s; after `mar-devcluster down` it starts from nothing",
					s.Paths.Dir, err, s.Paths.Logs())
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), s.Paths.Kubeconfig())
			return err
		},
	}
	flags := command.Flags()
	flags.IntVar(&options.Nodes, "nodes", 3, "number of simulated nodes")
	flags.DurationVar(&options.Timeout, "timeout", 90*time.Second, "how long the cluster may take to be ready")
	flags.BoolVar(&options.Audit, "audit", false, "record every request's metadata in cluster/logs/audit.log")
	flags.StringArrayVar(&options.APIServerArgs, "apiserver-arg", nil,
		"further argument of kube-apiserver, such as --apiserver-arg=--max-requests-inflight=10 (repeatable)")
	return command
}
