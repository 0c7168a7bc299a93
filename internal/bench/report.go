package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
)

// printTable prints each figure with its ratio to the same phase of the floor, of kubectl and of the
// peer, in the same scenario.
func printTable(w io.Writer, all results) error {
	fmt.Fprintf(w, "Start-up until the schema is served: %.0f ms. Binary: %.1f MB.\n\n", all.StartUp*1000, float64(all.Binary)/1e6)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "instances\tclusters\tdelay\tcommand\tof\tseconds\tof terraform_data\tof kubectl\tof the peer\trequests\tan instance\tmemory\t")
	for _, f := range all.Figures {
		fmt.Fprintf(table, "%d\t%d\t%s\t%s\t%s\t%.2f\t%s\t%s\t%s\t%s\t%s\t%s\t\n",
			f.Instances, f.Clusters, delay(f), f.Phase, f.Subject, f.Seconds,
			all.ratio(f, nameFloor), all.ratio(f, nameKubectl), all.ratio(f, namePeer),
			requests(f), each(f), megabytes(f))
	}
	return table.Flush()
}

const none = "-"

// ratio is the figure over the other subject's of the same scenario and phase.
func (r results) ratio(f figure, of string) string {
	if f.Subject == of {
		return none
	}
	for _, other := range r.Figures {
		if other.Subject == of && other.Phase == f.Phase && other.Instances == f.Instances && other.Clusters == f.Clusters && other.Latency == f.Latency && other.Seconds > 0 {
			return fmt.Sprintf("%.2f", f.Seconds/other.Seconds)
		}
	}
	return none
}

func delay(f figure) string {
	if f.Latency == 0 {
		return none
	}
	return fmt.Sprintf("%.0f ms", f.Latency*1000)
}

func requests(f figure) string {
	if f.Requests == nil {
		return none
	}
	return strconv.Itoa(f.Requests.total())
}

func each(f figure) string {
	if f.Requests == nil {
		return none
	}
	return fmt.Sprintf("%.2f", float64(f.Requests.total())/float64(f.Instances))
}

func megabytes(f figure) string {
	if f.PeakMemory == 0 {
		return none
	}
	return fmt.Sprintf("%.0f MB", float64(f.PeakMemory)/1e6)
}

func writeResults(path string, all results) error {
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
