package drift_test

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func amount(text string) resource.Quantity { return resource.MustParse(text) }

const sized = `cpu = "1"
  memory = "1Gi"`

func declaredOfPods() table {
	resized := func(resources string) change {
		return patch("pods/{name}/resize", `spec: {containers: [{name: app, resources: `+resources+`}]}`)
	}
	return table{
		title: "What an instance declares", of: instance,
		intro: "What Kubernetes lets others change of a Pod while it lives.",
		rows: []row{
			{happens: "its image is changed", plan: updates("image"), change: patch("pods/{name}", `spec: {containers: [{name: app, image: "registry.example.com/other:9"}]}`)},
			{happens: "its CPU is changed", config: sized, plan: updates("cpu"), change: resized(`{limits: {cpu: "2"}, requests: {cpu: "2"}}`)},
			{
				happens: "a size is asked for that its node has no room for", config: sized, played: true,
				plan:   updates("cpu").warning("Instance doesn't have its new size yet", "no room for that size now: Deferred"),
				change: then(plays("resize", "deferred"), resized(`{limits: {cpu: "2"}, requests: {cpu: "2"}}`), awaits("deferred", isDeferred)),
			},
			{happens: "its memory is changed", config: sized, plan: updates("memory"), change: resized(`{limits: {memory: 2Gi}, requests: {memory: 2Gi}}`)},
			{
				happens: "what it requests is changed", config: sized + "\n  " + `requests = { cpu = "500m" }`, plan: updates("requests.cpu"),
				change: resized(`{requests: {cpu: 250m}}`),
			},
			{
				happens: "a limit is changed that it requests less of", config: `cpu = "2"
  requests = { cpu = "500m" }`, plan: updates("cpu"), change: resized(`{limits: {cpu: "3"}}`),
			},
			{happens: "a declared label of an instance is changed", config: `labels = { team = "shop" }`, plan: updates("labels.team", "labels_all.team"), change: patch("pods/{name}", `metadata: {labels: {team: pay}}`)},
			{happens: "a declared label of an instance is removed", config: `labels = { team = "shop" }`, plan: updates("labels.team", "labels_all.team"), change: patch("pods/{name}", `metadata: {labels: {team: null}}`)},
			{happens: "a declared annotation of an instance is changed", config: `annotations = { a = "1" }`, plan: updates("annotations.a", "annotations_all.a"), change: patch("pods/{name}", `metadata: {annotations: {a: "2"}}`)},
			{
				happens: "a declared annotation of an instance is changed, one that kubectl writes as well", config: `annotations = { "kubectl.kubernetes.io/restartedAt" = "1" }`,
				plan:   updates("annotations.kubectl.kubernetes.io/restartedAt", "annotations_all.kubectl.kubernetes.io/restartedAt"),
				change: patch("pods/{name}", `metadata: {annotations: {kubectl.kubernetes.io/restartedAt: "2"}}`),
			},
			{happens: "a declared annotation of an instance is removed", config: `annotations = { a = "1" }`, plan: updates("annotations.a", "annotations_all.a"), change: patch("pods/{name}", `metadata: {annotations: {a: null}}`)},
			{
				happens: "somebody takes the provider's labels from the Pod", sees: "its UID tells that it is the instance, and the apply puts them back",
				plan:   updates("labels_all").warning("Instance lacks labels that the provider needs", "app.kubernetes.io/managed-by, instance-id"),
				change: patch("pods/{name}", `metadata: {labels: {app.kubernetes.io/managed-by: null, instance-id: null}}`),
			},
			{
				happens: "the image of a sidecar in pod is changed", plan: replaces("pod").warning("Instance will be replaced because of its pod", "pod.initContainers"),
				config: `pod = { initContainers = [{ name = "log", image = "registry.k8s.io/pause:3.9", restartPolicy = "Always" }] }`,
				change: patch("pods/{name}", `spec: {initContainers: [{name: log, image: "registry.k8s.io/pause:3.8"}]}`),
			},
			{
				happens: "the image of a sidecar in a pod of text is changed", plan: replaces("pod").warning("Instance will be replaced because of its pod", "pod.initContainers"),
				config: "pod = <<-YAML\n    initContainers:\n    - {name: log, image: registry.k8s.io/pause:3.9, restartPolicy: Always}\n  YAML",
				change: patch("pods/{name}", `spec: {initContainers: [{name: log, image: "registry.k8s.io/pause:3.8"}]}`),
			},
		},
	}
}

func isDeferred(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodResizePending {
			return c.Reason == corev1.PodReasonDeferred
		}
	}
	return false
}

func surroundingsOfPods() table {
	// each is a row whose Pod is made again with something else in it.
	each := func(attribute, happens, config string, edit func(*corev1.Pod)) row {
		return row{happens: happens, config: config, plan: replaces(attribute), remade: edit}
	}
	const (
		variable = `env_value_from = { PASSWORD = { secret = "db", key = "password" } }`
		check    = `health_checks = { liveness = { tcp_port = 8080 } }`
		tmp      = `volumes = { tmp = { mount_path = "/tmp", empty_dir = "Disk" } }`
	)
	rows := []row{
		each("env", "a variable is changed", `env = { A = "1" }`, func(pod *corev1.Pod) { app(pod).Env[0].Value = "2" }),
		each("env", "a variable is removed", `env = { A = "1" }`, func(pod *corev1.Pod) { app(pod).Env = nil }),
		each("env_value_from", "a variable from a Secret is removed", variable, func(pod *corev1.Pod) { app(pod).Env = nil }),
		each("env_value_from", "a variable from a Secret is replaced by a literal", variable, func(pod *corev1.Pod) { app(pod).Env[0] = corev1.EnvVar{Name: "PASSWORD", Value: "1"} }),
		each("command", "the command is changed", `command = ["/pause"]`, func(pod *corev1.Pod) { app(pod).Command = []string{"/bin/sh"} }),
		each("args", "the arguments are removed", `args = ["-v"]`, func(pod *corev1.Pod) { app(pod).Args = nil }),
		each("ports", "a port is changed", `ports = { http = { port = 80 } }`, func(pod *corev1.Pod) { app(pod).Ports[0].ContainerPort = 81 }),
		each("health_checks", "a health check is removed", check, func(pod *corev1.Pod) { app(pod).LivenessProbe = nil }),
		each("health_checks", "a health check is weakened", check, func(pod *corev1.Pod) { app(pod).LivenessProbe.FailureThreshold = 99 }),
		each("volumes", "a volume isn't mounted", tmp, func(pod *corev1.Pod) { app(pod).VolumeMounts = nil }),
		each("volumes", "a volume is of another kind", tmp, func(pod *corev1.Pod) {
			for i := range pod.Spec.Volumes {
				if pod.Spec.Volumes[i].EmptyDir != nil {
					pod.Spec.Volumes[i].EmptyDir.Medium = corev1.StorageMediumMemory
				}
			}
		}),
		each("security.run_as_user", "the user is changed", `security = { run_as_user = 1000 }`, func(pod *corev1.Pod) {
			for _, user := range []*int64{app(pod).SecurityContext.RunAsUser, podUser(pod)} {
				if user != nil {
					*user = 1001
				}
			}
		}),
		each("security.read_only_root_filesystem", "a secure default is turned off", "", func(pod *corev1.Pod) { *app(pod).SecurityContext.ReadOnlyRootFilesystem = false }),
		each("restart_policy", "the restart policy is changed", `restart_policy = "OnFailure"`, func(pod *corev1.Pod) { pod.Spec.RestartPolicy = corev1.RestartPolicyAlways }),
	}
	account := each("service_account", "it runs under another service account", `service_account = "deployer"`, func(pod *corev1.Pod) {
		pod.Spec.ServiceAccountName, pod.Spec.DeprecatedServiceAccount = "default", ""
	})
	account.given = makes("serviceaccounts", `{metadata: {name: deployer}}`)
	pod := each("pod", "what pod declares is changed", `pod = { hostname = "shop" }`, func(pod *corev1.Pod) { pod.Spec.Hostname = "pay" })
	pod.plan = replaces("pod").warning("Instance will be replaced because of its pod", "pod.hostname")
	limit := each("limits", "another limit is changed", `limits = { ephemeral-storage = "1Gi" }`, func(pod *corev1.Pod) {
		app(pod).Resources.Limits[corev1.ResourceEphemeralStorage] = amount("2Gi")
	})
	limit.plan = limit.plan.warning("Instance will be replaced because of its size", "Kubernetes can change only CPU and memory")
	return table{
		title: "What Kubernetes never changes in a living Pod", of: instance,
		intro: "So somebody has deleted the Pod and made it again, with the provider's labels and something else in it. Each plan also warns: *Instance was recreated by something else*.",
		rows:  append(rows, limit, account, pod),
	}
}

func podUser(pod *corev1.Pod) *int64 {
	if pod.Spec.SecurityContext == nil {
		return nil
	}
	return pod.Spec.SecurityContext.RunAsUser
}

func power() table {
	const (
		running = `desired_status = "Running"`
		stopped = `desired_status = "Stopped"`
		secret  = `secret_env_wo = { PASSWORD = "hunter2" }
  secret_env_wo_version = 1`
	)
	return table{
		title: "Power, and secret variables", of: instance,
		intro: "A stopped instance is a PodTemplate of its name. Where `desired_status` is left out, power isn't managed, and whoever stops or starts the instance may.",
		rows: []row{
			{happens: "it is stopped, where it is to run", config: running + "\n  " + sized, plan: updates("desired_status", "status", "uid", "node", "ip"), change: stops, anew: true, sees: "apply starts it"},
			{happens: "it is started, where it is to be stopped", config: stopped, plan: updates("desired_status", "status", "uid", "node", "ip"), change: starts, sees: "apply stops it"},
			{happens: "it is stopped, where power isn't managed", plan: notes("status", "uid", "node", "ip"), change: stops},
			{
				happens: "a PodTemplate is left behind by an interrupted start", change: leavesTemplate,
				plan: updates("status").warning("A start or stop of the instance was interrupted", "Apply removes that"),
			},
			{
				happens: "the image of a stopped instance is edited", config: stopped, plan: updates("image"),
				change: func(ctx context.Context, o outside) error {
					template, err := o.client.CoreV1().PodTemplates(o.cluster).Get(ctx, o.name, metav1.GetOptions{})
					if err != nil {
						return err
					}
					template.Template.Spec.Containers[0].Image = "registry.k8s.io/pause:3.9"
					_, err = o.client.CoreV1().PodTemplates(o.cluster).Update(ctx, template, metav1.UpdateOptions{})
					return err
				},
			},
			{happens: "the PodTemplate of a stopped instance is deleted", config: stopped, plan: creates().warning("Instance is gone", "doesn't exist any more"), change: deletes("podtemplates/{name}")},
			{happens: "the Secret of its variables is deleted", config: secret, needs: acctest.WriteOnly, plan: replaces("secret_env_wo_version"), change: changesSecret(false), left: secretIsOurs},
			{happens: "the Secret of its variables is swapped", config: secret, needs: acctest.WriteOnly, plan: replaces("secret_env_wo_version"), change: changesSecret(true), left: secretIsOurs},
		},
	}
}

func (o outside) secret(ctx context.Context) (*corev1.Secret, error) {
	pod, err := o.pod(ctx)
	if err != nil {
		return nil, err
	}
	return o.client.CoreV1().Secrets(o.cluster).Get(ctx, app(pod).EnvFrom[0].SecretRef.Name, metav1.GetOptions{})
}

// changesSecret deletes the instance's Secret, and swaps it for another of its
// name and labels.
func changesSecret(swap bool) change {
	return func(ctx context.Context, o outside) error {
		was, err := o.secret(ctx)
		if err != nil {
			return err
		}
		if err := deletes("secrets/"+was.Name)(ctx, o); err != nil || !swap {
			return err
		}
		_, err = o.client.CoreV1().Secrets(o.cluster).Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: was.Name, Labels: was.Labels, Annotations: was.Annotations}, StringData: map[string]string{"PASSWORD": "stolen"},
		}, metav1.CreateOptions{})
		return err
	}
}

func secretIsOurs(ctx context.Context, o outside) error {
	secret, err := o.secret(ctx)
	if err != nil {
		return err
	}
	return equal("the variable in the Secret", string(secret.Data["PASSWORD"]), "hunter2")
}
