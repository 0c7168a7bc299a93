package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/supervisor"
)

func newStatus(open opener) *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "status",
		Short: "Show each component's process, port and health (exit code 0: up, 3: not)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			printers := map[string]func(io.Writer, supervisor.Status) error{"": printTable, "json": printJSON}
			printer, ok := printers[output]
			if !ok {
				return fmt.Errorf("--output is %q, and can only be json", output)
			}
			s, err := open(cmd)
			if err != nil {
				return err
			}
			status, err := s.Status(cmd.Context())
			if err != nil {
				return err
			}
			if err := printer(cmd.OutOrStdout(), status); err != nil {
				return err
			}
			if !status.Up {
				return errNotUp
			}
			return nil
		},
	}
	command.Flags().StringVarP(&output, "output", "o", "", "json, or nothing for a table")
	return command
}

func printJSON(w io.Writer, status supervisor.Status) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(status)
}

func printTable(w io.Writer, status supervisor.Status) error {
	if len(status.Components) == 0 {
		_, err := fmt.Fprintf(w, "no cluster in %s\n", status.Dir)
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "COMPONENT\tPID\tPORT\tHEALTH")
	for _, component := range status.Components {
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", component.Name, component.PID, component.Port, component.Health)
	}
	if status.Up {
		fmt.Fprintf(table, "\nKUBECONFIG=%s\n", status.Kubeconfig)
	}
	return table.Flush()
}
