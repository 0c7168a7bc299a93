package drift_test

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func status(of *corev1.Pod) corev1.ContainerStatus {
	for _, c := range of.Status.ContainerStatuses {
		if c.Name == "app" {
			return c
		}
	}
	return corev1.ContainerStatus{}
}

func silentInstances() table {
	const (
		everything = `service_account = "deployer"
  env   = { URL = "pg://$(PASSWORD)@db" }
  ports = { http = { port = 8080 } }
  env_value_from = {
    PASSWORD = { secret = "db", key = "password" }
    CPU      = { resource = "limits.cpu", divisor = "1m" }
    NODE     = { field = "spec.nodeName" }
  }
  health_checks = {
    liveness  = { http_path = "/healthz", http_port = "http" }
    readiness = { grpc_port = 9090 }
    startup   = { command = ["true"] }
  }
  volumes = {
    conf = { mount_path = "/etc/web", config_map = "db" }
    key  = { mount_path = "/etc/key", secret = "db", mode = "0400", optional = true }
    tmp  = { mount_path = "/tmp", empty_dir = "Disk" }
  }
  pod = {
    initContainers = [{ name = "log", image = "registry.k8s.io/pause:3.9", restartPolicy = "Always" }]
    tolerations    = [{ key = "dedicated", operator = "Exists" }]
    topologySpreadConstraints = [{ maxSkew = 1, topologyKey = "zone", whenUnsatisfiable = "ScheduleAnyway" }]
  }`
		defaults = `{metadata: {name: limits}, spec: {limits: [{type: Container, default: {cpu: 500m, memory: 256Mi}, defaultRequest: {cpu: 100m, memory: 64Mi}}]}}`
	)
	restarted := then(plays("behavior", "by-hand"), restartedOnce)
	unready := then(plays("behavior", "not-ready"), awaits("unready", isUnready))
	return table{
		title: "No drift: instances", of: instance,
		rows: []row{
			{
				happens: "the API server and the cluster fill in defaults", config: everything, plan: silent(), given: makes("serviceaccounts", `{metadata: {name: deployer}}`),
				sees: "protocols, thresholds, a pull policy, tolerations, a service account's token",
			},
			{
				happens: "the API server writes an instance's amounts in another unit", plan: silent(),
				config: `cpu = "1500m"
  memory   = "2048Mi"
  limits   = { ephemeral-storage = "0.5Gi" }
  requests = { cpu = "0.25", memory = "1e9", ephemeral-storage = "262144Ki" }
  volumes  = { tmp = { mount_path = "/tmp", empty_dir = "Disk", size = "1024Mi" } }
  env_value_from = { CPU = { resource = "limits.cpu", divisor = "0.001" } }
  pod = { initContainers = [{ name = "log", image = "registry.k8s.io/pause:3.9", resources = { limits = { cpu = "0.5", memory = "65536Ki" } } }] }`,
				change: patch("pods/{name}/resize", `spec: {containers: [{name: app, resources: {limits: {cpu: "1.5", memory: 2097152Ki}, requests: {cpu: 250m, memory: 1000M}}}]}`),
			},
			{
				happens: "a LimitRange fills in CPU and memory", plan: silent(), given: makes("limitranges", defaults),
				sees: "where neither is declared",
			},
			{
				happens: "a LimitRange is changed once the instance is there", config: `memory = "64Mi"`, plan: silent(), given: makes("limitranges", defaults),
				change: patch("limitranges/limits", `spec: {limits: [{type: Container, default: {cpu: "1", memory: 1Gi}, defaultRequest: {cpu: "1", memory: 1Gi}}]}`),
				sees:   "it holds for new ones",
			},
			{
				happens: "other tools label and annotate the Pod", config: `labels = { team = "shop" }
  annotations = { a = "1" }`, plan: silent(),
				change: patchBy("argocd", "pods/{name}", `metadata:
  labels: {argocd.argoproj.io/instance: shop, pod-template-hash: abc, security.istio.io/tlsMode: istio}
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}", argocd.argoproj.io/tracking-id: x, sidecar.istio.io/status: x, cni.projectcalico.org/podIP: 10.0.0.1/32, k8s.v1.cni.cncf.io/network-status: x, cluster-autoscaler.kubernetes.io/safe-to-evict: "true"}`),
			},
			{happens: "its program is restarted, once", config: `min_ready_seconds = 1`, played: true, plan: silent(), change: restarted, sees: "the data source `mar_instance` counts them"},
			{happens: "its readiness goes and comes", played: true, plan: silent(), change: then(unready, plays("behavior", "running"), awaits("ready", func(pod *corev1.Pod) bool { return !isUnready(pod) }))},
			{
				happens: "it starts after the apply", config: "wait_for = \"None\"\n  " + annotated("start-delay", "1s"), played: true, plan: silent(),
				change: awaits("running", phase(corev1.PodRunning)), sees: "where that isn't waited for",
			},
			{
				happens: "a controller writes the Pod's status", plan: silent(),
				change: patch("pods/{name}/status", `status: {conditions: [{type: example.com/Audited, status: "True"}]}`),
			},
			{
				happens: "somebody debugs it", plan: silent(), sees: "an ephemeral container",
				change: patch("pods/{name}/ephemeralcontainers", `spec: {ephemeralContainers: [{name: debug, image: registry.k8s.io/pause:3.10}]}`),
			},
			{
				happens: "somebody gives it a toleration and a deadline", plan: silent(),
				change: then(addsToleration, patch("pods/{name}", `spec: {activeDeadlineSeconds: 3600}`)), sees: "nobody declared them",
			},
			{
				happens: "a ConfigMap that it reads is changed", config: `volumes = { conf = { mount_path = "/etc/web", config_map = "web" } }`, plan: silent(),
				given:  makes("configmaps", `{metadata: {name: web}, data: {a: "1"}}`),
				change: patch("configmaps/web", `data: {a: "2"}`), sees: "`restart_triggers` is for that",
			},
			{
				happens: "somebody else's PodTemplate has its name", plan: silent(),
				change: makes("podtemplates", `{metadata: {name: "{name}"}, template: {metadata: {labels: {app: theirs}}, spec: {containers: [{name: main, image: busybox}]}}}`),
			},
		},
	}
}

// restartedOnce is a program that ended a moment ago and was started again, as a kubelet tells of it.
func restartedOnce(ctx context.Context, o outside) error {
	pod, err := o.client.CoreV1().Pods(o.cluster).Get(ctx, o.name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	c := &pod.Status.ContainerStatuses[0]
	c.RestartCount++
	c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error", StartedAt: c.State.Running.StartedAt, FinishedAt: metav1.Now()}
	c.State.Running.StartedAt = metav1.Now()
	_, err = o.client.CoreV1().Pods(o.cluster).UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	return err
}
