package instance_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// richPod is much of what pod is for.
const richPod = `pod = {
    terminationGracePeriodSeconds = 5
    initContainers = [{
      name          = "log"
      image         = "registry.k8s.io/pause:3.9"
      restartPolicy = "Always"
      resources     = { limits = { memory = "64Mi" } }
    }]
    containers = [{
      name      = "app"
      lifecycle = { preStop = { exec = { command = ["sleep", "1"] } } }
      env       = [{ name = "B", value = "2" }]
    }]
    tolerations  = [{ key = "dedicated", operator = "Equal", value = "shop", effect = "NoSchedule" }]
    nodeSelector = { "kubernetes.io/os" = "linux" }
  }`

// sameInWords is the same, respelt, in another order, with a default written down.
const sameInWords = `pod = <<-YAML
    nodeSelector: {kubernetes.io/os: linux}
    tolerations:
    - {effect: NoSchedule, key: dedicated, operator: Equal, value: shop}
    containers:
    - env: [{name: B, value: "2"}]
      lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}
      name: app
    initContainers:
    - image: registry.k8s.io/pause:3.9
      name: log
      imagePullPolicy: IfNotPresent
      resources: {limits: {memory: 65536Ki}}
      restartPolicy: Always
    terminationGracePeriodSeconds: 5
    dnsPolicy: ClusterFirst
  YAML`

func TestAccInstance_podIsMergedOverTheOtherAttributes(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var pod uid
	other := strings.ReplaceAll(richPod, `"shop"`, `"pay"`)
	test(t,
		resource.TestStep{
			Config: instanceConfig(cluster, `env = { A = "1" }`, `cpu = "1"`, richPod),
			Check: thePod(t, cluster, all(pod.note, func(p *corev1.Pod) error {
				app := p.Spec.Containers[0]
				return errors.Join(
					equal("containers", len(p.Spec.Containers), 1),
					equal("A and B", app.Env[0].Value+app.Env[1].Value, "12"),
					equal("cpu", app.Resources.Limits.Cpu().String(), "1"),
					equal("hook", app.Lifecycle.PreStop.Exec.Command[0], "sleep"),
					equal("root", *app.SecurityContext.ReadOnlyRootFilesystem, true),
					equal("sidecar", p.Spec.InitContainers[0].Name, "log"),
					equal("grace", *p.Spec.TerminationGracePeriodSeconds, 5),
					equal("toleration", p.Spec.Tolerations[0].Value, "shop"),
				)
			})),
		},
		resource.TestStep{Config: instanceConfig(cluster, `env = { A = "1" }`, `cpu = "1"`, richPod), ConfigPlanChecks: quiet()},
		resource.TestStep{Config: instanceConfig(cluster, `env = { A = "1" }`, `cpu = "1"`, sameInWords), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config:           instanceConfig(cluster, `env = { A = "1" }`, `cpu = "1"`, other),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionDestroyBeforeCreate), forcedBy{"pod"}),
			Check:            thePod(t, cluster, all(pod.other, pod.note)),
		},
		resource.TestStep{
			Config:           instanceConfig(cluster, `env = { A = "1" }`, `cpu = "2"`, other),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check:            thePod(t, cluster, pod.same),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"pod", "env"}},
	)
}

// TestAccInstance_podThatThePodIsAlreadyChangesTheStateOnly writes down what an
// admission policy has added.
func TestAccInstance_podThatThePodIsAlreadyChangesTheStateOnly(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var pod uid
	const held = `pod = { containers = [{ name = "sidecar", image = "registry.k8s.io/pause:3.10" }] }`
	test(t,
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				return injectInto(ctx, t, client, cluster)
			}),
			Config: instanceConfig(cluster, `env = { A = "1" }`, `labels = { a = "b" }`),
			Check:  thePod(t, cluster, pod.note),
		},
		resource.TestStep{
			Config:           instanceConfig(cluster, `env = { A = "1" }`, `labels = { a = "b" }`, held),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check:            thePod(t, cluster, pod.same),
		},
		resource.TestStep{Config: instanceConfig(cluster, `env = { A = "1" }`, `labels = { a = "b" }`, held), ConfigPlanChecks: quiet()},
	)
}

// TestAccInstance_podOfWhatAClassSaysComesAndGoes writes down what the Pod has from its priority
// class, and takes it away again.
func TestAccInstance_podOfWhatAClassSaysComesAndGoes(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var first uid
	steps := []resource.TestStep{{Config: instanceConfig(cluster, `pod = { priorityClassName = "system-node-critical" }`), Check: thePod(t, cluster, first.note)}}
	for _, more := range []string{`priority = 2000001000`, ``, `preemptionPolicy = "PreemptLowerPriority"`, `priority = 2000001000, preemptionPolicy = "PreemptLowerPriority"`, `preemptionPolicy = "PreemptLowerPriority"`, ``} {
		config := instanceConfig(cluster, fmt.Sprintf("pod = {\n priorityClassName = \"system-node-critical\"\n %s\n}", strings.ReplaceAll(more, ", ", "\n ")))
		steps = append(steps, resource.TestStep{Config: config, Check: thePod(t, cluster, first.same)}, resource.TestStep{Config: config, ConfigPlanChecks: quiet()})
	}
	test(t, steps...)
}

// TestAccInstance_aPartMovesToPodAndBack has an attribute of which only a part moves, so that
// both have a value before and after.
func TestAccInstance_aPartMovesToPodAndBack(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var first uid
	variable := func(name string) string {
		return fmt.Sprintf(`pod = { terminationGracePeriodSeconds = 5, containers = [{ name = "app", env = [{ name = %q, value = "1" }] }] }`, name)
	}
	steps := []resource.TestStep{{Config: instanceConfig(cluster, `env = { A = "1", B = "1" }`, `pod = { terminationGracePeriodSeconds = 5 }`), Check: thePod(t, cluster, first.note)}}
	for _, said := range [][]string{
		{`env = { A = "1" }`, variable("B")},
		{`env = { B = "1" }`, variable("A")},
		{`env = { A = "1", B = "1" }`, `pod = { terminationGracePeriodSeconds = 5 }`},
	} {
		config := instanceConfig(cluster, said...)
		steps = append(steps, resource.TestStep{Config: config, Check: thePod(t, cluster, first.same)}, resource.TestStep{Config: config, ConfigPlanChecks: quiet()})
	}
	test(t, steps...)
}

// TestAccInstance_podOfEveryShapePlans has parts that aren't known yet, are
// sensitive or null, and come from loops.
// TestAccInstance_podThatMeansNothingComesAndGoes holds that a pod which says what holds
// without it is written down and taken away without another Pod.
func TestAccInstance_podThatMeansNothingComesAndGoes(t *testing.T) {
	t.Parallel()
	for _, power := range []string{running, stopped} {
		t.Run(power, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			var first uid
			look := func(see func(*corev1.Pod) error) resource.TestCheckFunc {
				if power == stopped {
					return theTemplate(t, cluster, func(*corev1.PodTemplate) error { return nil })
				}
				return thePod(t, cluster, see)
			}
			steps := []resource.TestStep{{Config: instanceConfig(cluster, power), Check: look(first.note)}}
			for _, pod := range []string{`{ terminationGracePeriodSeconds = 30 }`, `null`, `{}`, `"{}"`, `""`, `null`, `"null"`, `"---"`, `{ containers = [{ name = "app" }] }`, `tostring(null)`, `{ nodeSelector = null }`, `null`, `tostring(null)`, `null`} {
				config := instanceConfig(cluster, power, "pod = "+pod)
				steps = append(steps, resource.TestStep{Config: config, Check: look(first.same)}, resource.TestStep{Config: config, ConfigPlanChecks: quiet()})
			}
			test(t, steps...)
		})
	}
}

func TestAccInstance_podOfEveryShapePlans(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := `
variable "hosts" {
  default = ["a.example.com", "b.example.com"]
}
variable "secret" {
  default   = "s3cret"
  sensitive = true
}
resource "terraform_data" "later" {
  input = "later"
}
` + instanceConfig(cluster, `pod = {
    hostAliases   = [for i, host in var.hosts : { ip = "10.0.0.${i + 1}", hostnames = [host] }]
    hostname      = terraform_data.later.output
    nodeSelector  = null
    setHostnameAsFQDN = length(var.hosts) > 5 ? true : null
    containers    = [{ name = "app", env = [{ name = "SECRET", value = var.secret }, { name = "LATER", value = "${terraform_data.later.output}!" }] }]
  }`)
	test(t,
		resource.TestStep{Config: config, Check: thePod(t, cluster, func(p *corev1.Pod) error {
			return errors.Join(equal("hostname", p.Spec.Hostname, "later"), equal("aliases", len(p.Spec.HostAliases), 2),
				equal("env", p.Spec.Containers[0].Env[1].Value, "later!"))
		})},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config:           strings.Replace(config, `input = "later"`, `input = "latest"`, 1),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionDestroyBeforeCreate)),
			Check:            thePod(t, cluster, func(p *corev1.Pod) error { return equal("hostname", p.Spec.Hostname, "latest") }),
		},
	)
}

func TestAccInstance_podOfAStoppedOneChangesInPlace(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t,
		resource.TestStep{Config: instanceConfig(cluster, stopped, richPod)},
		resource.TestStep{Config: instanceConfig(cluster, stopped, sameInWords), ConfigPlanChecks: quiet()},
		resource.TestStep{
			Config:           instanceConfig(cluster, stopped, `pod = { hostname = "other" }`),
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check: theTemplate(t, cluster, func(template *corev1.PodTemplate) error {
				return errors.Join(equal("hostname", template.Template.Spec.Hostname, "other"), equal("sidecars", len(template.Template.Spec.InitContainers), 0))
			}),
		},
		resource.TestStep{Config: instanceConfig(cluster, stopped, `pod = { hostname = "other" }`), ConfigPlanChecks: quiet()},
	)
}

// TestAccInstance_importOfAForeignPodGeneratesItsConfiguration holds that any Pod
// without a controller comes under management with nothing changed: several
// containers, none of them called app, volumes and tokens that others put in.
func TestAccInstance_importOfAForeignPodGeneratesItsConfiguration(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	client := acctest.Client(t)
	grace := int64(7)
	made, err := client.CoreV1().Pods(cluster).Create(t.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Labels: map[string]string{"tier": "web"}},
		Spec: corev1.PodSpec{
			TerminationGracePeriodSeconds: &grace,
			InitContainers:                []corev1.Container{{Name: "setup", Image: image, Command: []string{"true"}}},
			Containers: []corev1.Container{
				{
					Name: "nginx", Image: image, Args: []string{"-g"},
					Env:          []corev1.EnvVar{{Name: "A", Value: "1"}, {Name: "IP", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "status.podIP"}}}},
					Ports:        []corev1.ContainerPort{{ContainerPort: 80}, {Name: "metrics", ContainerPort: 9090}},
					VolumeMounts: []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}, {Name: "all", MountPath: "/all"}},
				},
				{Name: "proxy", Image: image, VolumeMounts: []corev1.VolumeMount{{Name: "tmp", MountPath: "/shared"}}},
			},
			Volumes: []corev1.Volume{
				{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
				{Name: "all", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
					{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{{Path: "labels", FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels"}}}}},
				}}}},
			},
		},
	}, metav1.CreateOptions{FieldManager: "kubectl-create"})
	if err != nil {
		t.Fatal(err)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(fmt.Sprintf("import {\n  to = mar_instance.web\n  id = \"%s/web\"\n}\n", cluster))
	output := terraform.Must(0, "plan", "-generate-config-out=generated.tf")
	if !strings.Contains(output, "1 to import, 0 to add, 0 to change, 0 to destroy") {
		t.Fatalf("the generated configuration changes something:\n%s\n%s", terraform.Read("generated.tf"), output)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	pod, err := client.CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil || pod.UID != made.UID {
		t.Errorf("the Pod was replaced: %v", err)
	}

	// It can be stopped and started from there on, with all that it was.
	for _, power := range []string{stopped, running} {
		terraform.Write("generated.tf", regexp.MustCompile(`desired_status\s+= \S+`).ReplaceAllString(terraform.Read("generated.tf"), power))
		terraform.Must(0, "apply", "-auto-approve")
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	again, err := client.CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		equal("whether the Pod is the old one", again.UID == made.UID, false), equal("main container", again.Spec.Containers[0].Name, "app"), equal("containers", len(again.Spec.Containers), 2),
		equal("init containers", len(again.Spec.InitContainers), 1), equal("grace", *again.Spec.TerminationGracePeriodSeconds, 7),
		equal("ports", len(again.Spec.Containers[0].Ports), 2),
	); err != nil {
		t.Error(err)
	}
}

func TestAccInstance_dataSourceShowsTheRestOfAPod(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t, resource.TestStep{
		Config: instanceConfig(cluster, richPod) + fmt.Sprintf(`
data "mar_instance" "web" {
  cluster = %q
  name    = mar_instance.test.name
}
output "sidecar" {
  value = data.mar_instance.web.pod.initContainers[0].name
}
`, cluster),
		Check: resource.TestCheckOutput("sidecar", "log"),
	})
}

func TestAccInstance_replacementForPodNamesThePath(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, richPod))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(instanceConfig(cluster, strings.ReplaceAll(richPod, `"shop"`, `"pay"`)))
	output := terraform.Must(2, "plan", "-detailed-exitcode")
	if !regexp.MustCompile(`(?s)Instance will be replaced because of its pod.*A change of .pod\.tolerations\S*\s+can't\s+be\s+made\s+in\s+place`).MatchString(output) {
		t.Errorf("no warning names the path:\n%s", output)
	}
}
