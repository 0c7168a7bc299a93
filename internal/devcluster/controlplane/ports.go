package controlplane

import (
	"fmt"
	"net"
	"strconv"
)

// Loopback is the only address that anything here listens on.
const Loopback = "127.0.0.1"

// Ports are all that a cluster listens on.
type Ports struct {
	Etcd              int `json:"etcd"`
	EtcdPeer          int `json:"etcdPeer"`
	APIServer         int `json:"apiServer"`
	ControllerManager int `json:"controllerManager"`
	Scheduler         int `json:"scheduler"`
	Kubelet           int `json:"kubelet"`
}

// Server is the API server's address.
func (p Ports) Server() string { return url(p.APIServer) }

// EtcdAddress is where etcd's clients connect to.
func (p Ports) EtcdAddress() string { return net.JoinHostPort(Loopback, strconv.Itoa(p.Etcd)) }

func url(port int) string { return fmt.Sprintf("https://%s:%d", Loopback, port) }

// FreePorts asks the system for ports that nobody listens on. Somebody may take one before it is used: whoever
// starts processes on them must be ready to ask again.
func FreePorts() (Ports, error) {
	var ports Ports
	for _, port := range []*int{
		&ports.Etcd, &ports.EtcdPeer, &ports.APIServer, &ports.ControllerManager, &ports.Scheduler, &ports.Kubelet,
	} {
		// All are held until all are found, so that they differ.
		listener, err := net.Listen("tcp", net.JoinHostPort(Loopback, "0"))
		if err != nil {
			return Ports{}, fmt.Errorf("finding a free port on %s: %w", Loopback, err)
		}
		defer listener.Close()
		if *port, err = portOf(listener.Addr()); err != nil {
			return Ports{}, err
		}
	}
	return ports, nil
}

func portOf(address net.Addr) (int, error) {
	_, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return 0, fmt.Errorf("finding the port in %s: %w", address, err)
	}
	return strconv.Atoi(port)
}
