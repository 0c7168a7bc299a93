package podhealth

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// Patience is how long a wait bears with a problem for which waiting helps briefly.
	Patience = 60 * time.Second
	// LoopRestarts is how many restarts end a wait before Patience does.
	LoopRestarts = 3
	// loopMemory is after how long a container that runs isn't in a loop any more: the kubelet
	// forgets its back-off then (twice its longest, MaxContainerBackOff).
	loopMemory = 10 * time.Minute
	// startTime is how long a container may run without being ready before that counts.
	startTime = time.Minute
	// overdueAfter is how long after its time a Pod that is being deleted may still be there.
	overdueAfter = time.Minute
)

// Problem is what is wrong with a Pod.
type Problem struct {
	Cause Cause
	// Container is the one that it is about, empty for the Pod as a whole.
	Container string
	// Title names the cause, for the summary of a warning.
	Title string
	// Text is a clause that says what is wrong, and Advice what to do, in whole sentences.
	Text, Advice string
	// Brief is the cause in a few words, Kubernetes' own where it has one.
	Brief string
	// Waiting says whether waiting helps, and Exhausted that it has helped for long enough.
	Waiting   Waiting
	Exhausted bool
	// Resting is set while the problem doesn't show, such as a loop between two ends.
	Resting bool
	// Passing is set while it may be over in a moment, so that nobody has to be told.
	Passing bool
	// At is when it last showed, zero where that isn't known.
	At metav1.Time
}

// Key tells one problem from another, so that patience is counted for each.
func (p Problem) Key() string {
	switch {
	case p.Cause == None:
		return ""
	case p.Cause.IsLoop():
		return p.Container + "/" + string(Loop)
	}
	return p.Container + "/" + string(p.Cause)
}

// EndsWait reports whether a wait that has borne with the problem for so long ends with it.
func (p Problem) EndsWait(borne time.Duration) bool {
	switch p.Waiting {
	case Useless:
		return true
	case HelpsBriefly:
		return !p.Resting && (p.Exhausted || borne >= Patience)
	case Helps:
	}
	return false
}

// finding is what a rule has recognised.
type finding struct {
	// of is the container that it is about, nil for the Pod as a whole.
	of *container
	// detail is a message that belongs to it, name and limit what was exceeded.
	detail, name, limit         string
	exhausted, resting, passing bool
	at                          metav1.Time
}

// rule is one cause: how it is recognised, whether waiting helps, and what is said of it.
type rule struct {
	cause   Cause
	waiting Waiting
	title   string
	find    func(Facts) *finding
	text    func(Facts, finding) string
	advice  func(Facts, finding) string
	brief   func(Facts, finding) string
}

// rules is the table of causes, the first that holds counts.
func rules() []rule {
	return []rule{
		{Overdue, Helps, "Instance is being deleted", overdue, overdueText, deletingAdvice, overdueBrief},
		{Deleting, Helps, "Instance is being deleted", deleting, deletingText, deletingAdvice, says("being deleted")},

		{VolumeFull, Useless, "Instance used more than its volume's size", volumeFull, volumeFullText, volumeFullAdvice, endBrief},
		{StorageFull, Useless, "Instance used more local storage than it is allowed to", storageFull, storageFullText, storageFullAdvice, endBrief},
		{Preempted, Useless, "Instance was preempted", endedBy(isPreemption), endText, says("Another Pod with a higher priority took its place. Give the instance a higher `priorityClassName` in `pod`, or add nodes."), endBrief},
		{Shutdown, Useless, "The instance's node was shut down", endedBy(isShutdown), endText, says("Its node was shut down, and Kubernetes doesn't start it on another one by itself."), endBrief},
		{NodeLost, Useless, "The instance's node doesn't answer", endedBy(isNodeLoss), endText, says("Its node is gone or doesn't answer, and Kubernetes doesn't start it on another one by itself."), endBrief},
		{Deadline, Useless, "Instance took longer than it is allowed to", endedBy(isDeadline), endText, deadlineAdvice, endBrief},
		{Evicted, Useless, "Instance was evicted", endedBy(isEviction), endText, evictedAdvice, endBrief},
		{Rejected, Useless, "The node refused the instance", endedBy(isRejection), endText, says("The scheduler chose a node that then refused the instance. Apply again, so that another node may be chosen. If it happens again, the message says what the node lacks: request less of that, or add nodes."), endBrief},
		{EndedByMemory, Useless, "Instance ran out of memory", endedByMemory, endText, memoryAdvice, endBrief},
		{EndedByCheck, Useless, "Instance failed its health check", endedByCheck, endedByCheckText, endedByCheckAdvice, endBrief},
		{Failed, Useless, "Instance failed", failed, endText, failedAdvice, endBrief},
		{Finished, Useless, "Instance finished", finished, says("its program finished, though `restart_policy` is Always"), says(jobAdvice), says("finished, though its restart policy is Always")},

		{NodeSilent, Helps, "The instance's node doesn't answer", nodeSilent, nodeSilentText, says("Kubernetes deletes the instance after some minutes, unless the node comes back or `pod` has other tolerations. The next plan then replaces it."), nodeSilentBrief},
		{Unschedulable, Helps, "Instance has no node", unschedulable, unschedulableText, placeAdvice, unschedulableBrief},
		{Gated, Helps, "Instance is held back by a scheduling gate", gated, gatedText, gatedAdvice, says(corev1.PodReasonSchedulingGated)},

		{LoopByMemory, HelpsBriefly, "Instance ran out of memory", loopByMemory, loopText, memoryAdvice, loopBrief},
		{LoopByLiveness, HelpsBriefly, "Instance fails its liveness check", loopBy(liveness), loopByCheckText(liveness), livenessAdvice, loopBrief},
		{LoopByStartup, HelpsBriefly, "Instance fails its startup check", loopBy(startup), loopByCheckText(startup), startupAdvice, loopBrief},
		{Loop, HelpsBriefly, "Instance keeps ending", loop, loopText, loopAdvice, loopBrief},

		{ImageName, Useless, "Instance can't get its image", waitingFor("InvalidImageName"), imageNameText, imageNameAdvice, waitingBrief},
		{ImagePull, HelpsBriefly, "Instance can't get its image", waitingFor(imageReasons()...), imagePullText, imagePullAdvice, waitingBrief},
		{RootUser, Useless, "Instance can't be started", rootUser, startText, rootAdvice, waitingBrief},
		{Config, HelpsBriefly, "Instance can't be started", waitingFor(configReasons()...), startText, configAdvice, waitingBrief},
		{Volumes, Helps, "Instance can't mount its volumes", volumes, volumesText, volumesAdvice, says("its volumes can't be mounted")},
		{Sandbox, Helps, "The instance's node can't prepare it", sandbox, sandboxText, says("The message comes from the node. Usually its network isn't set up: ask the administrators of the Kubernetes cluster."), says("its node can't prepare it")},
		{Held, Helps, "Instance can't be started", held, heldText, says("The message comes from the node. Correct what it names."), waitingBrief},

		{EndedBeside, Useless, "A container of the instance has ended", endedBeside, endedBesideText, endedBesideAdvice, endedBesideBrief},

		{StartupCheck, Helps, "Instance fails its startup check", startupCheck, checkText(startup), startupAdvice, says("starting")},
		{NoLongerReady, Helps, "Instance isn't ready any more", noLongerReady, noLongerReadyText, readinessAdvice, noLongerReadyBrief},
		{ReadinessGate, Helps, "Instance waits for a readiness gate", readinessGate, gateText, gateAdvice, says("starting")},
		{ReadinessCheck, Helps, "Instance fails its readiness check", readinessCheck, checkText(readiness), readinessAdvice, says("starting")},
	}
}

// resizeRules is the table of what may be wrong with a resize. A Pod may have such a problem
// beside any of rules().
func resizeRules() []rule {
	const title = "Instance doesn't have its new size yet"
	return []rule{
		{ResizeInfeasible, Useless, title, resizePending(corev1.PodReasonInfeasible), resizeText("its node can never give it that size"), says("Request less, or move the instance to a larger node by replacing it: `terraform apply -replace=<its address>`."), says("its node can't resize it")},
		{ResizeDeferred, HelpsBriefly, title, resizePending(corev1.PodReasonDeferred), resizeText("its node has no room for that size now"), says("Make room on the node, request less, or move the instance to another node by replacing it: `terraform apply -replace=<its address>`."), says("being resized")},
		{ResizeError, HelpsBriefly, title, resizeFailing, resizeText("its node failed to resize it"), says("The message comes from the node. A replacement starts with the new size: `terraform apply -replace=<its address>`."), says("being resized")},
	}
}

// Judge returns what is wrong with a Pod, a Problem without a cause where nothing is.
func Judge(f Facts) Problem { return first(f, rules()) }

// JudgeResize returns what keeps the node from giving the Pod the size that was asked for. What
// the node said of an earlier request doesn't count.
func JudgeResize(f Facts) Problem {
	if seen := f.Pod.Status.ObservedGeneration; seen != 0 && seen < f.Pod.Generation {
		return Problem{}
	}
	return first(f, resizeRules())
}

func first(f Facts, table []rule) Problem {
	if f.Kept {
		f.Pod = wordsOnly(f.Pod)
	}
	for _, r := range table {
		if found := r.find(f); found != nil {
			return r.problem(f, *found)
		}
	}
	return Problem{}
}

func (r rule) problem(f Facts, found finding) Problem {
	p := Problem{
		Cause: r.cause, Title: r.title, Waiting: r.waiting,
		Text: r.text(f, found), Advice: r.advice(f, found), Brief: r.brief(f, found),
		Exhausted: found.exhausted, Resting: found.resting, Passing: found.passing, At: found.at,
	}
	if found.of != nil {
		p.Container = found.of.Name
	}
	return p
}

// endRules is the table of why a container ended that was meant to go on.
func endRules(name string) []rule {
	return []rule{
		{EndedByMemory, Useless, "Instance ran out of memory", endOf(name, isMemory), containerEndText, memoryAdvice, containerEndBrief},
		{EndedByCheck, Useless, "Instance failed its health check", endOf(name, func(f Facts, c container) bool { return f.killedBy(c, liveness) }), killedText(liveness), livenessAdvice, containerEndBrief},
		{EndedByCheck, Useless, "Instance failed its health check", endOf(name, func(f Facts, c container) bool { return f.killedBy(c, startup) }), killedText(startup), startupAdvice, containerEndBrief},
		{Failed, Useless, "Instance failed", endOf(name, func(Facts, container) bool { return true }), containerEndText, loopAdvice, containerEndBrief},
	}
}

// JudgeEnd returns why the container with that name last ended.
func JudgeEnd(f Facts, name string) Problem { return first(f, endRules(name)) }

// says is a text that is the same for every Pod.
func says(text string) func(Facts, finding) string {
	return func(Facts, finding) string { return text }
}
