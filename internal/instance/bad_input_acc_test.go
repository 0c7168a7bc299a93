package instance_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_badInputIsRefusedAtPlan holds that each is refused on its line
// by a plan, and that nothing is created.
func TestAccInstance_badInputIsRefusedAtPlan(t *testing.T) {
	cluster := acctest.Namespace(t)
	for name, c := range map[string]struct{ attribute, says string }{
		"upper case in the name":       {`name = "Web"`, `lower-?\s?case`},
		"64 characters in the name":    {fmt.Sprintf("name = %q", strings.Repeat("a", 64)), `63`},
		"a dot in the name":            {`name = "we.b"`, `can't be an\s+instance's\s+name`},
		"no image":                     {`image = ""`, `at least 1`},
		"a space after the image":      {`image = "web:1 "`, `space`},
		"cpu that isn't one":           {`cpu = "4GB"`, `not a\s+Kubernetes\s+quantity`},
		"negative memory":              {`memory = "-1"`, `negative`},
		"empty cpu":                    {`cpu = ""`, `is empty`},
		"memory beyond all":            {`memory = "1e999"`, `outside`},
		"a bad amount in limits":       {`limits = { ephemeral-storage = "4GB" }`, `not a\s+Kubernetes\s+quantity`},
		"a bad amount in requests":     {`requests = { cpu = "-1" }`, `negative`},
		"request above cpu":            {"cpu = \"1\"\n  requests = { cpu = \"2\" }", `Request\s+above\s+the\s+limit`},
		"request above a limit":        {"limits = { ephemeral-storage = \"1Gi\" }\n  requests = { ephemeral-storage = \"2Gi\" }", `Request\s+above\s+the\s+limit`},
		"cpu in limits":                {`limits = { cpu = "1" }`, `attribute\s+cpu`},
		"memory in limits":             {`limits = { memory = "1Gi" }`, `attribute\s+memory`},
		"a resource that can't be one": {`limits = { "a b" = "1" }`, `can't\s+be\s+a\s+key\s+of\s+limits`},
		"a label's key":                {`labels = { "a b" = "1" }`, `can't be a\s+label's\s+key`},
		"a label's value":              {`labels = { a = "b c" }`, `can't be a\s+label's\s+value`},
		"our label instance-id":        {`labels = { instance-id = "x" }`, `provider\s+sets\s+it`},
		"our label managed-by":         {`labels = { "app.kubernetes.io/managed-by" = "x" }`, `provider\s+sets\s+it`},
		"an annotation's key":          {`annotations = { "a b" = "1" }`, `can't be an\s+annotation's\s+key`},
		"our annotations":              {`annotations = { "mar.headgym.com/create-nonce" = "1" }`, `own\s+records`},
		"port 0":                       {`ports = { http = { port = 0 } }`, `between 1 and 65535`},
		"port 70000":                   {`ports = { http = { port = 70000 } }`, `between 1 and 65535`},
		"a long port name":             {`ports = { a-port-name-of-17 = { port = 80 } }`, `15`},
		"one port twice":               {`ports = { a = { port = 80 }, b = { port = 80 } }`, `One\s+port\s+under\s+two\s+names`},
		"a protocol":                   {`ports = { http = { port = 80, protocol = "ICMP" } }`, `TCP`},
		"an environment variable":      {`env = { "1A" = "x" }`, `environment\s+variable`},
		"a restart policy":             {`restart_policy = "Sometimes"`, `Always`},
		"wait_for":                     {`wait_for = "Done"`, `Ready`},
		"waiting for a server to end":  {`wait_for = "Succeeded"`, `can't\s+succeed`},
		"replacing what runs":          {`replace_on = ["Running"]`, `Failed`},
		"a timeout":                    {`timeouts = { create = "soon" }`, `Time Duration`},
		"an empty command":             {`command = []`, `at least 1`},
		"root under run_as_non_root":   {`security = { run_as_user = 0 }`, `User 0 is root`},
		"a right that escalates":       {`security = { capabilities_add = ["SYS_ADMIN"] }`, `allow_privilege_escalation`},
		"a right added and dropped":    {`security = { capabilities_add = ["KILL"], capabilities_drop = ["KILL"] }`, `both\s+added\s+and\s+dropped`},
		"a right with its prefix":      {`security = { capabilities_add = ["CAP_KILL"] }`, `without\s+CAP_`},
		"a seccomp profile":            {`security = { seccomp_profile = "Localhost" }`, `Localhost/`},
		"a part of SELinux":            {`security = { selinux = { mood = "x" } }`, `level`},
		"a negative user":              {`security = { run_as_user = -1 }`, `between 0`},
	} {
		t.Run(name, func(t *testing.T) {
			argument, _, _ := strings.Cut(c.attribute[strings.LastIndex(c.attribute, "\n")+1:], " =")
			argument = strings.TrimSpace(argument)
			attributes := []string{c.attribute}
			if argument != "name" {
				attributes = append(attributes, `name = "web"`)
			}
			if argument != "image" {
				attributes = append(attributes, `image = "web:1"`)
			}
			line := argument + " = "
			if slices.Contains([]string{"ports", "security", "timeouts"}, argument) {
				// Older versions of Terraform show the whole block for what is in an object.
				line = `(` + line + `|resource "mar_instance")`
			}
			test(t, resource.TestStep{
				Config:      block(cluster, attributes...),
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(fmt.Sprintf(`(?s)%[1]s.*%[2]s|%[2]s.*%[1]s`, line, c.says)),
			})
		})
	}
	if err := acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		pods, err := client.CoreV1().Pods(cluster).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		return equal("number of Pods", len(pods.Items), 0)
	})(nil); err != nil {
		t.Error(err)
	}
}

func TestAccInstance_reservedNamespaceIsRefused(t *testing.T) {
	for _, cluster := range []string{"kube-system", "default", "Dev"} {
		test(t, resource.TestStep{Config: instanceConfig(cluster), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)cluster = .*can't be a\s+cluster's\s+name`)})
	}
}
