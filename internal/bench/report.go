package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"text/tabwriter"
)

// printTable prints each figure with its ratio to the same phase of the floors, of kubectl and of the
// peer, in the same scenario. What no provider can be faster than is the sized floor and, where objects
// are written, kubectl on top of it.
func printTable(w io.Writer, all results) error {
	fmt.Fprintf(w, "Start-up until the schema is served: %.0f ms. Binary: %.1f MB.\n\n", all.StartUp*1000, float64(all.Binary)/1e6)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "instances\tclusters\tdelay\tcommand\tof\tseconds\tof terraform_data\tof sized\tof kubectl\tof sized + kubectl\tof the peer\trequests\tan instance\tmemory\tstate\tCPU\tprovider\tserver\t")
	for _, f := range all.Figures {
		fmt.Fprintf(table, "%d\t%d\t%s\t%s\t%s\t%.2f\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n",
			f.Instances, f.Clusters, delay(f), f.Phase, f.Subject, f.Seconds,
			all.ratio(f, nameFloor), all.ratio(f, nameSized), all.ratio(f, nameKubectl), all.ratio(f, nameSized, nameKubectl), all.ratio(f, namePeer),
			requests(f), each(f), megabytes(f.PeakMemory), megabytes(f.State), seconds(f.CPU), seconds(f.ProviderCPU), seconds(f.ServerCPU))
	}
	return table.Flush()
}

const none = "-"

// ratio returns the figure over the sum of the other subjects' in the same scenario and phase.
func (r results) ratio(f figure, of ...string) string {
	sum := 0.0
	for _, subject := range of {
		like := f
		like.Subject = subject
		other, ok := r.find(like)
		if !ok || subject == f.Subject {
			return none
		}
		sum += other.Seconds
	}
	return fmt.Sprintf("%.2f", f.Seconds/sum)
}

// find returns the figure of the same subject, scenario and phase.
func (r results) find(like figure) (figure, bool) {
	i := slices.IndexFunc(r.Figures, func(f figure) bool {
		return f.Subject == like.Subject && f.Phase == like.Phase && f.Instances == like.Instances && f.Clusters == like.Clusters && f.Latency == like.Latency
	})
	if i < 0 {
		return figure{}, false
	}
	return r.Figures[i], true
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

func megabytes(bytes int64) string {
	if bytes == 0 {
		return none
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

func seconds(s float64) string {
	if s == 0 {
		return none
	}
	return fmt.Sprintf("%.2f", s)
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
