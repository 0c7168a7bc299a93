package podhealth

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

func withDetail(f Facts, text, detail string) string {
	if detail = f.quoted(detail); detail == "" {
		return text
	}
	return text + ": " + detail
}

func (f Facts) endText(t *corev1.ContainerStateTerminated) string {
	if f.Kept {
		t = t.DeepCopy()
		t.Message = ""
	}
	return EndText(t)
}

func restarts(n int32) string {
	if n == 1 {
		return "1 restart"
	}
	return fmt.Sprintf("%d restarts", n)
}

func loopText(f Facts, found finding) string {
	text := fmt.Sprintf("%s keeps ending (%s)", found.of.title(), restarts(found.of.RestartCount))
	if found.of.RestartCount == 0 {
		text = found.of.title() + " has ended, and is being started again"
	}
	if end := found.of.lastEnd(); end != nil {
		text += ": " + f.endText(end)
	}
	return text
}

func loopByCheckText(which check) func(Facts, finding) string {
	return func(f Facts, found finding) string {
		return withDetail(f, fmt.Sprintf("its node keeps restarting %s (%s), because its %s check fails", found.of.title(), restarts(found.of.RestartCount), which), found.detail)
	}
}

func containerEndText(f Facts, found finding) string {
	return fmt.Sprintf("%s ended: %s", found.of.title(), f.endText(found.of.lastEnd()))
}

func containerEndBrief(_ Facts, found finding) string { return exitBrief(found.of.lastEnd()) }

func killedText(which check) func(Facts, finding) string {
	return func(f Facts, found finding) string {
		return withDetail(f, fmt.Sprintf("its node ended %s, because its %s check failed", found.of.title(), which), f.lastFailure(*found.of, which))
	}
}

// loopBrief is what the container waits for, how it ended, or how it ended before this run.
func loopBrief(_ Facts, found finding) string {
	end := found.of.lastEnd()
	switch {
	case found.of.State.Waiting != nil:
		return found.of.State.Waiting.Reason
	case end == nil:
		return "keeps ending"
	case found.of.State.Terminated != nil:
		return exitBrief(end)
	case found.of.Ready:
		return "keeps ending: " + exitBrief(end)
	}
	return "restarted after " + exitBrief(end)
}

func loopAdvice(_ Facts, found finding) string {
	if !found.of.isMain() {
		return "Its log says why the program ends. Fix the program, or its fields in `pod`."
	}
	if end := found.of.lastEnd(); end != nil && end.ExitCode == 0 {
		return "The program exits with success and is started again, because `restart_policy` is Always. Keep it running. " + jobAdvice + " If a health check ends it, its events say so."
	}
	return "Its log says why the program ends. Fix the program, its `command`, `args` or `env`. If it writes to its own files, see `security.read_only_root_filesystem`."
}

func livenessAdvice(_ Facts, found finding) string {
	return "The node ends a program whose liveness check fails. Its log may say why it doesn't answer. Fix the program or " + found.of.checkAttribute(liveness) + ". A program that starts slowly also needs a `startup` check."
}

func startupAdvice(_ Facts, found finding) string {
	return "The node ends a program whose startup check doesn't pass in time. Its log may say why it doesn't answer. Fix the program or " + found.of.checkAttribute(startup) + ". If it starts slowly, allow more tries there."
}

func readinessAdvice(_ Facts, found finding) string {
	if found.of == nil {
		return "Its containers run, but the node doesn't report them as ready. Look at its events."
	}
	return "The program runs, but services send it no work until its readiness check passes. Its log may say why the check fails. Fix the program or " + found.of.checkAttribute(readiness) + ". If it only needs more time, raise `timeouts`; `wait_for = \"Running\"` doesn't wait for the check."
}

func (c container) checkAttribute(which check) string {
	if c.isMain() {
		return "`health_checks[\"" + string(which) + "\"]`"
	}
	return "`" + string(which) + "Probe` in `pod`"
}

func checkText(which check) func(Facts, finding) string {
	return func(f Facts, found finding) string {
		if f.quoted(found.detail) != "" {
			return withDetail(f, fmt.Sprintf("%s fails its %s check", found.of.title(), which), found.detail)
		}
		return fmt.Sprintf("%s runs, but hasn't passed its %s check", found.of.title(), which)
	}
}

func noLongerReadyText(f Facts, found finding) string {
	since := ""
	if !found.at.IsZero() {
		since = " since " + moment(found.at)
	}
	if found.of == nil {
		return "it was ready and isn't any more" + since
	}
	return withDetail(f, fmt.Sprintf("%s was ready, but has failed its readiness check%s", found.of.title(), since), found.detail)
}

func noLongerReadyBrief(_ Facts, found finding) string {
	return strings.TrimSuffix("not ready any more: "+found.name, ": ")
}

func gateText(_ Facts, found finding) string {
	text := fmt.Sprintf("its containers are ready, but its readiness gate %s isn't open", found.name)
	if found.detail == "" {
		return text
	}
	return text + ": " + found.detail
}

func gateAdvice(_ Facts, found finding) string {
	return fmt.Sprintf("A controller, for example of a load balancer, opens the gate by setting the condition %s. Check that controller, or remove the gate from `readinessGates` in `pod`.", found.name)
}

func waitingBrief(_ Facts, found finding) string { return found.name }

func imageNameText(f Facts, found finding) string {
	return fmt.Sprintf("the image of %s has no valid name: %s", found.of.title(), f.reasonAnd(found.name, found.detail))
}

func imageNameAdvice(_ Facts, found finding) string {
	return "Correct " + found.of.attribute("image") + ": [registry/]path[:tag][@digest], with a path in lower case."
}

func imagePullText(f Facts, found finding) string {
	return fmt.Sprintf("the image of %s can't be pulled: %s", found.of.title(), f.reasonAnd(found.name, found.detail))
}

func imagePullAdvice(_ Facts, found finding) string {
	return "Check the name and tag in " + found.of.attribute("image") + ". Check that the node can reach the registry and may pull from it."
}

func startText(f Facts, found finding) string {
	return fmt.Sprintf("%s can't be started: %s", found.of.title(), f.reasonAnd(found.name, found.detail))
}

func heldText(f Facts, found finding) string {
	return fmt.Sprintf("%s isn't started: %s", found.of.title(), f.reasonAnd(found.name, found.detail))
}

func rootAdvice(f Facts, found finding) string {
	user, otherwise := "`security.run_as_user`", ", use an image that has one, or set `security.run_as_non_root = false`."
	if !found.of.isMain() {
		user, otherwise = "`securityContext.runAsUser` in `pod`", ", or use an image that has one."
	}
	switch {
	case strings.Contains(found.detail, "breaks non-root policy"):
		return "It is set to run as root, and `security.run_as_non_root` forbids that for all containers of the instance. Give it another user with " + user + "."
	case strings.Contains(found.detail, "non-numeric user"):
		return "The image gives its user by name, so the node can't tell whether " + namedUser(f.quoted(found.detail)) + " is root. Give it a number with " + user + strings.Replace(otherwise, "has one", "has a number", 1)
	}
	return "The image's user is root, and `security.run_as_non_root` forbids that for all containers of the instance. Give it another user with " + user + otherwise
}

func namedUser(message string) string {
	_, user, _ := strings.Cut(message, "non-numeric user (")
	user, _, _ = strings.Cut(user, ")")
	if user == "" {
		return "that one"
	}
	return user
}

func configAdvice(_ Facts, found finding) string {
	if names(found.detail, "configmap", "secret") {
		return "Create the ConfigMap or Secret that is missing in the instance's cluster, or correct its name."
	}
	return "The message comes from the node. Correct what it names."
}

func names(message string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(message), word) })
}

func volumesText(f Facts, found finding) string {
	return withDetail(f, "its volumes can't be mounted", found.detail)
}

func volumesAdvice(_ Facts, found finding) string {
	if names(found.detail, "configmap", "secret") {
		return "Create the ConfigMap or Secret that is missing in the instance's cluster, or correct its name in `volumes`."
	}
	return "Check that the sources of `volumes` exist, and that no other node holds them. The storage of a claim may also need more time: raise `timeouts`."
}

func sandboxText(f Facts, found finding) string {
	return withDetail(f, "its node can't prepare it", found.detail)
}

func endedBesideText(f Facts, found finding) string {
	declared := found.of.spec()
	attribute := "`restart_policy`"
	if declared.RestartPolicy != nil {
		attribute = "`restartPolicy` in `pod`"
	}
	return fmt.Sprintf("%s has ended (%s) and isn't started again, because %s is %s",
		found.of.title(), f.endText(found.of.State.Terminated), attribute, RestartPolicy(f.Pod, declared))
}

func endedBesideAdvice(_ Facts, found finding) string {
	if found.of.State.Terminated.ExitCode != 0 {
		return "Its log says why the program ended. Fix the program, or let `restart_policy` start it again."
	}
	return "An instance is ready only while all of its containers run. If this one is meant to end, set `wait_for` to \"Running\" or \"Succeeded\". Otherwise fix the program, or set `restart_policy` to \"Always\"."
}

func endedBesideBrief(_ Facts, found finding) string { return exitBrief(found.of.State.Terminated) }
