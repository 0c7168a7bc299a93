package instance_test

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// ending has a Pod be ready for a second and then end with exit code 3, again and again where its
// restart policy is Always.
func ending() string {
	return behaving("behavior", "crash-loop", "delay", "1s", "exit-code", "3")
}

// TestAccInstance_readyCountsOnceItHasHeld holds that min_ready_seconds has a create wait for
// so long, and that an end or a restart meanwhile ends the wait with its cause.
func TestAccInstance_readyCountsOnceItHasHeld(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for name, c := range map[string]struct {
		attributes []string
		says       []string
	}{
		"a program that stays":   {attributes: []string{`min_ready_seconds = 3`}},
		"a program that ends":    {[]string{`min_ready_seconds = 120`, ending()}, []string{"be ready for 120s", "`min_ready_seconds` requires: container app ended: Error, exit code 3", "Its log says why"}},
		"a job that fails":       {[]string{`min_ready_seconds = 120`, `restart_policy = "Never"`, ending()}, []string{"container app ended: Error, exit code 3"}},
		"a job that ends well":   {attributes: []string{`min_ready_seconds = 120`, `restart_policy = "Never"`, behaving("behavior", "succeeded", "delay", "1s")}},
		"too much memory":        {[]string{`min_ready_seconds = 120`, `cpu = "100m"`, `memory = "64Mi"`, behaving("behavior", "oom-killed", "delay", "1s")}, []string{"OOMKilled, exit code 137", "more than its `memory` of 64Mi"}},
		"not waited for":         {attributes: []string{`min_ready_seconds = 120`, `wait_for = "Running"`}},
		"nothing is nothing":     {attributes: []string{`min_ready_seconds = null`}},
		"as a Deployment's zero": {attributes: []string{`min_ready_seconds = 0`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(block(cluster, append(c.attributes, `name = "web"`, `image = "web:1"`)...))
			start, code := time.Now(), 0
			if len(c.says) > 0 {
				code = 1
			}
			output := terraform.Must(code, "apply", "-auto-approve")
			took := time.Since(start)
			says(t, flat(output), c.says...)
			if took > time.Minute || name == "a program that stays" && took < 3*time.Second {
				t.Errorf("it took %s", took)
			}
			if code == 0 {
				terraform.Must(0, "plan", "-detailed-exitcode")
			}
		})
	}
}

// TestAccInstance_everyWaitHoldsReadiness holds the same for the waits of an update and of the
// actions.
func TestAccInstance_everyWaitHoldsReadiness(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	sized := func(memory string) string { return "cpu = \"100m\"\n  memory = \"" + memory + "\"" }
	for name, c := range map[string]struct{ before, after []string }{
		"image":   {[]string{`image = "web:1"`}, []string{`image = "web:2"`}},
		"resize":  {[]string{`image = "web:1"`, sized("128Mi")}, []string{`image = "web:1"`, sized("64Mi"), ending()}},
		"start":   {[]string{`image = "web:1"`, `desired_status = "Stopped"`}, []string{`image = "web:1"`, `desired_status = "Running"`, ending()}},
		"restart": {[]string{`image = "web:1"`, `restart_triggers = { a = "1" }`}, []string{`image = "web:1"`, `restart_triggers = { a = "2" }`, ending()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			config := func(attributes []string) string {
				return block(cluster, append(attributes, `name = "web"`, `min_ready_seconds = 120`)...)
			}
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(block(cluster, append(c.before, `name = "web"`)...))
			terraform.Must(0, "apply", "-auto-approve")
			terraform.Configure(config(c.after))
			start, ended := time.Now(), make(chan struct{})
			go func() {
				defer close(ended)
				if name == "image" {
					await(t, cluster, "ready with the new image", func(pod *corev1.Pod) bool {
						return ready(pod) && pod.Status.ContainerStatuses[0].Image == "web:2"
					})
					change(t, cluster, fmt.Sprintf(`{"metadata":{"annotations":{%q:"crash-loop",%q:"3"}}}`, behavior+"behavior", behavior+"exit-code"))()
				}
			}()
			output := terraform.Must(1, "apply", "-auto-approve")
			<-ended
			says(t, flat(output), "container app ended: Error, exit code 3")
			if took := time.Since(start); took > 90*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
	t.Run("they end well", func(t *testing.T) {
		t.Parallel()
		cluster := acctest.Namespace(t)
		terraform := acctest.NewCheckedCLI(t)
		apply := func(attributes ...string) {
			t.Helper()
			terraform.Configure(block(cluster, append(attributes, `name = "web"`, `min_ready_seconds = 2`)...))
			terraform.Must(0, "apply", "-auto-approve")
			terraform.Must(0, "plan", "-detailed-exitcode")
		}
		apply(`image = "web:1"`, sized("64Mi"))
		apply(`image = "web:2"`, sized("64Mi"))
		apply(`image = "web:2"`, sized("128Mi"))
		apply(`image = "web:3"`, sized("64Mi"))
		apply(`image = "web:3"`, sized("64Mi"), `desired_status = "Stopped"`)
		apply(`image = "web:3"`, sized("64Mi"), `desired_status = "Running"`)
	})
	t.Run("action", func(t *testing.T) {
		t.Parallel()
		acctest.Needs(t, acctest.Actions)
		cluster := acctest.Namespace(t)
		terraform := acctest.NewCLI(t)
		config := func(seconds int) string {
			return block(cluster, `name = "web"`, `image = "web:1"`, ending()) +
				fmt.Sprintf("action \"mar_instance_restart\" \"it\" {\n  config {\n    cluster = %q\n    name = \"web\"\n    min_ready_seconds = %d\n  }\n}\n", cluster, seconds)
		}
		terraform.Configure(config(120))
		terraform.Must(0, "apply", "-auto-approve")
		says(t, flat(terraform.Must(1, "apply", "-auto-approve", "-invoke=action.mar_instance_restart.it")), "container app ended: Error, exit code 3")
		terraform.Configure(config(600))
		says(t, flat(terraform.Must(1, "plan")), "`timeouts.invoke` ends the wait after 10m0s")
	})
}

// TestAccInstance_minReadySecondsFitsItsTimeout holds that a plan refuses what no wait can reach.
func TestAccInstance_minReadySecondsFitsItsTimeout(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	for attributes, refused := range map[string]string{
		`min_ready_seconds = 600`:                                                       "`timeouts.create` ends the wait after 10m0s",
		"min_ready_seconds = 30\n  timeouts = { create = \"30s\" }":                     "`timeouts.create` ends the wait after 30s",
		"min_ready_seconds = 30\n  timeouts = { update = \"20s\" }":                     "`timeouts.update` ends the wait after 20s",
		`min_ready_seconds = -1`:                                                        "0 or more",
		`min_ready_seconds = 1.5`:                                                       "must be a whole number",
		"min_ready_seconds = 600\n  wait_for = \"Running\"":                             "",
		"min_ready_seconds = 600\n  timeouts = { create = \"11m\", update = \"601s\" }": "",
		"min_ready_seconds = terraform_data.n.output\n  timeouts = { create = \"1s\" }": "",
	} {
		terraform.Configure("resource \"terraform_data\" \"n\" { input = 5 }\n" + block(cluster, `name = "web"`, `image = "web:1"`, attributes))
		code := 0
		if refused != "" {
			code = 1
		}
		says(t, flat(terraform.Must(code, "plan")), refused)
	}
}

// TestAccInstance_minReadySecondsAreTheStates holds that a change of it alone sends nothing.
func TestAccInstance_minReadySecondsAreTheStates(t *testing.T) {
	t.Parallel()
	cluster, client := acctest.Namespace(t), acctest.Client(t)
	terraform := acctest.NewCheckedCLI(t)
	config := func(attributes ...string) string {
		return block(cluster, append(attributes, `name = "web"`, `image = "web:1"`)...)
	}
	terraform.Configure(config())
	terraform.Must(0, "apply", "-auto-approve")
	before := getPod(t, client, cluster, "web")
	for _, seconds := range []string{`min_ready_seconds = 300`, `min_ready_seconds = 0`, ``} {
		terraform.Configure(config(seconds))
		terraform.Must(0, "apply", "-auto-approve")
		terraform.Must(0, "plan", "-detailed-exitcode")
	}
	if after := getPod(t, client, cluster, "web"); after.ResourceVersion != before.ResourceVersion || after.Status.Phase != corev1.PodRunning {
		t.Errorf("the Pod was written to: %v", after.ManagedFields)
	}
}
