package controlplane

import (
	"slices"
	"strings"
	"testing"
)

func sample(options Options) []Command {
	folders := Folders{PKI: "/c/pki", Etcd: "/c/etcd", Logs: "/c/logs", Configs: "/c/config"}
	ports := Ports{Etcd: 11, EtcdPeer: 12, APIServer: 13, ControllerManager: 14, Scheduler: 15, Kubelet: 16}
	return Commands(folders, ports, options)
}

func TestCommands(t *testing.T) {
	wantPorts := map[string]int{Etcd: 11, APIServer: 13, ControllerManager: 14, Scheduler: 15, KWOK: 16}
	commands := sample(Options{})
	if len(commands) != len(wantPorts) {
		t.Fatalf("%d commands, want %d", len(commands), len(wantPorts))
	}
	for _, command := range commands {
		if command.Args[0] != command.Name {
			t.Errorf("%s is called %s", command.Name, command.Args[0])
		}
		if command.Port != wantPorts[command.Name] {
			t.Errorf("%s has port %d, want %d", command.Name, command.Port, wantPorts[command.Name])
		}
		seen := map[string]bool{}
		for _, arg := range command.Args[1:] {
			flag, value, found := strings.Cut(arg, "=")
			if !found || !strings.HasPrefix(flag, "--") || value == "" {
				t.Errorf("%s has the argument %q", command.Name, arg)
			}
			if seen[flag] {
				t.Errorf("%s has %s twice", command.Name, flag)
			}
			seen[flag] = true
			if strings.Contains(value, "0.0.0.0") || value == "::" {
				t.Errorf("%s listens beyond this machine: %s", command.Name, arg)
			}
		}
	}
	if commands[0].Name != Etcd || commands[1].Name != APIServer {
		t.Errorf("the API server isn't second to etcd: %s, %s", commands[0].Name, commands[1].Name)
	}
}

func TestCommands_options(t *testing.T) {
	plain := sample(Options{})
	extra := []string{"--max-requests-inflight=5", "--profiling=true"}
	with := sample(Options{Audit: true, APIServerArgs: extra})
	for i := range plain {
		if same := slices.Equal(plain[i].Args, with[i].Args); same != (plain[i].Name != APIServer) {
			t.Errorf("%s stays the same: %t", plain[i].Name, same)
		}
	}
	server := with[1].Args
	if got := server[len(server)-len(extra):]; !slices.Equal(got, extra) {
		t.Errorf("the last arguments are %q, want %q", got, extra)
	}
	if !slices.Contains(server, "--audit-log-path=/c/logs/audit.log") || slices.Contains(plain[1].Args, "--audit-log-path=/c/logs/audit.log") {
		t.Error("the audit log doesn't come and go with its option")
	}
}

func TestFreePorts_differ(t *testing.T) {
	ports, err := FreePorts()
	if err != nil {
		t.Fatal(err)
	}
	all := []int{ports.Etcd, ports.EtcdPeer, ports.APIServer, ports.ControllerManager, ports.Scheduler, ports.Kubelet}
	slices.Sort(all)
	if all[0] <= 0 || len(slices.Compact(all)) != 6 {
		t.Errorf("the ports are %+v", ports)
	}
}
