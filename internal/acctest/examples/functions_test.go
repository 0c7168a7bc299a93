package examples_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// testFunction holds that the outputs are what the example's comments say.
func testFunction(t *testing.T, e example) {
	t.Helper()
	said := map[string]knownvalue.Check{
		"cores": knownvalue.Float64Exact(0.5), "bytes": knownvalue.Int64Exact(4294967296),
		"half_the_cpu": knownvalue.StringExact("250m"), "half_the_memory": knownvalue.StringExact("2Gi"),
		"storage": knownvalue.StringExact("123392Mi"), "memory": knownvalue.StringExact("2048Mi"),
		"fits": knownvalue.Bool(false), "over": knownvalue.MapExact(map[string]knownvalue.Check{"cpu": knownvalue.StringExact("500m")}),
	}
	c := testCase(t, configurationOf(t, read(t, e)), nil)
	for _, output := range regexp.MustCompile(`(?m)^output "(\w+)"`).FindAllStringSubmatch(readFile(t, e.path), -1) {
		if said[output[1]] == nil {
			t.Fatalf("what is the output %s?", output[1])
		}
		c.Steps[0].ConfigStateChecks = append(c.Steps[0].ConfigStateChecks, statecheck.ExpectKnownOutputValue(output[1], said[output[1]]))
	}
	resource.ParallelTest(t, c)
}

// testSized holds that the quota is as large as the instances need, and that the plan
// refuses more than the budget.
func testSized(t *testing.T, e example) {
	t.Helper()
	t.Parallel()
	c := configurationOf(t, read(t, e))
	terraform := acctest.NewCLI(t)
	for name, text := range c.files {
		terraform.Write(name, text)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	quota, err := acctest.Client(t).CoreV1().ResourceQuotas(c.made[0]).Get(t.Context(), "mar-quota", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cpu, memory, pods := quota.Spec.Hard["limits.cpu"], quota.Spec.Hard["limits.memory"], quota.Spec.Hard["pods"]
	if cpu.String() != "5500m" || memory.String() != "9728Mi" || pods.String() != "4" {
		t.Errorf("the quota has %s of CPU, %s of memory and %s instances", cpu.String(), memory.String(), pods.String())
	}
	terraform.Write("sized.tf", strings.Replace(c.files["sized.tf"], `budget = { cpu = "16"`, `budget = { cpu = "4"`, 1))
	if output := terraform.Must(1, "plan"); !strings.Contains(output, "cpu: the instances need 5500m and the quota has 4, which is 1500m too little.") {
		t.Errorf("more than the budget isn't refused, or for another reason:\n%s", output)
	}
	terraform.Write("sized.tf", c.files["sized.tf"])
	terraform.Must(0, "destroy", "-auto-approve")
	if err := gone(c.made)(t.Context(), acctest.Client(t)); err != nil {
		t.Error(err)
	}
}
