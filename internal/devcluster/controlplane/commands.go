// Package controlplane says how the components of a cluster are run.
package controlplane

import (
	"fmt"
	"path/filepath"
	"strconv"
)

const (
	// ServiceCIDR and PodCIDR lead nowhere: nothing here has a network.
	ServiceCIDR = "10.96.0.0/16"
	PodCIDR     = "10.244.0.0/16"

	serviceAccountIssuer = "https://kubernetes.default.svc.cluster.local"
)

// Folders that the components read and write.
type Folders struct {
	PKI     string
	Etcd    string
	Logs    string
	Configs string
}

func (f Folders) pki(name string) string { return filepath.Join(f.PKI, name) }

// AuditLog is where requests are recorded, and AuditPolicy says which.
func (f Folders) AuditLog() string    { return filepath.Join(f.Logs, "audit.log") }
func (f Folders) AuditPolicy() string { return filepath.Join(f.Configs, "audit-policy.yaml") }

// SchedulerConfig is the scheduler's configuration file.
func (f Folders) SchedulerConfig() string { return filepath.Join(f.Configs, "scheduler.yaml") }

// Options that users choose.
type Options struct {
	// Audit records every request in the audit log.
	Audit bool
	// APIServerArgs are appended to the API server's own, so that they win.
	APIServerArgs []string
}

// Command is one component's command line, with its name as the first argument.
type Command struct {
	Name string
	Args []string
	// Port on which its health can be asked for.
	Port int
}

// Commands in the order in which they need each other.
func Commands(folders Folders, ports Ports, options Options) []Command {
	return []Command{
		{Etcd, etcdArgs(folders, ports), ports.Etcd},
		{APIServer, apiServerArgs(folders, ports, options), ports.APIServer},
		{ControllerManager, controllerManagerArgs(folders, ports), ports.ControllerManager},
		{Scheduler, schedulerArgs(folders, ports), ports.Scheduler},
		{KWOK, kwokArgs(folders, ports), ports.Kubelet},
	}
}

func etcdArgs(folders Folders, ports Ports) []string {
	return []string{
		Etcd,
		"--name=mar-dev",
		"--data-dir=" + folders.Etcd,
		"--listen-client-urls=" + url(ports.Etcd),
		"--advertise-client-urls=" + url(ports.Etcd),
		"--listen-peer-urls=" + url(ports.EtcdPeer),
		"--initial-advertise-peer-urls=" + url(ports.EtcdPeer),
		"--initial-cluster=mar-dev=" + url(ports.EtcdPeer),
		"--client-cert-auth=true",
		"--trusted-ca-file=" + folders.pki("etcd-ca.crt"),
		"--cert-file=" + folders.pki("etcd.crt"),
		"--key-file=" + folders.pki("etcd.key"),
		"--peer-client-cert-auth=true",
		"--peer-trusted-ca-file=" + folders.pki("etcd-ca.crt"),
		"--peer-cert-file=" + folders.pki("etcd.crt"),
		"--peer-key-file=" + folders.pki("etcd.key"),
		// Data that a power cut may take is worth less here than the time that syncing takes.
		"--unsafe-no-fsync=true",
		"--log-level=warn",
	}
}

func apiServerArgs(folders Folders, ports Ports, options Options) []string {
	args := []string{
		APIServer,
		"--bind-address=" + Loopback,
		"--secure-port=" + strconv.Itoa(ports.APIServer),
		"--advertise-address=" + Loopback,
		// Endpoints can't hold a loopback address, so the Service "kubernetes" has none.
		"--endpoint-reconciler-type=none",
		"--etcd-servers=" + url(ports.Etcd),
		"--etcd-cafile=" + folders.pki("etcd-ca.crt"),
		"--etcd-certfile=" + folders.pki("apiserver-etcd-client.crt"),
		"--etcd-keyfile=" + folders.pki("apiserver-etcd-client.key"),
		"--tls-cert-file=" + folders.pki("apiserver.crt"),
		"--tls-private-key-file=" + folders.pki("apiserver.key"),
		"--client-ca-file=" + folders.pki("ca.crt"),
		"--requestheader-client-ca-file=" + folders.pki("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + folders.pki("front-proxy-client.crt"),
		"--proxy-client-key-file=" + folders.pki("front-proxy-client.key"),
		"--kubelet-certificate-authority=" + folders.pki("ca.crt"),
		"--kubelet-client-certificate=" + folders.pki("apiserver-kubelet-client.crt"),
		"--kubelet-client-key=" + folders.pki("apiserver-kubelet-client.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=" + serviceAccountIssuer,
		"--service-account-signing-key-file=" + folders.pki("sa.key"),
		"--service-account-key-file=" + folders.pki("sa.key"),
		"--service-cluster-ip-range=" + ServiceCIDR,
		"--authorization-mode=Node,RBAC",
		// On top of the defaults, which hold ResourceQuota, LimitRanger, ServiceAccount, PodSecurity and both kinds of
		// admission policy; it is what kubeadm turns on.
		"--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true",
		"--profiling=false",
		"--shutdown-delay-duration=0s",
	}
	if options.Audit {
		args = append(args,
			"--audit-policy-file="+folders.AuditPolicy(),
			"--audit-log-path="+folders.AuditLog(),
			"--audit-log-format=json",
		)
	}
	return append(args, options.APIServerArgs...)
}

func controllerManagerArgs(folders Folders, ports Ports) []string {
	return []string{
		ControllerManager,
		"--bind-address=" + Loopback,
		"--secure-port=" + strconv.Itoa(ports.ControllerManager),
		"--tls-cert-file=" + folders.pki("controller-manager-server.crt"),
		"--tls-private-key-file=" + folders.pki("controller-manager-server.key"),
		"--kubeconfig=" + folders.pki("kube-controller-manager.kubeconfig"),
		"--use-service-account-credentials=true",
		"--service-account-private-key-file=" + folders.pki("sa.key"),
		"--root-ca-file=" + folders.pki("ca.crt"),
		"--leader-elect=false",
		"--profiling=false",
		// At its default rate it needs five seconds to get going.
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
		"--concurrent-namespace-syncs=20",
		"--concurrent-resource-quota-syncs=10",
		"--resource-quota-sync-period=10s",
		// A lost node is seen within seconds, not a minute. KWOK renews its leases every second.
		"--node-monitor-period=1s",
		"--node-monitor-grace-period=6s",
		// Nothing here signs kubelets' certificates or measures Pods.
		"--controllers=*,-certificatesigningrequest-signing-controller,-certificatesigningrequest-approving-controller," +
			"-certificatesigningrequest-cleaner-controller,-horizontal-pod-autoscaler-controller",
	}
}

func schedulerArgs(folders Folders, ports Ports) []string {
	return []string{
		Scheduler,
		"--config=" + folders.SchedulerConfig(),
		"--bind-address=" + Loopback,
		"--secure-port=" + strconv.Itoa(ports.Scheduler),
		"--tls-cert-file=" + folders.pki("scheduler-server.crt"),
		"--tls-private-key-file=" + folders.pki("scheduler-server.key"),
	}
}

func kwokArgs(folders Folders, ports Ports) []string {
	return []string{
		KWOK,
		"--kubeconfig=" + folders.pki("kwok.kubeconfig"),
		"--listen=" + fmt.Sprintf("%s:%d", Loopback, ports.Kubelet),
		"--tls-cert-file=" + folders.pki("kubelet-server.crt"),
		"--tls-private-key-file=" + folders.pki("kubelet-server.key"),
		"--client-ca-file=" + folders.pki("ca.crt"),
		"--pod-cidr=" + PodCIDR,
	}
}
