package supervisor

import (
	"context"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/state"
)

// Status of a cluster.
type Status struct {
	Up         bool              `json:"up"`
	Dir        string            `json:"dir"`
	Kubeconfig string            `json:"kubeconfig,omitempty"`
	Server     string            `json:"server,omitempty"`
	Version    string            `json:"version,omitempty"`
	Components []ComponentStatus `json:"components"`
}

// ComponentStatus of one process. Health is "ok", "exited", or what the process says is wrong.
type ComponentStatus struct {
	Name      string    `json:"name"`
	PID       int       `json:"pid"`
	Port      int       `json:"port"`
	Health    string    `json:"health"`
	StartedAt time.Time `json:"startedAt"`
	Log       string    `json:"log"`
}

const healthy = "ok"

// Status asks every component. It takes no lock and changes nothing.
func (s Supervisor) Status(ctx context.Context) (Status, error) {
	status := Status{Dir: s.Paths.Dir, Components: []ComponentStatus{}}
	recorded, ok, err := state.Read(s.Paths.StateFile())
	if err != nil || !ok {
		return status, err
	}

	status.Up = true
	for _, command := range controlplane.Commands(s.folders(), recorded.Ports, controlplane.Options{}) {
		component, started := recorded.Find(command.Name)
		if !started {
			status.Up = false
			continue
		}
		one := ComponentStatus{
			Name:      command.Name,
			PID:       component.Process.PID,
			Port:      command.Port,
			Health:    s.health(ctx, component, command.Port),
			StartedAt: component.StartedAt,
			Log:       s.Paths.Log(command.Name),
		}
		status.Up = status.Up && one.Health == healthy
		status.Version = component.Binary.Version
		status.Components = append(status.Components, one)
	}
	if status.Up {
		status.Kubeconfig = s.Paths.Kubeconfig()
		status.Server = recorded.Ports.Server()
	}
	return status, nil
}

func (s Supervisor) health(ctx context.Context, component state.Component, port int) string {
	if !component.Process.Alive() {
		return "exited"
	}
	if err := s.checkHealth(ctx, component.Name, port); err != nil {
		return err.Error()
	}
	return healthy
}
