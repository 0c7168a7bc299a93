package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// results is all that was measured.
type results struct {
	Figures []figure
	// StartUp is the time, in seconds, from the start of the provider's process until it has told
	// its schema; the fastest of several.
	StartUp float64
	// Binary is the provider's size in bytes.
	Binary int64
}

// measureAll measures one subject after the other in each scenario, so that the ratio of any two is
// of the same few minutes of the same machine.
func measureAll(ctx context.Context, s settings, server *server, dir string) (results, error) {
	var all results
	info, err := os.Stat(s.Provider)
	if err != nil {
		return all, err
	}
	all.Binary = info.Size()
	if all.StartUp, err = startUp(ctx, s.Provider); err != nil {
		return all, err
	}
	list := scenarios(s, server.Kubeconfig)
	if s.Latency > 0 {
		kubeconfig, stop, err := server.delayed(s.Latency, dir)
		if err != nil {
			return all, err
		}
		defer stop()
		list = append(list, scenario{Instances: middle(s.Sizes), Clusters: 1, Latency: s.Latency, Kubeconfig: kubeconfig})
	}
	for i, in := range list {
		fmt.Fprintf(os.Stderr, "bench: %s\n", in)
		work := filepath.Join(dir, fmt.Sprintf("scenario-%d", i))
		if in.Instances <= s.KubectlMost {
			k, err := newKubectl(s.Kubectl, filepath.Join(work, nameKubectl), in, server)
			if err != nil {
				return all, err
			}
			figures, err := k.measure(ctx)
			if err != nil {
				return all, err
			}
			all.Figures = append(all.Figures, figures...)
		}
		for _, of := range subjects(s) {
			figures, err := measureSubject(ctx, s, of, in, filepath.Join(work, slug(of.Name)), server, all)
			if err != nil {
				return all, err
			}
			all.Figures = append(all.Figures, figures...)
		}
	}
	return all, nil
}

// stateOf returns the size of a subject's state after its apply in the scenario.
func (r results) stateOf(subject string, in scenario) int64 {
	f, _ := r.find(figure{Subject: subject, Instances: in.Instances, Clusters: in.Clusters, Latency: in.Latency.Seconds(), Phase: phaseApply})
	return f.State
}

// scenarios are every size, in every number of clusters that it can be spread over.
func scenarios(s settings, kubeconfig string) []scenario {
	var all []scenario
	for _, instances := range s.Sizes {
		for _, clusters := range s.Clusters {
			if clusters <= instances {
				all = append(all, scenario{Instances: instances, Clusters: clusters, Kubeconfig: kubeconfig})
			}
		}
	}
	return all
}

func middle(sizes []int) int {
	sorted := slices.Sorted(slices.Values(sizes))
	return sorted[(len(sorted)-1)/2]
}

func measureSubject(ctx context.Context, s settings, of subject, in scenario, dir string, server *server, before results) ([]figure, error) {
	w, err := newWorkdir(dir, s, of, in, server)
	if err != nil {
		return nil, err
	}
	if of.Sized {
		w.entries = entriesFor(before.stateOf(nameOurs, in)-before.stateOf(nameFloor, in), in.Instances)
	}
	var found []figure
	for _, p := range phases(in.Instances) {
		f, err := w.measure(ctx, p)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "bench:   %-22s %-20s %7.2f s  %6d requests\n", of.Name, p.Name, f.Seconds, f.Requests.total())
		found = append(found, f)
	}
	return found, nil
}

// slug is a name that a file can have.
func slug(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name), "-")
}
