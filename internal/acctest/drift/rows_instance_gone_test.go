package drift_test

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// asksToGo deletes the Pod gracefully, and doesn't wait.
func asksToGo(ctx context.Context, o outside) error {
	return o.client.CoreV1().Pods(o.cluster).Delete(ctx, o.name, metav1.DeleteOptions{})
}

// preempts has the Pod make room for another, as the scheduler does.
func preempts(ctx context.Context, o outside) error {
	pod, err := o.pod(ctx)
	if err != nil {
		return err
	}
	event := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Name: o.name + ".preempted"},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: o.cluster, Name: o.name, UID: pod.UID},
		Reason:         "Preempted", Message: "Preempted by pod 1234 on node mar-dev-1", Type: corev1.EventTypeNormal,
		LastTimestamp: metav1.Now(),
	}
	if _, err := o.client.CoreV1().Events(o.cluster).Create(ctx, event, metav1.CreateOptions{}); err != nil {
		return err
	}
	return deletes("pods/{name}")(ctx, o)
}

func gonePods() table {
	const beingDeleted = "Instance is being deleted"
	looping := then(plays("behavior", "crash-loop"), awaits("restarted", func(pod *corev1.Pod) bool { return status(pod).RestartCount > 1 }))
	running := then(plays("behavior", "running"), awaits("running again", func(pod *corev1.Pod) bool { return status(pod).State.Running != nil }))
	return table{
		title: "Instances that are gone or going", of: instance,
		rows: []row{
			{happens: "the Pod is deleted", plan: creates().warning("Instance is gone", "doesn't exist any more"), change: deletes("pods/{name}")},
			{
				happens: "the Pod is preempted and gone", config: `env = { A = "1" }`, change: preempts,
				plan: creates().warning("Instance was preempted", "Preempted by pod 1234 on node mar-dev-1").or("Instance is gone"),
			},
			{
				happens: "the Pod is being deleted", plan: replaces("status").warning(beingDeleted, "Apply waits until it is gone"),
				change:    then(patch("pods/{name}", `metadata: {finalizers: [example.com/hold]}`), asksToGo),
				meanwhile: then(pause(time.Second), patch("pods/{name}", `metadata: {finalizers: null}`)),
			},
			{
				happens: "its node is lost, and Kubernetes gives it up", played: true,
				plan: replaces("status").warning(beingDeleted, "Apply waits until it is gone"), sees: "Kubernetes deletes it after five minutes, and it can't go before its node answers or is removed",
				change:    then(plays("behavior", "lost"), awaits("not ready", isUnready), asksToGo),
				meanwhile: then(pause(time.Second), func(ctx context.Context, o outside) error { return nudge(ctx, o, plays("behavior", "running")) }),
			},
			{
				happens: "its node is lost for a moment", config: `env = { A = "2" }`, played: true,
				plan:   silent().warning("The instance's node doesn't answer", "unless the node comes back"),
				change: then(plays("behavior", "lost"), awaits("not ready", isUnready)),
			},
			{
				happens: "its program ends again and again", config: `env = { A = "3" }`, played: true,
				plan: silent().warning("Instance keeps ending", "container app keeps ending"), change: looping,
			},
			{
				happens: "its program ended again and again, and happens to run", config: `env = { A = "4" }`, played: true,
				plan: silent().warning("Instance keeps ending", "Error, exit code 1"), change: then(looping, running),
			},
			{
				happens: "its readiness goes", config: `env = { A = "5" }`, played: true,
				plan:   silent().warning("Instance isn't ready any more", "has failed its readiness check"),
				change: then(plays("behavior", "not-ready"), awaits("unready", isUnready)),
			},
		},
	}
}

// nudge makes a change of a Pod that may be gone by then.
func nudge(ctx context.Context, o outside, c change) error {
	if err := c(ctx, o); err != nil {
		if _, gone := o.pod(ctx); gone == nil {
			return err
		}
	}
	return nil
}

func isUnready(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status != corev1.ConditionTrue
		}
	}
	return false
}

func endedPods() table {
	const once = `restart_policy = "Never"`
	replaced := func(summary, says string) verdict { return replaces("status").warning(summary, says) }
	return table{
		title: "Instances that ended", of: instance,
		intro: "`replace_on` says which statuses replace an instance: `Failed`, if nothing else is said.",
		rows: []row{
			{happens: "it is evicted by its node", played: true, plan: replaced("Instance was evicted", "Evicted: The node was low on resource: memory"), change: ends("behavior", "evicted")},
			{happens: "it fails with an exit code", config: once, played: true, plan: replaced("Instance failed", "exit code 3"), change: ends("behavior", "failed", "exit-code", "3")},
			{happens: "it is killed for its memory, and isn't to be restarted", config: once, played: true, plan: replaced("Instance ran out of memory", "OOMKilled, exit code 137"), change: ends("behavior", "oom-killed")},
			{
				happens: "its deadline is exceeded", config: "pod = { activeDeadlineSeconds = 3600 }\n  " + once, played: true, plan: replaced("Instance took longer than it is allowed to", "DeadlineExceeded"),
				change: ends("behavior", "evicted", "reason", "DeadlineExceeded", "message", "Pod was active on the node longer than the specified deadline"),
			},
			{
				happens: "it is preempted by its node", played: true, plan: replaced("Instance was preempted", "Preempting"),
				change: ends("behavior", "evicted", "reason", "Preempting", "message", "Preempted in order to admit critical pod"),
			},
			{
				happens: "its node is shut down", played: true, plan: replaced("The instance's node was shut down", "Terminated"),
				change: ends("behavior", "evicted", "reason", "Terminated", "message", "Pod was terminated in response to imminent node shutdown."),
			},
			{
				happens: "it finishes, although it is to run always", played: true, plan: replaced("Instance finished", "is Succeeded"),
				change: then(plays("behavior", "succeeded"), awaits("finished", phase(corev1.PodSucceeded))),
			},
			{
				happens: "it finishes, and replace_on has Succeeded", config: once + "\n  " + `replace_on = ["Succeeded"]`, played: true, plan: replaced("Instance finished", "is Succeeded"),
				change: then(plays("behavior", "succeeded"), awaits("finished", phase(corev1.PodSucceeded))),
			},
			{
				happens: "it fails, and replace_on is empty", config: once + "\n  " + `replace_on = []`, played: true, plan: notes("status").warning("Instance failed", "It stays"),
				change: ends("behavior", "failed", "exit-code", "3"),
			},
			{
				happens: "a job finishes", config: once, played: true, plan: silent(), remembered: true,
				change: then(plays("behavior", "succeeded"), awaits("finished", phase(corev1.PodSucceeded))),
				sees:   "a refresh-only plan shows nothing, and yet ends with 2: see above",
			},
		},
	}
}

func namesakes() table {
	const another = "registry.k8s.io/pause:3.9"
	occupiedByAnother := taken("already exists", "import {").warning("Instance is gone, and another Pod has its name", "The provider leaves that Pod alone")
	foreign := func(image string) change {
		return then(deletes("pods/{name}"), makes("pods", `{metadata: {name: "{name}"}, spec: {containers: [{name: app, image: "`+image+`"}]}}`))
	}
	return table{
		title: "Instances that somebody makes again", of: instance,
		intro: "A Pod of the same name is another Pod: its UID tells. With the provider's labels it is taken for the instance, as when a backup is restored, and the plan warns: *Instance was recreated by something else*. Without them it is somebody else's: the instance is gone, and that Pod is left alone, also by `terraform destroy`.",
		rows: []row{
			{happens: "the Pod is made again with its labels and image", config: `memory = "64Mi"`, plan: notes("uid").may("ip"), remade: func(*corev1.Pod) {}},
			{
				happens: "the Pod is made again with more in it than is declared", config: `env = { A = "1" }`, plan: notes("uid").may("ip"),
				remade: func(pod *corev1.Pod) {
					app(pod).Env = append(app(pod).Env, corev1.EnvVar{Name: "NODE", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"}}})
					app(pod).VolumeMounts = append(app(pod).VolumeMounts, corev1.VolumeMount{Name: "mesh", MountPath: "/mesh"})
					app(pod).LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 1}}}
					pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "mesh", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
				},
			},
			{
				happens: "the Pod is made again with its labels and another image", plan: updates("image"), anew: true,
				remade: func(pod *corev1.Pod) { app(pod).Image = another },
			},
			{
				happens: "the Pod is made again with its labels and another size", config: `cpu = "1"`, plan: updates("cpu"), anew: true,
				remade: func(pod *corev1.Pod) {
					app(pod).Resources.Limits[corev1.ResourceCPU], app(pod).Resources.Requests[corev1.ResourceCPU] = amount("2"), amount("2")
				},
			},
			{
				happens: "a Pod of its name and image is made without the labels", plan: occupiedByAnother,
				change: foreign(image), mended: deletes("pods/{name}"), anew: true,
			},
			{
				happens: "a Pod of its name and another image is made without the labels", plan: occupiedByAnother,
				change: foreign(another), mended: deletes("pods/{name}"), anew: true,
			},
		},
	}
}
