// Package vocabulary holds the names by which Pods and nodes are told what to become. README.md says what each means.
package vocabulary

// Prefix of every annotation and label.
const Prefix = "devcluster.mar.headgym.com/"

// Annotations of Pods.
const (
	Behavior     = Prefix + "behavior"
	StartDelay   = Prefix + "start-delay"
	Delay        = Prefix + "delay"
	StopDelay    = Prefix + "stop-delay"
	Container    = Prefix + "container"
	ExitCode     = Prefix + "exit-code"
	Reason       = Prefix + "reason"
	Message      = Prefix + "message"
	Resize       = Prefix + "resize"
	Logs         = Prefix + "logs"
	PreviousLogs = Prefix + "previous-logs"
)

// The behaviours whose exit code or reason differ from the other crashes'.
const (
	OOMKilled      = "oom-killed"
	LivenessFailed = "liveness-failed"
)

// NodeLabel says whether a node's kubelet is played. With any other value than NodeRunning the node is lost: its
// lease isn't renewed any more, and its Pods are left as they are. It is a label because nodes are selected by it.
const (
	NodeLabel   = Prefix + "kubelet"
	NodeRunning = "running"
)
