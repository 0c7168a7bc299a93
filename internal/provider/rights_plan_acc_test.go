package provider_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/rights"
)

// The tests that say nothing of rights have those of the published roles too.
func TestAccRights_theseTestsHaveNoOthers(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	config, err := clientcmd.BuildConfigFromFlags("", acctest.LimitedKubeconfig(t))
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	self, err := client.AuthenticationV1().SelfSubjectReviews().Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil || self.Status.UserInfo.Username != acctest.LimitedUser || slices.Contains(self.Status.UserInfo.Groups, "system:masters") {
		t.Errorf("the provider under test is %+v, %v", self, err)
	}
	if _, err := client.CoreV1().Secrets("default").List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("it may list Secrets: %v", err)
	}
}

// readFor is a resource, or a data source, that a plan reads by the right.
func readFor(t *testing.T, right rights.Right) life {
	t.Helper()
	if right.Verb != "list" || !slices.Contains([]string{"namespaces", "pods", "podtemplates"}, right.Resource) {
		l := lifeFor(t, right)
		l.bodies = l.bodies[:1]
		return l
	}
	namespace := acctest.Namespace(t)
	if right.Resource == "namespaces" {
		return life{kind: "data.mar_clusters", namespace: namespace, bodies: []string{fmt.Sprintf(`label_selector = "kubernetes.io/metadata.name=%s"`, namespace)}}
	}
	return life{kind: "data.mar_instances", namespace: namespace, bodies: []string{fmt.Sprintf("cluster = %q", namespace)}}
}

// shownElsewhere are the rights by which a plan finds what became of an instance:
// TestAccInstance_plansNameTheCause takes them away.
func shownElsewhere(right rights.Right) bool {
	return right.Resource == "events" || right.Resource == "nodes"
}

// planned is a cluster with everything, and an instance that runs and one that
// doesn't.
func planned(name string) string {
	return fmt.Sprintf(`
resource "mar_cluster" "whole" {
  name             = %q
  force_destroy    = true
  quota            = { instances = 5 }
  limit_range      = { instance = { max = { cpu = "1" } } }
  service_accounts = ["deployer"]
  network          = { ingress = { default = "deny" } }
  %s
}

resource "mar_instance" "whole" {
  for_each              = toset(["Running", "Stopped"])
  cluster               = mar_cluster.whole.name
  name                  = lower(each.key)
  image                 = "registry.k8s.io/pause:3.10"
  cpu                   = "100m"
  memory                = "64Mi"
  desired_status        = each.key
  secret_env_wo         = { PASSWORD = "hunter2" }
  secret_env_wo_version = 1
}
`, name, ownRules)
}

// more is a cluster that isn't there yet, and a look at the one that is.
const more = `
resource "mar_cluster" "new" {
  name = "new"
}

data "mar_cluster" "whole" {
  name = mar_cluster.whole.name
}

data "mar_instances" "whole" {
  cluster = mar_cluster.whole.name
}
`

// Promise 10: whoever has the published role for a plan gets every plan: of
// nothing, of what is new, of what is to be changed, and of what somebody else
// changed. And there is nothing in it that a plan could do without unnoticed.
func TestAccRights_planTakesEachOfThem(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	acctest.Needs(t, acctest.WriteOnly)
	rules := rights.Plan().Rules()
	everyone := meet(t, person{acctest.ClusterName(t), rules})
	block := acctest.FaultyProxy(t, everyone.fault)
	name := acctest.ClusterName(t)
	made, read := map[string]life{}, map[string]life{}
	for _, right := range rights.Each(rules) {
		if shownElsewhere(right) {
			continue
		}
		l := readFor(t, right)
		l.lacks = []rights.Right{right}
		if strings.HasPrefix(l.kind, "data.") {
			read[label(right)] = l
		} else {
			made[label(right)] = l
		}
	}
	inOneCluster := instanceLife(acctest.Namespace(t))
	everyone.putIn(inOneCluster.namespace, rights.PlanInstances())
	terraform := acctest.NewCLI(t)
	config := planned(name) + configured(made, 0) + configured(map[string]life{"in_one_cluster": inOneCluster}, 0)
	terraform.Configure(config)
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=60")

	terraform.Configure(block + config)
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Must(0, "plan", "-refresh-only", "-detailed-exitcode")
	terraform.Configure(block + strings.ReplaceAll(config, "100m", "200m") + more)
	terraform.Must(2, "plan", "-detailed-exitcode")
	changeBehind(t, name)
	terraform.Configure(block + config)
	if output := terraform.Must(2, "plan", "-detailed-exitcode"); !strings.Contains(output, `mar_instance.whole["Running"] will be created`) || !strings.Contains(output, "mar_cluster.whole will be updated") {
		t.Errorf("the plan doesn't show what somebody else changed:\n%s", output)
	}
	terraform.Must(2, "plan", "-refresh-only", "-detailed-exitcode")
	if refused := reads(everyone.lacked(name)); len(refused) > 0 {
		t.Errorf("a plan was refused %v", refused)
	}

	lives := maps.Clone(made)
	maps.Copy(lives, read)
	for _, l := range lives {
		everyone.put(l.namespace, person{l.namespace, rights.Less(rules, l.lacks...)})
	}
	lives["in_one_cluster"] = inOneCluster
	terraform.Configure(block + config + configured(read, 0))
	output, _ := terraform.Run("plan", "-json", "-parallelism=60")
	hear(t, lives, output)
	for label, l := range lives {
		t.Run(label, func(t *testing.T) { l.judge(t, rights.Plan(), reads(everyone.lacked(l.namespace))) })
	}
	terraform.Configure(config)
	terraform.Must(0, "destroy", "-auto-approve", "-refresh=false", "-parallelism=60")
}

// reads are the rights without those that a plan lacks on purpose: that a Secret
// was exchanged is for an apply to see, and so is what would be refused to write.
func reads(all []rights.Right) []rights.Right {
	return slices.DeleteFunc(all, func(r rights.Right) bool {
		return r.Resource == "secrets" || r.Verb != "get" && r.Verb != "list" && r.Verb != "watch"
	})
}

// changeBehind deletes an instance and edits the quota.
func changeBehind(t *testing.T, name string) {
	t.Helper()
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		if err := client.CoreV1().Pods(name).Delete(ctx, "running", metav1.DeleteOptions{}); err != nil {
			return err
		}
		acctest.Eventually(t, "the end of the Pod", func(ctx context.Context) (bool, error) {
			_, err := client.CoreV1().Pods(name).Get(ctx, "running", metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				return true, nil
			}
			return false, err
		})
		_, err := client.CoreV1().ResourceQuotas(name).Patch(ctx, "mar-quota", types.MergePatchType, []byte(`{"spec":{"hard":{"pods":"9"}}}`), metav1.PatchOptions{})
		return err
	})()
}
