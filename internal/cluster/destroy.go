package cluster

import (
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
)

func isTerminating(m model.Cluster) bool {
	return m.Phase.ValueString() == string(objects.PhaseTerminating)
}
