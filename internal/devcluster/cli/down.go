package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newDown(open opener) *cobra.Command {
	var keep bool
	command := &cobra.Command{
		Use:   "down",
		Short: "Stop the cluster and remove its state",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := open(cmd)
			if err != nil {
				return err
			}
			if err := s.Down(cmd.Context(), keep); err != nil {
				return fmt.Errorf("the cluster in %s could not be stopped: %w", s.Paths.Dir, err)
			}
			return nil
		},
	}
	command.Flags().BoolVar(&keep, "keep", false, "keep the cluster's data, certificates and logs for the next up")
	return command
}
