package cluster_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Bad input is refused at plan time, on its attribute, and nothing is made.
func TestAccCluster_badInputIsRefusedAtPlan(t *testing.T) {
	long := strings.Repeat("a", 64)
	for title, c := range map[string]struct {
		name, body string
		// at is the line that core points at, says part of the message.
		at, says string
	}{
		"upper case name":      {name: "Dev", at: `name = "Dev"`, says: "lower case"},
		"64 characters":        {name: long, at: "name = ", says: "63"},
		"a dot":                {name: "a.b", at: `name = "a.b"`, says: "dots"},
		"a reserved namespace": {name: "kube-system", at: `name = "kube-system"`, says: "belongs to Kubernetes"},
		"default":              {name: "default", at: `name = "default"`, says: "belongs to Kubernetes"},
		"4GB":                  {body: `quota = { memory = "4GB" }`, at: "quota", says: `did you mean "4G"`},
		"-1":                   {body: `quota = { cpu = "-1" }`, at: "quota", says: "negative"},
		"empty quantity":       {body: `quota = { cpu = "" }`, at: "quota", says: "is empty"},
		"1e999":                {body: `quota = { cpu = "1e999" }`, at: "quota", says: "outside of what Kubernetes can hold"},
		"in a limit range":     {body: `limit_range = { container = { default = { cpu = "lots" } } }`, at: "limit_range", says: "not a Kubernetes quantity"},
		"in extra":             {body: `quota = { extra = { "count/pods" = "-1" } }`, at: "quota", says: "negative"},
		"null in extra":        {body: `quota = { extra = { "count/pods" = null } }`, at: "quota", says: "leave the key out"},
		"a negative count":     {body: `quota = { instances = -1 }`, at: "quota", says: "at least 0"},
		"a quota key":          {body: `quota = { extra = { oranges = "1" } }`, at: "quota", says: "must be one of"},
		"a malformed key":      {body: `quota = { extra = { "count/a b" = "1" } }`, at: "quota", says: "a quota's key"},
		"a key with a home":    {body: `quota = { extra = { pods = "1" } }`, at: "quota", says: "`instances`"},
		"min above max":        {body: `limit_range = { container = { min = { cpu = "2" }, max = { cpu = "1" } } }`, at: "limit_range", says: "more than max"},
		"default above max":    {body: `limit_range = { container = { default = { cpu = "2" }, max = { cpu = "1" } } }`, at: "limit_range", says: "more than max"},
		"default below min":    {body: `limit_range = { container = { default = { cpu = "1" }, min = { cpu = "2" } } }`, at: "limit_range", says: "more than default"},
		"label key":            {body: `labels = { "a b" = "c" }`, at: "labels", says: "a label's key"},
		"label value":          {body: `labels = { a = "b c" }`, at: "labels", says: "a label's value"},
		"a reserved label":     {body: `labels = { "topology.kubernetes.io/region" = "eu" }`, at: "labels", says: "`region`"},
		"a null label":         {body: `labels = { a = null }`, at: "labels", says: "(?i)null"},
		"region":               {body: `region = "us east"`, at: "region", says: "a label's value"},
		"annotation":           {body: `annotations = { "mar.headgym.com/x" = "c" }`, at: "annotations", says: "own records"},
	} {
		t.Run(title, func(t *testing.T) {
			name := acctest.ClusterName(t)
			check := resource.TestCheckFunc(nil)
			if c.name != "" {
				name = c.name
			} else {
				check = acctest.Server(t, gone(name))
			}
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				Steps: []resource.TestStep{{
					Config:      config(name, c.body),
					ExpectError: regexp.MustCompile(`(?s)on \S+ line \d+, in resource "mar_cluster" "test":\s+\d+:\s+` + regexp.QuoteMeta(c.at) + `.*` + loosely(c.says)),
				}},
			})
			if check != nil {
				if err := check(nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// loosely lets core's line breaks stand between words.
func loosely(pattern string) string {
	return strings.ReplaceAll(pattern, " ", `\s+`)
}

func TestAccCluster_importIDsThatCannotBe(t *testing.T) {
	for _, id := range []string{"a/b", "/", "Dev", "kube-system", "a.b"} {
		t.Run(id, func(t *testing.T) {
			acctest.Kubeconfig(t)
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				Steps: []resource.TestStep{{
					Config:        config("dev", ""),
					ResourceName:  address,
					ImportState:   true,
					ImportStateId: id,
					ExpectError:   regexp.MustCompile(`Invalid import ID`),
				}},
			})
		})
	}
}

func TestAccCluster_importOfWhatIsNotThere(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config:        config(name, ""),
			ResourceName:  address,
			ImportState:   true,
			ImportStateId: name,
			ExpectError:   regexp.MustCompile(`Cannot import non-existent remote object`),
		}},
	})
}

func TestAccClusterDataSource(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config: config(name, canonicalBody) + `
data "mar_cluster" "test" {
  name = mar_cluster.test.name
}

output "differences" {
  value = join(" ", [for key, value in data.mar_cluster.test : key if value != mar_cluster.test[key]])
}`,
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckOutput("differences", ""),
				),
			},
			{
				Config: fmt.Sprintf(`
data "mar_cluster" "missing" {
  name = "%s-missing"
}`, name),
				ExpectError: regexp.MustCompile(`(?s)No such cluster.*There is no Namespace ` + name + `-missing`),
			},
		},
	})
}

// A plan warns of a quota that would refuse every container without limits, and
// makes nothing.
func TestAccCluster_quotaWithoutDefaultsWarns(t *testing.T) {
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, `quota = { cpu = "1" }`))
	if out := terraform.Must(2, "plan", "-detailed-exitcode"); !strings.Contains(out, "Warning: A quota without default limits") {
		t.Errorf("no warning in\n%s", out)
	}
	if err := acctest.Server(t, gone(name))(nil); err != nil {
		t.Errorf("a plan made something: %v", err)
	}
	terraform.Configure(config(name, `
  quota       = { cpu = "1" }
  limit_range = { container = { default = { cpu = "100m" } } }`))
	if out := terraform.Must(2, "plan", "-detailed-exitcode"); strings.Contains(out, "Warning") {
		t.Errorf("a warning in\n%s", out)
	}
}

// What the API server warns of is a warning of Terraform's.
func TestAccCluster_serverWarningsAreShown(t *testing.T) {
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	terraform.Must(0, "apply", "-auto-approve")
	if _, err := acctest.Client(t).CoreV1().Pods(name).Create(t.Context(), privileged(), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	terraform.Configure(config(name, `
  force_destroy = true
  labels        = { "pod-security.kubernetes.io/enforce" = "restricted" }`))
	out := terraform.Must(0, "apply", "-auto-approve")
	if !strings.Contains(out, "Warning: The API server warns about Namespace "+name) || !strings.Contains(out, "allowPrivilegeEscalation != false") {
		t.Errorf("no warning in\n%s", out)
	}
	terraform.Must(0, "destroy", "-auto-approve")
}

func privileged() *corev1.Pod {
	yes := true
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "privileged"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: "example.com/app", SecurityContext: &corev1.SecurityContext{Privileged: &yes},
		}}},
	}
}

// A whole cluster that somebody else made is imported, its configuration is
// generated, and plans empty.
func TestAccCluster_generatedConfigurationPlansEmpty(t *testing.T) {
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, canonicalBody))
	terraform.Must(0, "apply", "-auto-approve")

	other := acctest.NewCLI(t)
	other.Configure(fmt.Sprintf("import {\n  to = mar_cluster.test\n  identity = { name = %q }\n}", name))
	other.Must(0, "plan", "-generate-config-out=generated.tf")
	if out := other.Must(0, "apply", "-auto-approve"); !strings.Contains(out, "1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("the import changed something:\n%s\nby\n%s", out, other.Read("generated.tf"))
	}
	other.Must(0, "plan", "-detailed-exitcode")
	terraform.Must(0, "destroy", "-auto-approve")
}
