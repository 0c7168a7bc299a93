package fw

import (
	"context"
	"slices"
	"sync"
	"time"
)

// PlannedClusters is what one plan does to clusters, as far as this process knows. Core plans a
// cluster before everything that refers to it. A cluster that isn't here yet may still be planned:
// `cluster` may be a literal name, or another alias of the provider (another process) may manage
// it.
//
// The zero value knows nothing. It is safe for concurrent use.
type PlannedClusters struct {
	mu       sync.Mutex
	clusters map[string]*plannedCluster
	// lookouts is the number of calls that wait for the plan of a cluster.
	lookouts int
}

type plannedCluster struct {
	// seen is set once the plan is known to change nothing more than is recorded here. Then planned
	// is closed.
	seen    bool
	planned chan struct{}
	// until ends the wait for the plan of this cluster, for all that wait. It is zero before the
	// first of them.
	until time.Time
	// remade is set if the plan creates or recreates all of the cluster.
	remade bool
	// changes are the attributes that the plan changes.
	changes []string
	// waiting are refusals by settings that were not yet known to change or not.
	waiting []Foretold
}

// of returns what is recorded about a cluster. The caller holds the lock.
func (p *PlannedClusters) of(cluster string) *plannedCluster {
	if p.clusters == nil {
		p.clusters = map[string]*plannedCluster{}
	}
	if p.clusters[cluster] == nil {
		p.clusters[cluster] = &plannedCluster{planned: make(chan struct{})}
	}
	return p.clusters[cluster]
}

// see records that the plan changes nothing more.
func (c *plannedCluster) see() {
	if !c.seen {
		c.seen = true
		close(c.planned)
	}
}

const (
	// planPatience is how long a refusal waits for the plan of its cluster, once a plan.
	planPatience = 3 * time.Second
	// maxLookouts leaves room in the ten operations that core runs at a time by default. Otherwise
	// the cluster itself would have to wait.
	maxLookouts = 5
)

// lookOut waits for the plan of a cluster that core plans at the same time. It stops waiting if the
// cluster isn't planned soon: the cluster may depend on the caller, or not be in the plan.
func (p *PlannedClusters) lookOut(ctx context.Context, cluster string) {
	p.mu.Lock()
	c := p.of(cluster)
	if c.until.IsZero() {
		c.until = time.Now().Add(planPatience)
	}
	planned, left := c.planned, time.Until(c.until)
	if left <= 0 || p.lookouts >= maxLookouts {
		p.mu.Unlock()
		return
	}
	p.lookouts++
	p.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	select {
	case <-planned:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lookouts--
}

// remake records that the plan creates or recreates all of the cluster.
func (p *PlannedClusters) remake(cluster string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.of(cluster)
	c.see()
	c.remade, c.waiting = true, nil
}

// change records which attributes the plan changes. It returns the waiting refusals that this
// doesn't affect.
func (p *PlannedClusters) change(cluster string, attributes []string) []Foretold {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.of(cluster)
	c.see()
	c.changes = append(c.changes, attributes...)
	certain := slices.DeleteFunc(c.waiting, func(f Foretold) bool { return c.touches(settingsBehind(f.refusal())) })
	c.waiting = nil
	return certain
}

// keep records that the plan leaves the cluster unchanged. If refusals wait for that, it returns
// false and records nothing.
func (p *PlannedClusters) keep(cluster string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.of(cluster)
	if len(c.waiting) > 0 {
		return false
	}
	c.see()
	return true
}

// await keeps a refusal until the cluster is planned.
func (p *PlannedClusters) await(f Foretold) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.of(f.Cluster)
	c.waiting = append(c.waiting, f)
}

// isRemade reports whether the plan creates or recreates all of the cluster.
func (p *PlannedClusters) isRemade(cluster string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of(cluster).remade
}

// knows returns what the plan does to these attributes of the cluster.
func (p *PlannedClusters) knows(cluster string, attributes []string) knowledge {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.of(cluster)
	switch {
	case c.remade, c.touches(attributes):
		return changes
	case c.seen:
		return keeps
	}
	return unknown
}

func (c *plannedCluster) touches(attributes []string) bool {
	return slices.ContainsFunc(attributes, func(name string) bool { return slices.Contains(c.changes, name) })
}
