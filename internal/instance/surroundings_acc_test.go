package instance_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// furnish puts into the cluster what the configurations below refer to: the
// account deployer, and a ConfigMap, Secret and claim named db.
func furnish(ctx context.Context, t *testing.T, client *kubernetes.Clientset, cluster string) error {
	t.Helper()
	core, db := client.CoreV1(), metav1.ObjectMeta{Name: "db"}
	space := corev1.ResourceList{corev1.ResourceStorage: amount("1Gi")}
	modes := []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
	t.Cleanup(func() { _ = core.PersistentVolumes().Delete(context.Background(), cluster, metav1.DeleteOptions{}) })
	_, account := core.ServiceAccounts(cluster).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "deployer"}}, metav1.CreateOptions{})
	_, config := core.ConfigMaps(cluster).Create(ctx, &corev1.ConfigMap{ObjectMeta: db, Data: map[string]string{"name": "shop", "web.conf": ""}}, metav1.CreateOptions{})
	_, secret := core.Secrets(cluster).Create(ctx, &corev1.Secret{ObjectMeta: db, StringData: map[string]string{"password": "x"}}, metav1.CreateOptions{})
	_, volume := core.PersistentVolumes().Create(ctx, &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: cluster},
		Spec: corev1.PersistentVolumeSpec{
			Capacity: space, AccessModes: modes, ClaimRef: &corev1.ObjectReference{Namespace: cluster, Name: "db"},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/tmp/" + cluster}},
		},
	}, metav1.CreateOptions{})
	_, claim := core.PersistentVolumeClaims(cluster).Create(ctx, &corev1.PersistentVolumeClaim{
		ObjectMeta: db,
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: modes, StorageClassName: ptr.To(""), Resources: corev1.VolumeResourceRequirements{Requests: space},
		},
	}, metav1.CreateOptions{})
	return errors.Join(account, config, secret, volume, claim)
}

const (
	someSources = `env_value_from = {
    PASSWORD = { secret = "db", key = "password" }
    DATABASE = { config_map = "db", key = "name", optional = true }
    POD_IP   = { field = "status.podIP" }
    TEAM     = { field = "metadata.labels['team']" }
    CPU      = { resource = "limits.cpu", divisor = "1m" }
    MEMORY   = { resource = "requests.memory" }
  }`
	someChecks = `health_checks = {
    liveness  = { http_path = "/healthz", http_port = "http", initial_delay = 5, failure_threshold = 5 }
    readiness = { grpc_port = 9090, grpc_service = "shop.Cart", period = 3, success_threshold = 2 }
    startup   = { command = ["true"], timeout = 2 }
  }`
	someVolumes = `volumes = {
    data = { mount_path = "/var/lib/db", claim = "db", sub_path = "main" }
    conf = { mount_path = "/etc/web", config_map = "db", items = { "web.conf" = "conf.d/web.conf" } }
    key  = { mount_path = "/etc/key", secret = "db", mode = "0400", optional = true }
    tmp  = { mount_path = "/tmp", empty_dir = "Disk", size = "1Gi" }
    ram  = { mount_path = "/ram", empty_dir = "Memory", read_only = true }
    logs = { mount_path = "/logs", host_path = "/var/log", read_only = true }
  }`
)

// held is what the API server has of the Pod's surroundings; the token, whose
// volume has a random name, is left out.
func held(pod *corev1.Pod) (string, error) {
	app := pod.Spec.Containers[0]
	out := map[string]any{
		"account": pod.Spec.ServiceAccountName, "token": *pod.Spec.AutomountServiceAccountToken, "env": app.Env,
		"liveness": app.LivenessProbe, "readiness": app.ReadinessProbe, "startup": app.StartupProbe,
	}
	var volumes []corev1.Volume
	var mounts []corev1.VolumeMount
	for _, v := range pod.Spec.Volumes {
		if !strings.HasPrefix(v.Name, "kube-api-access-") {
			volumes = append(volumes, v)
		}
	}
	for _, m := range app.VolumeMounts {
		if !strings.HasPrefix(m.Name, "kube-api-access-") {
			mounts = append(mounts, m)
		}
	}
	out["volumes"], out["mounts"] = volumes, mounts
	text, err := yaml.Marshal(out)
	return string(text), err
}

// TestAccInstance_surroundings holds that the server has just what is declared
// and its own defaults, that neither of these is drift, and that it imports.
func TestAccInstance_surroundings(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster, `service_account = "deployer"`, `env = { URL = "pg://$(PASSWORD)@db/$(DATABASE)" }`,
		`ports = { http = { port = 8080 } }`, `cpu = "1"`, `memory = "64Mi"`, someSources, someChecks, someVolumes)
	test(t,
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error { return furnish(ctx, t, client, cluster) }),
			Config:    config,
			Check: checks(inState("status", "Running"), thePod(t, cluster, func(pod *corev1.Pod) error {
				want, err := os.ReadFile("testdata/surroundings.yaml")
				if err != nil {
					return err
				}
				got, err := held(pod)
				return errors.Join(err, equal("the server's Pod", got, string(want)))
			})),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet()},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{
			PreConfig:        recreate(t, cluster, visit),
			Config:           config,
			ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan()),
		},
	)
}

// visit adds to a Pod as meshes do.
func visit(pod *corev1.Pod) {
	app := &pod.Spec.Containers[0]
	app.Env = append(app.Env, corev1.EnvVar{Name: "NODE", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"}}})
	app.VolumeMounts = append(app.VolumeMounts, corev1.VolumeMount{Name: "mesh", MountPath: "/mesh"})
	if app.LivenessProbe == nil {
		app.LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 1}}}
	}
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "mesh", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
}

// recreate replaces the Pod web by hand with an edited one, and waits until it
// runs.
func recreate(t *testing.T, cluster string, edit func(*corev1.Pod)) func() {
	t.Helper()
	return func() {
		acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			pod, err := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{})
			if err != nil {
				return err
			}
			if err := remove(ctx, client, cluster); err != nil {
				return err
			}
			pod.ObjectMeta = metav1.ObjectMeta{Name: "web", Labels: pod.Labels, Annotations: pod.Annotations}
			pod.Spec.NodeName, pod.Status = "", corev1.PodStatus{}
			edit(pod)
			return create(ctx, client, cluster, pod)
		})()
		await(t, cluster, "running", phase(corev1.PodRunning))
	}
}

// TestAccInstance_changedSurroundingsReplace holds that a change of meaning makes
// another Pod, and that another spelling changes nothing.
func TestAccInstance_changedSurroundingsReplace(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var pod uid
	now := map[string]string{
		"service_account": `"deployer"`,
		"env_value_from":  `{ MEMORY = { resource = "limits.memory" } }`,
		"health_checks":   `{ liveness = { tcp_port = 8080 } }`,
		"volumes":         `{ tmp = { mount_path = "/tmp", empty_dir = "Disk", size = "1Gi" }, key = { mount_path = "/key", secret = "db", mode = "0440" } }`,
	}
	config := func() string {
		var attributes []string
		for name, value := range now {
			attributes = append(attributes, name+" = "+value)
		}
		return instanceConfig(cluster, attributes...)
	}
	steps := []resource.TestStep{{
		PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error { return furnish(ctx, t, client, cluster) }),
		Config:    config(),
		Check:     thePod(t, cluster, pod.note),
	}}
	change := func(attribute, value string, checks ...plancheck.PlanCheck) *resource.TestStep {
		now[attribute] = value
		steps = append(steps, resource.TestStep{Config: config(), ConfigPlanChecks: planned(checks...)}, resource.TestStep{Config: config(), ConfigPlanChecks: quiet()})
		return &steps[len(steps)-2]
	}
	respelt := func(attribute, value string) {
		change(attribute, value, plancheck.ExpectEmptyPlan()).Check = thePod(t, cluster, pod.same)
	}
	replaced := func(attribute, value string) {
		change(attribute, value, action(plancheck.ResourceActionReplace), forcedBy{attribute}).Check = thePod(t, cluster, all(pod.other, pod.note))
	}
	respelt("env_value_from", `{ MEMORY = { resource = "limits.memory", divisor = "1" } }`)
	change("health_checks", `{ liveness = { tcp_port = "8080", period = 10, timeout = 1, success_threshold = 1, failure_threshold = 3, initial_delay = 0 } }`, plancheck.ExpectEmptyPlan())
	respelt("volumes", `{ tmp = { mount_path = "/tmp", empty_dir = "Disk", size = "1024Mi", read_only = false }, key = { mount_path = "/key", secret = "db", mode = "440", optional = false } }`)
	replaced("service_account", `null`)
	replaced("env_value_from", `{ MEMORY = { resource = "limits.memory", divisor = "1Mi" } }`)
	replaced("health_checks", `{ liveness = { tcp_port = 8080, period = 11 } }`)
	replaced("volumes", `{ tmp = { mount_path = "/tmp", empty_dir = "Disk", size = "2Gi" } }`)
	replaced("volumes", `null`)
	test(t, steps...)
}

// TestAccInstance_rewrittenCheckIsNoDrift has an admission policy ask the mesh's
// agent instead of the program, as Istio's does. What is changed later is drift.
func TestAccInstance_rewrittenCheckIsNoDrift(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	const agent = `JSONPatch{op: "add", path: "/spec/containers/0/livenessProbe", value: Object.spec.containers.livenessProbe{httpGet: Object.spec.containers.livenessProbe.httpGet{path: "/app-health/app/livez", port: 15020}}},`
	config := instanceConfig(cluster, `env = { A = "1" }`, `health_checks = { liveness = { http_path = "/healthz", http_port = 8080 } }`)
	rewritten := func(pod *corev1.Pod) error {
		return equal("path", pod.Spec.Containers[0].LivenessProbe.HTTPGet.Path, "/app-health/app/livez")
	}
	var pod uid
	test(t,
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				return injectInto(ctx, t, client, cluster, agent)
			}),
			Config: config,
			Check:  checks(inState("health_checks.liveness.http_path", "/healthz"), thePod(t, cluster, all(pod.note, rewritten))),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet()},
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				if err := client.AdmissionregistrationV1().MutatingAdmissionPolicyBindings().Delete(ctx, cluster, metav1.DeleteOptions{}); err != nil {
					return err
				}
				acctest.Eventually(t, "the admission policy to rest", func(ctx context.Context) (bool, error) {
					pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "probe"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: image}}}}
					made, err := client.CoreV1().Pods(cluster).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
					return err == nil && len(made.Spec.Containers) == 1, nil
				})
				return nil
			}),
			Config:           config,
			ConfigPlanChecks: quiet(),
			Check:            thePod(t, cluster, pod.same),
		},
		resource.TestStep{
			PreConfig: recreate(t, cluster, func(pod *corev1.Pod) {
				pod.Spec.Containers[0].LivenessProbe.FailureThreshold = 99
			}),
			Config:           config,
			ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace), forcedBy{"health_checks"}),
		},
	)
}

// TestAccInstance_surroundingsMayBeUnknown holds that what isn't known before the
// apply contradicts nothing, and is sent.
func TestAccInstance_surroundingsMayBeUnknown(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := `resource "terraform_data" "later" {
  input = { secret = "db", port = 8080, path = "/key", names = toset(["a"]) }
}
` + instanceConfig(cluster,
		`env_value_from = { PASSWORD = { secret = terraform_data.later.output.secret, config_map = null, key = "password" } }`,
		`health_checks = { liveness = { tcp_port = terraform_data.later.output.port } }`,
		`volumes = { key = { mount_path = terraform_data.later.output.path, secret = terraform_data.later.output.secret } }`,
	)
	test(t,
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error { return furnish(ctx, t, client, cluster) }),
			Config:    config,
			Check: thePod(t, cluster, func(pod *corev1.Pod) error {
				app := pod.Spec.Containers[0]
				return errors.Join(
					equal("secret", app.Env[0].ValueFrom.SecretKeyRef.Name, "db"),
					equal("port", app.LivenessProbe.TCPSocket.Port.IntVal, 8080),
					equal("mount", app.VolumeMounts[0].MountPath, "/key"),
				)
			}),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet()},
	)
}

func TestAccInstanceDataSource_showsSurroundings(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	attribute := func(name, value string) resource.TestCheckFunc {
		return resource.TestCheckResourceAttr(found, name, value)
	}
	config := instanceConfig(cluster, `env_value_from = { POD_IP = { field = "status.podIP" } }`,
		`health_checks = { readiness = { http_path = "/", http_port = 8080 } }`, `volumes = { tmp = { mount_path = "/tmp", empty_dir = "Disk" } }`)
	test(t,
		resource.TestStep{Config: config},
		resource.TestStep{Config: config + lookup(cluster), Check: checks(
			attribute("service_account", "default"), attribute("env_value_from.POD_IP.field", "status.podIP"),
			attribute("health_checks.readiness.http_port", "8080"), attribute("health_checks.readiness.period", "10"),
			attribute("health_checks.readiness.failure_threshold", "3"), attribute("health_checks.readiness.https", "false"),
			attribute("volumes.tmp.mount_path", "/tmp"), attribute("volumes.tmp.empty_dir", "Disk"), attribute("volumes.tmp.read_only", "false"),
			resource.TestCheckNoResourceAttr(found, "volumes.tmp.mode"),
		)},
	)
}
