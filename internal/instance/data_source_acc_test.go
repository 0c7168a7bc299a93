package instance_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const found = "data.mar_instance.test"

func lookup(cluster string) string {
	return fmt.Sprintf("data \"mar_instance\" \"test\" {\n  cluster = %q\n  name = \"web\"\n}\n", cluster)
}

func TestAccInstanceDataSource_showsTheInstance(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster, `cpu = "2000m"`, `memory = "1Gi"`, `env = { A = "1" }`, `ports = { http = { port = 8080 } }`, `labels = { team = "shop" }`)
	attribute := func(name, value string) resource.TestCheckFunc {
		return resource.TestCheckResourceAttr(found, name, value)
	}
	same := func(name string) resource.TestCheckFunc {
		return resource.TestCheckResourceAttrPair(found, name, address, name)
	}
	test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			Config: config + lookup(cluster),
			Check: checks(
				same("id"), same("uid"), same("image"), same("status"), same("node"), same("ip"), same("restart_policy"),
				same("ports.http.port"), same("env.A"), same("labels.team"), same("security.run_as_non_root"),
				attribute("cpu", "2"), attribute("requests.memory", "1Gi"), attribute("labels_all.instance-id", "web"),
				attribute("ready", "true"), attribute("restarts", "0"), attribute("qos_class", "Guaranteed"),
				attribute("conditions.Ready.status", "True"),
				resource.TestCheckResourceAttrSet(found, "started_at"),
				resource.TestCheckNoResourceAttr(found, "reason"), resource.TestCheckNoResourceAttr(found, "last_termination.%"),
			),
		},
	)
}

func TestAccInstanceDataSource_showsWhatChangesByItself(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	attribute := func(name, value string) resource.TestCheckFunc {
		return resource.TestCheckResourceAttr(found, name, value)
	}
	config := instanceConfig(cluster, "replace_on = []", behaving("exit-code", "3"))
	test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: becomes(t, cluster, "crash-loop", func(pod *corev1.Pod) bool {
				c := pod.Status.ContainerStatuses[0]
				return c.RestartCount > 2 && c.State.Waiting != nil
			}),
			Config: config + lookup(cluster),
			Check: checks(
				attribute("ready", "false"), attribute("reason", "CrashLoopBackOff"),
				resource.TestMatchResourceAttr(found, "restarts", regexp.MustCompile(`^[3-9]$`)),
				attribute("last_termination.exit_code", "3"), attribute("last_termination.reason", "Error"),
				resource.TestCheckResourceAttrSet(found, "last_termination.finished_at"),
				attribute("conditions.Ready.status", "False"),
			),
		},
		resource.TestStep{
			PreConfig: becomes(t, cluster, "evicted", phase(corev1.PodFailed)),
			Config:    config + lookup(cluster),
			Check:     checks(attribute("status", "Failed"), attribute("reason", "Evicted")),
		},
	)
}

func TestAccInstanceDataSource_missingOneIsAnError(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	test(t, resource.TestStep{Config: lookup(cluster), ExpectError: regexp.MustCompile(`(?s)No such instance.*name = "web".*There is no instance\s+web\s+in\s+the\s+cluster\s+` + cluster)})
}
