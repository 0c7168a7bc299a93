package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccFunctions_throughTerraform holds that nothing is lost on the way between
// Terraform's numbers and the functions.
func TestAccFunctions_throughTerraform(t *testing.T) {
	t.Parallel()
	terraform := acctest.NewCLI(t)
	var config strings.Builder
	for i, condition := range []string{
		`provider::mar::quantity_parse("100m") == 0.1`,
		`provider::mar::quantity_parse("4Gi") == 4 * pow(1024, 3)`,
		`provider::mar::quantity_parse("1n") == 0.000000001`,
		`provider::mar::quantity_parse("123456789012345678901234567890") == 123456789012345678901234567890`,
		`provider::mar::quantity_format(0.1 + 0.2) == "300m"`,
		`provider::mar::quantity_format(3 * provider::mar::quantity_parse("1.5Gi"), "binary") == "4608Mi"`,
		`provider::mar::quantity_format(provider::mar::quantity_parse("123456789012345678901234567890")) == "123456789012345678901234567890"`,
		`provider::mar::quantity_sum([for i in [{ memory = "1Gi" }, { memory = "512Mi" }] : i.memory]) == "1536Mi"`,
		`provider::mar::quantity_sum(toset(["1500m", "1"])) == "2500m"`,
		`provider::mar::quantity_sum([]) == "0"`,
		`provider::mar::quantity_compare("2000m", "2") == 0`,
		`provider::mar::quantity_compare("9223372036854775808", "9223372036854775807") > 0`,
		`provider::mar::quota_fits({ cpu = 4 }, { web = { cpu = "1" }, db = { cpu = 2.5, pod = null } }).fits`,
		`provider::mar::quota_fits({}, [{ cpu = "1", pod = { nodeSelector = { disk = "ssd" } } }, { pod = "hostname: a" }]).needed.instances == 2`,
		`provider::mar::quota_fits(var.none, [{ cpu = "1" }]).fits`,
		`provider::mar::quota_fits({ cpu = "1" }, toset([{ cpu = "750m" }, { cpu = "1250m" }])).over == tomap({ cpu = "1" })`,
		`provider::mar::quota_fits({ cpu = "1" }, [{}], { container = { default = { cpu = "1" } } }).fits`,
	} {
		fmt.Fprintf(&config, "output \"o%d\" {\n  value = %s\n}\n", i, condition)
	}
	config.WriteString("variable \"none\" {\n  type    = map(string)\n  default = null\n}\n")
	terraform.Configure(config.String())
	terraform.Must(0, "apply", "-auto-approve")
	var outputs map[string]struct{ Value bool }
	if err := json.Unmarshal([]byte(terraform.Must(0, "output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	for name, output := range outputs {
		if !output.Value {
			t.Errorf("%s isn't true in\n%s", name, config.String())
		}
	}

	terraform.Configure(`
output "parse" { value = provider::mar::quantity_parse("4GB") }
output "format" { value = provider::mar::quantity_format(1 / 3) }
output "suffix" { value = provider::mar::quantity_format(1, "octal") }
output "sum" { value = provider::mar::quantity_sum(["1", null]) }
output "compare" { value = provider::mar::quantity_compare("1", "8Ei") }
output "null" { value = provider::mar::quantity_parse(null) }
output "quota" { value = provider::mar::quota_fits({ cpus = 1 }, []) }
output "instances" { value = provider::mar::quota_fits({ cpu = 1 }, { web = { memory = "lots" } }) }
`)
	output := words(terraform.Must(1, "plan"))
	for _, want := range []string{
		`Invalid value for "quantity" parameter: "4GB" is not a Kubernetes quantity`, `perhaps "4G" is meant. `,
		`Invalid value for "number" parameter: 0.333333333333 is finer than a billionth`,
		`Invalid value for "suffix" parameter:`, `"octal"`,
		`Invalid value for "quantities" parameter: [1]: it is null`,
		`Invalid value for "b" parameter: "8Ei": not held unchanged`,
		`Invalid value for "quantity" parameter: argument must not be null.`,
		`Invalid value for "quota" parameter: a quota has no attribute cpus`,
		`Invalid value for "instances" parameter: ["web"].memory: "lots" is not a Kubernetes quantity`,
	} {
		if !strings.Contains(output, want) {
			t.Errorf("the plan doesn't say\n%s\nbut\n%s", want, output)
		}
	}
}

// words is an output without its line breaks and the frame around errors.
func words(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
}

// TestAccQuotaFits_isWhatTheServerCounts compares what is needed with what the
// server's quota counts as used. As the instances are what the provider made of
// them, their amounts from the limit range are unknown in the first plan.
func TestAccQuotaFits_isWhatTheServerCounts(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	config := func(cpu string) string {
		return fmt.Sprintf(`
resource "mar_cluster" "test" {
  name        = %q
  limit_range = local.limit_range
  quota = {
    cpu = "20", memory = "20Gi", requests_cpu = "20", requests_memory = "20Gi", ephemeral_storage = "20Gi", instances = 20
    extra = { "count/pods" = "20", "requests.ephemeral-storage" = "20Gi", "requests.nvidia.com/gpu" = "20", "hugepages-2Mi" = "20Mi" }
  }
}
locals {
  limit_range = { container = { default = { cpu = "300m", memory = "100M" }, default_request = { cpu = "124m" } } }
  instances = {
    none   = {}
    cpu    = { cpu = "1500m" }
    all    = { cpu = "0.25", memory = "64Mi", requests = { cpu = "100m" } }
    gpu    = { limits = { "nvidia.com/gpu" = "1", ephemeral-storage = "1.5Gi", hugepages-2Mi = "4Mi" } }
    pod    = { cpu = "1", pod = yamlencode({
      initContainers = [
        { name = "proxy", image = "a", restartPolicy = "Always", resources = { limits = { cpu = "250m" } } },
        { name = "init", image = "a", resources = { requests = { memory = "2Gi" }, limits = { cpu = "4", memory = "2Gi" } } },
      ]
      containers = [{ name = "log", image = "a", resources = { limits = { memory = "10Mi" } } }]
    }) }
    whole  = { pod = yamlencode({ resources = { limits = { cpu = "2", memory = "1Gi" } } }) }
  }
  made = provider::mar::quota_fits(mar_cluster.test.quota, mar_instance.test, mar_cluster.test.limit_range)
}
resource "mar_instance" "test" {
  for_each = local.instances
  cluster  = mar_cluster.test.name
  name     = each.key
  image    = "registry.k8s.io/pause:3.10"
  cpu      = try(each.value.cpu, null)
  memory   = try(each.value.memory, null)
  limits   = try(each.value.limits, null)
  requests = try(each.value.requests, null)
  pod      = try(each.value.pod, null)
  wait_for = "None"
  lifecycle {
    precondition {
      condition     = provider::mar::quota_fits({ cpu = %q }, local.instances, local.limit_range).fits
      error_message = join("\n", provider::mar::quota_fits({ cpu = %q }, local.instances, local.limit_range).problems)
    }
  }
}
output "said" { value = jsonencode(provider::mar::quota_fits(mar_cluster.test.quota, local.instances, local.limit_range)) }
# Nothing of a mar_instance is sensitive, so that an output may have it as a whole.
output "made" { value = jsonencode(local.made) }
`, name, cpu, cpu)
	}
	terraform.Configure(config("1"))
	if output := words(terraform.Must(1, "plan")); !strings.Contains(output, "cpu: the instances need 8600m and the quota has 1, which is 7600m too little.") {
		t.Errorf("the precondition holds, or says something else:\n%s", output)
	}
	terraform.Configure(config("20"))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")

	var outputs struct{ Said, Made struct{ Value string } }
	if err := json.Unmarshal([]byte(terraform.Must(0, "output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	equalsUsage(t, name, outputs.Said.Value)
	sameLimits(t, outputs.Said.Value, outputs.Made.Value)
	terraform.Must(0, "destroy", "-auto-approve")
}

// sameLimits compares what is said of the declared instances with what is said of
// the made ones. A limit that came from a limit range is one of theirs then, with a
// request of as much.
func sameLimits(t *testing.T, said, made string) {
	t.Helper()
	var a, b struct{ Needed map[string]any }
	if err := errors.Join(json.Unmarshal([]byte(said), &a), json.Unmarshal([]byte(made), &b)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cpu", "memory", "ephemeral_storage", "instances"} {
		if a.Needed[name] != b.Needed[name] {
			t.Errorf("%s: the declared instances need %v, those that were made %v", name, a.Needed[name], b.Needed[name])
		}
	}
}

func equalsUsage(t *testing.T, cluster, said string) {
	t.Helper()
	var result struct {
		Fits   bool
		Needed map[string]any
	}
	if err := json.Unmarshal([]byte(said), &result); err != nil {
		t.Fatal(err)
	}
	if !result.Fits {
		t.Errorf("it doesn't fit: %s", said)
	}
	want := corev1.ResourceList{}
	amounts, _ := result.Needed["extra"].(map[string]any)
	for attribute, key := range map[string]string{
		"cpu": "limits.cpu", "memory": "limits.memory", "requests_cpu": "requests.cpu", "requests_memory": "requests.memory",
		"ephemeral_storage": "limits.ephemeral-storage", "instances": "pods",
	} {
		amounts[key] = result.Needed[attribute]
	}
	var used corev1.ResourceList
	acctest.Eventually(t, "the quota to count every Pod", func(ctx context.Context) (bool, error) {
		quota, err := acctest.Client(t).CoreV1().ResourceQuotas(cluster).Get(ctx, "mar-quota", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		used = quota.Status.Used
		pods := used[corev1.ResourcePods]
		return pods.Value() == 6, nil
	})
	for key, amount := range amounts {
		want[corev1.ResourceName(key)] = resource.MustParse(fmt.Sprint(amount))
	}
	for key, has := range used {
		if needed, ok := want[key]; !ok || needed.Cmp(has) != 0 {
			t.Errorf("%s: %s are needed, and the server counts %s", key, needed.String(), has.String())
		}
	}
}
