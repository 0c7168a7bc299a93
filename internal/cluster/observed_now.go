package cluster

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/status"
	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// observedNow reads a cluster for the data source: all of it, and how it fares at
// that moment.
func observedNow(ctx context.Context, o objects.Observed, c status.Census, now time.Time) (dataSourceModel, diag.Diagnostics) {
	a, _ := objects.AdoptionOf(o)
	read, diags := objects.ImportedModelOf(ctx, o, fw.Defaults{}, a)
	state, reason := status.HealthOf(c, now)
	return dataSourceModel{
		Cluster:        read,
		Status:         podsecurity.TextOrNull(state),
		StatusReason:   podsecurity.TextOrNull(reason),
		Usage:          status.ObservedUsage(status.UsageOf(c.Quotas)),
		InstanceCounts: status.ObservedCounts(c),
	}, diags
}
