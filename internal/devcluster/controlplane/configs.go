package controlplane

import "fmt"

// AuditPolicyFile records who asked for what, not what was said.
const AuditPolicyFile = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

// SchedulerConfigFile returns the scheduler's configuration. Its client rate is raised as the controller manager's,
// and Pods that can't be scheduled are tried again sooner than on a real cluster.
func SchedulerConfigFile(folders Folders) string {
	return fmt.Sprintf(`apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection:
  kubeconfig: %q
  qps: 500
  burst: 1000
leaderElection:
  leaderElect: false
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 2
`, folders.pki("kube-scheduler.kubeconfig"))
}
