// Package supervisor starts, stops and looks after the processes of one development cluster.
package supervisor

import (
	"fmt"
	"io"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/state"
)

// Supervisor of the cluster in one folder.
type Supervisor struct {
	Paths state.Paths
	// Progress takes lines for people to read.
	Progress io.Writer
}

// Options of a cluster that is started.
type Options struct {
	Nodes   int
	Timeout time.Duration
	controlplane.Options
}

func (s Supervisor) say(format string, args ...any) {
	fmt.Fprintf(s.Progress, format+"\n", args...)
}

func (s Supervisor) folders() controlplane.Folders {
	return controlplane.Folders{
		PKI:     s.Paths.PKI(),
		Etcd:    s.Paths.Etcd(),
		Logs:    s.Paths.Logs(),
		Configs: s.Paths.Configs(),
	}
}

// seconds words a duration for people.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%.1f s", d.Seconds())
}
