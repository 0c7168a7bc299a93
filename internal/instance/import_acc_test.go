package instance_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_importsAsDeclared holds that what the provider made imports
// without a difference to its configuration, by ID and by identity.
func TestAccInstance_importsAsDeclared(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.ImportByIdentity)
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster,
		`command = ["/bin/web"]`, `args = ["-v"]`, `env = { A = "1" }`, `cpu = "2"`, `memory = "1Gi"`,
		`requests = { cpu = "500m" }`, `limits = { ephemeral-storage = "1Gi" }`, `ports = { http = { port = 8080 } }`,
		`labels = { team = "shop" }`, `annotations = { a = "1" }`, `security = { run_as_user = 1000 }`,
	)
	step := func(kind resource.ImportStateKind) resource.TestStep {
		return resource.TestStep{Config: config, ResourceName: address, ImportState: true, ImportStateKind: kind}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectIdentity(address, map[string]knownvalue.Check{
				"cluster": knownvalue.StringExact(cluster), "name": knownvalue.StringExact("web"),
			})}},
			// Others add to it, and an update is applied, before it is imported.
			{PreConfig: change(t, cluster, `{"metadata":{"labels":{"injected":"yes"},"annotations":{"injected":"yes"}}}`), Config: config},
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			step(resource.ImportBlockWithID),
			step(resource.ImportBlockWithResourceIdentity),
		},
	})
}

// TestAccInstance_importsAForeignPod holds that a Pod made by other means comes
// under management in place.
func TestAccInstance_importsAForeignPod(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var pod uid
	config := instanceConfig(cluster, `labels = { app = "theirs", team = "shop" }`, `service_account = "default"`,
		`security = { run_as_non_root = false, read_only_root_filesystem = false, allow_privilege_escalation = true, capabilities_drop = [], seccomp_profile = "Unconfined" }`)
	test(t,
		resource.TestStep{
			PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
				return makePod(ctx, client, cluster, nil)
			}),
			Config:           fmt.Sprintf("import {\n  to = mar_instance.test\n  id = \"%s/web\"\n}\n", cluster) + config,
			ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
			Check: thePod(t, cluster, func(p *corev1.Pod) error {
				_ = pod.note(p)
				return equal("labels", p.Labels["app"]+" "+p.Labels["team"]+" "+p.Labels["instance-id"], "theirs shop web")
			}),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: quiet(), Check: thePod(t, cluster, pod.same)},
	)
}

// TestAccInstance_importsByIdentityForEach holds that one import block brings many
// under management.
func TestAccInstance_importsByIdentityForEach(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.ImportByIdentity)
	cluster := acctest.Namespace(t)
	both := strings.Replace(block(cluster, "name = each.key", fmt.Sprintf("image = %q", image)), "{", "{\n  for_each = toset([\"a\", \"b\"])", 1)
	maker := acctest.NewCLI(t)
	maker.Configure(both)
	maker.Must(0, "apply", "-auto-approve")
	terraform := acctest.NewCLI(t)
	terraform.Configure(both + fmt.Sprintf(`
import {
  for_each = toset(["a", "b"])
  to       = mar_instance.test[each.key]
  identity = { cluster = %q, name = each.key }
}
`, cluster))
	if output := terraform.Must(0, "apply", "-auto-approve"); !strings.Contains(output, "2 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("not both and nothing else:\n%s", output)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

func TestAccInstance_importIsRefused(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	controlled := acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		return makePod(ctx, client, cluster, func(pod *corev1.Pod) {
			// The Namespace's own name serves as an owner that is there.
			owner, _ := client.CoreV1().ServiceAccounts(cluster).Get(ctx, "default", metav1.GetOptions{})
			pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ServiceAccount", Name: "default", UID: owner.UID, Controller: ptr.To(true)}}
		})
	})
	refused := func(id, says string) resource.TestStep {
		return resource.TestStep{
			Config: instanceConfig(cluster), ResourceName: address, ImportState: true, ImportStateId: id,
			ExpectError: regexp.MustCompile(says),
		}
	}
	steps := []resource.TestStep{
		refused(cluster+"/web", `(?s)belongs to\s+ServiceAccount\s+default`),
		refused(cluster+"/none", `(?s)Cannot import non-existent remote object`),
		refused("a", `(?s)<cluster>/<name>`),
		refused("a/b/c", `(?s)<cluster>/<name>`),
		refused("/", `(?s)<cluster>/<name>`),
		refused("dev/Web", `(?s)can't\s+be\s+the\s+name\s+of\s+a\s+MAR\s+instance`),
	}
	steps[0].PreConfig = controlled
	test(t, steps...)
}
