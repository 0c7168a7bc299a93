package instance_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_variablesUseWhatOthersSet holds that a variable comes after those that
// its value uses, whichever attribute sets them, and that names are taken which programs
// of .NET have.
func TestAccInstance_variablesUseWhatOthersSet(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster,
		`env = { URL = "http://$(HOST):$(PORT)/$(IP)", PORT = "80", "Logging:LogLevel:Default" = "x" }`,
		`env_value_from = { IP = { field = "status.podIP" } }`,
		`pod = { containers = [{ name = "app", env = [{ name = "LAST", value = "$(URL)" }, { name = "HOST", value = "a" }] }] }`)
	test(t,
		resource.TestStep{Config: config, Check: thePod(t, cluster, func(pod *corev1.Pod) error {
			at := func(name string) int {
				return slices.IndexFunc(pod.Spec.Containers[0].Env, func(v corev1.EnvVar) bool { return v.Name == name })
			}
			if at("Logging:LogLevel:Default") < 0 || at("LAST") < at("URL") || slices.Max([]int{at("HOST"), at("PORT"), at("IP")}) > at("URL") {
				return errors.New("the order is " + pod.Spec.Containers[0].String())
			}
			return nil
		})},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet()},
	)
}

// TestAccInstance_largeSpec holds that an instance of 300 KiB is made, changed, stopped and
// started.
func TestAccInstance_largeSpec(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := func(more ...string) string {
		return instanceConfig(cluster, append(more, `env = { LARGE = "`+strings.Repeat("0123456789", 30000)+`" }`)...)
	}
	whole := thePod(t, cluster, func(pod *corev1.Pod) error {
		record := pod.Annotations["mar.headgym.com/spec"]
		return errors.Join(
			equal("the variable's size", len(pod.Spec.Containers[0].Env[0].Value), 300000),
			equal("that the record is compressed", strings.HasPrefix(record, "gzip:") && len(record) < 20000, true))
	})
	test(t,
		resource.TestStep{Config: config(), Check: whole},
		resource.TestStep{Config: config(`labels = { team = "shop" }`), ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)), Check: whole},
		resource.TestStep{Config: config(stopped)},
		resource.TestStep{Config: config(`desired_status = "Running"`), Check: whole},
	)
}
