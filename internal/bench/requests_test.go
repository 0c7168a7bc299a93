package main

import (
	"maps"
	"os"
	"strings"
	"testing"
	"time"
)

func TestCountEvents(t *testing.T) {
	const log = `{"auditID":"1","stage":"ResponseComplete","verb":"list","userAgent":"mar/1","requestURI":"/api/v1/namespaces/dev/pods","objectRef":{"resource":"pods"}}
{"auditID":"2","stage":"ResponseStarted","verb":"watch","userAgent":"mar/1","objectRef":{"resource":"pods"}}
{"auditID":"2","stage":"ResponseComplete","verb":"watch","userAgent":"mar/1","objectRef":{"resource":"pods"}}
{"auditID":"3","stage":"ResponseComplete","verb":"patch","userAgent":"mar/1","objectRef":{"resource":"pods","subresource":"resize"}}
{"auditID":"4","stage":"ResponseComplete","verb":"list","userAgent":"kubectl/1","objectRef":{"resource":"pods"}}
{"auditID":"5","stage":"ResponseComplete","verb":"get","userAgent":"mar/1","requestURI":"/api/v1?timeout=32s"}
`
	got, err := countEvents(strings.NewReader(log), "mar/")
	if err != nil {
		t.Fatal(err)
	}
	if want := (counts{"list pods": 1, "watch pods": 1, "patch pods/resize": 1, "get /api/v1": 1}); !maps.Equal(got, want) || got.total() != 4 {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := countEvents(strings.NewReader("not JSON"), ""); err == nil {
		t.Error("a broken log passed")
	}
}

func TestRatio(t *testing.T) {
	took := func(subject, phase string, instances int, seconds float64) figure {
		return figure{Subject: subject, Phase: phase, Instances: instances, Clusters: 1, Seconds: seconds}
	}
	all := results{Figures: []figure{
		took(nameFloor, phasePlan, 100, 2), took(nameFloor, phasePlan, 1000, 4), took(nameFloor, phaseApply, 1000, 5), took(nameOurs, phasePlan, 1000, 6),
	}}
	ours := all.Figures[3]
	if got := all.ratio(ours, nameFloor); got != "1.50" {
		t.Errorf("got %s, want that of the same command and size", got)
	}
	if got := all.ratio(ours, nameFloor, nameKubectl); got != none {
		t.Errorf("got %s for a sum of which one part wasn't measured", got)
	}
	all.Figures = append(all.Figures, took(nameKubectl, phasePlan, 1000, 2))
	if got := all.ratio(ours, nameFloor, nameKubectl); got != "1.00" {
		t.Errorf("got %s, want the ratio to the sum", got)
	}
	if got := all.ratio(ours, namePeer); got != none {
		t.Errorf("got %s for a peer that wasn't measured", got)
	}
}

func TestEntriesFor_fillTheSizeOfAState(t *testing.T) {
	if got := entriesFor(int64(10*entryBytes*20), 20); got != 10 {
		t.Errorf("got %d entries, want 10", got)
	}
	if got := entriesFor(-5000, 20); got != 0 {
		t.Errorf("got %d entries for a state that is smaller than the floor's", got)
	}
}

func TestProcessorTime_isTheProcessOwn(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("the system has no /proc")
	}
	before := processorTime("/proc/self")
	for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); {
		_ = strings.Repeat("x", 1000)
	}
	if after := processorTime("/proc/self"); after <= before {
		t.Errorf("%g seconds after %g, and a tenth of a second's work", after, before)
	}
}

func TestScenarios(t *testing.T) {
	got := scenarios(settings{Sizes: []int{10, 100}, Clusters: []int{1, 20}}, "")
	if len(got) != 3 || got[0].Clusters != 1 || got[2].Clusters != 20 {
		t.Errorf("got %v", got)
	}
	if middle([]int{5000, 100, 1000}) != 1000 || middle([]int{7}) != 7 {
		t.Error("the middle size is wrong")
	}
}
