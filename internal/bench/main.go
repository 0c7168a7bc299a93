// Command bench measures what a user of the provider waits for, against what Terraform itself and
// kubectl need for as many objects in the same run, on a control plane of its own:
//
//	go run ./internal/bench [-sizes 100,1000] [-clusters 1,20] [-latency 50ms] [-results FILE]
//
// Figures in seconds differ from machine to machine; ratios hold. What it needs comes by environment
// variables that the make target sets.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settings are what is measured, and with which programs.
type settings struct {
	Sizes    []int
	Clusters []int
	// Latency is what the second round adds to each request; 0 leaves that round out.
	Latency time.Duration
	// KubectlMost is the largest number of instances that kubectl is measured with, for
	// it needs minutes for a thousand.
	KubectlMost int
	// Results is the file that the figures go to as JSON, Profiles the folder for the provider's
	// profiles; empty for none.
	Results, Profiles string
	// Terraform, Provider, Devcluster and Kubectl are paths of programs. Peer is the path of a
	// terraform-provider-kubernetes to compare with, or empty.
	Terraform, Provider, Devcluster, Kubectl, Peer string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	s, err := parse()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mar-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	fmt.Fprintln(os.Stderr, "bench: starting a control plane")
	server, err := startServer(ctx, s.Devcluster, dir)
	if err != nil {
		return err
	}
	defer server.stop()

	found, err := measureAll(ctx, s, server, dir)
	if err != nil {
		return err
	}
	if err := printTable(os.Stdout, found); err != nil {
		return err
	}
	if s.Results == "" {
		return nil
	}
	return writeResults(s.Results, found)
}

func parse() (settings, error) {
	s := settings{
		Terraform: os.Getenv("BENCH_TERRAFORM"), Provider: os.Getenv("BENCH_PROVIDER"),
		Devcluster: os.Getenv("BENCH_DEVCLUSTER"), Kubectl: os.Getenv("BENCH_KUBECTL"), Peer: os.Getenv("BENCH_PEER"),
	}
	var sizes, clusters string
	flag.StringVar(&sizes, "sizes", "100,1000,5000", "numbers of instances")
	flag.StringVar(&clusters, "clusters", "1,20", "numbers of clusters that the instances are spread over")
	flag.DurationVar(&s.Latency, "latency", 50*time.Millisecond, "what a second round adds to each request; 0 for no second round")
	flag.IntVar(&s.KubectlMost, "kubectl-most", 100, "the largest number of instances that kubectl is measured with; 0 for never")
	flag.StringVar(&s.Results, "results", "", "file for the figures, as JSON")
	flag.StringVar(&s.Profiles, "profiles", "", "folder for the provider's CPU and heap profiles")
	flag.Parse()
	for name, program := range map[string]string{
		"BENCH_TERRAFORM": s.Terraform, "BENCH_PROVIDER": s.Provider, "BENCH_DEVCLUSTER": s.Devcluster, "BENCH_KUBECTL": s.Kubectl,
	} {
		if program == "" {
			return settings{}, fmt.Errorf("%s doesn't say where that program is; run it with make bench", name)
		}
	}
	var err error
	if s.Sizes, err = numbers(sizes); err != nil {
		return settings{}, fmt.Errorf("-sizes: %w", err)
	}
	if s.Clusters, err = numbers(clusters); err != nil {
		return settings{}, fmt.Errorf("-clusters: %w", err)
	}
	return s, nil
}

func numbers(list string) ([]int, error) {
	var all []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is not a number from 1", text)
		}
		all = append(all, n)
	}
	return all, nil
}
