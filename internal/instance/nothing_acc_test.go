package instance_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// inManyWords says nothing that the image and the size don't, in as many ways as there are.
const inManyWords = `
  cpu = "2000m"
  memory = "4096Mi"
  command = []
  args = []
  env = {}
  env_value_from = {}
  ports = {}
  volumes = {}
  health_checks = {}
  limits = {}
  requests = {}
  labels = {}
  annotations = {}
  restart_triggers = {}
  timeouts = {}
  restart_policy = "Always"
  wait_for = "Ready"
  replace_on = ["Failed"]
  security = { capabilities_add = [], selinux = {}, run_as_non_root = true, capabilities_drop = ["ALL"], seccomp_profile = "RuntimeDefault" }
  pod = {
    shareProcessNamespace = false, setHostnameAsFQDN = false, hostUsers = true, hostNetwork = false, enableServiceLinks = true
    terminationGracePeriodSeconds = 30, schedulerName = "default-scheduler"
    priorityClassName = "", hostname = "", subdomain = "", nodeName = "", dnsPolicy = ""
    affinity = {}, dnsConfig = {}, hostAliases = [], nodeSelector = null, imagePullSecrets = []
    securityContext = { fsGroupChangePolicy = "Always", sysctls = [] }
    containers = [{ name = "app", imagePullPolicy = "", stdin = false, terminationMessagePolicy = "File", command = [], lifecycle = {}, securityContext = { privileged = false, procMount = "Default" } }]
  }`

const inFewWords = `
  cpu = "2"
  memory = "4Gi"`

// TestAccInstance_nothingInManyWordsIsNothing says what says nothing as first apply, takes it
// away, and says it again, of an instance that runs and of one that is stopped. Nothing is
// replaced, and nothing is written.
func TestAccInstance_nothingInManyWordsIsNothing(t *testing.T) {
	t.Parallel()
	for _, power := range []string{running, stopped} {
		t.Run(power, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			var version string
			same := func(now string) error {
				if version == "" {
					version = now
				}
				return equal("version", now, version)
			}
			look := thePod(t, cluster, func(pod *corev1.Pod) error { return same(string(pod.UID) + pod.ResourceVersion) })
			if power == stopped {
				look = theTemplate(t, cluster, func(template *corev1.PodTemplate) error { return same(template.ResourceVersion) })
			}
			step := func(words string, plans ...plancheck.PlanCheck) resource.TestStep {
				return resource.TestStep{Config: instanceConfig(cluster, power, words), ConfigPlanChecks: planned(plans...), Check: look}
			}
			update := action(plancheck.ResourceActionUpdate)
			quietly := func(words string) resource.TestStep {
				return resource.TestStep{Config: instanceConfig(cluster, power, words), ConfigPlanChecks: quiet()}
			}
			test(t, step(inManyWords), quietly(inManyWords), step(inFewWords, update), quietly(inFewWords), step(inManyWords, update), quietly(inManyWords))
		})
	}
}
