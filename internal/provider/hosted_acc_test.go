package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// phases are the users that a workspace's runs are, with their rights.
func phases(t *testing.T, workspace string) (plan, apply string) {
	t.Helper()
	subject := "organization:acme:project:shop:workspace:" + workspace + ":run_phase:"
	plan, apply = subject+"plan", subject+"apply"
	kinds := func(verbs ...string) []rbacv1.PolicyRule {
		return []rbacv1.PolicyRule{
			{APIGroups: []string{""}, Resources: []string{"namespaces", "resourcequotas", "limitranges", "pods", "podtemplates", "serviceaccounts"}, Verbs: verbs},
			{APIGroups: []string{"networking.k8s.io"}, Resources: []string{"networkpolicies"}, Verbs: verbs},
			{APIGroups: []string{"rbac.authorization.k8s.io"}, Resources: []string{"roles", "rolebindings"}, Verbs: verbs},
		}
	}
	allow(t, kinds("get", "list"), plan, apply)
	// Destroying looks into every kind that a Namespace can hold.
	allow(t, append(kinds("create", "patch", "delete", "watch"), rbacv1.PolicyRule{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"list"}}), apply)
	return plan, apply
}

func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../examples/" + name + "/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A run of HCP Terraform: plan and apply are processes on machines of their own,
// with a saved plan, and each has a token that holds for its phase; all else is in
// the environment.
func TestAccProvider_hostedRun(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	planner, applier := phases(t, name)
	passage := acctest.NewPassage(t)
	planToken, applyToken := token(t, planner, 10*time.Minute), token(t, applier, 10*time.Minute)
	config := strings.ReplaceAll(example(t, "hcp_terraform"), `"shop-prod"`, `"`+name+`"`)

	// Core counts new values of a data source as a change in a refresh-only plan, those
	// of a check's too.
	resources := config[:strings.Index(config, "# Health assessments")]

	machine := func(token string) *acctest.CLI {
		terraform := installed(t)
		terraform.Write("main.tf", resources)
		terraform.Env("KUBE_HOST="+passage.Host, "KUBE_CLUSTER_CA_CERT_DATA="+passage.Authority, "KUBE_TOKEN="+token)
		return terraform
	}
	developer := machine("")
	lock := []string{"providers", "lock", "-fs-mirror=" + mirrorDir(), "-platform=" + runtime.GOOS + "_" + runtime.GOARCH}
	for _, platform := range acctest.OtherPlatforms() {
		lock = append(lock, "-platform="+platform)
	}
	developer.Must(0, lock...)
	locked := developer.Read(".terraform.lock.hcl")
	if hashes := strings.Count(locked, `"h1:`); hashes != 3 {
		t.Errorf("the lock file has %d hashes, want 3:\n%s", hashes, locked)
	}

	plan := machine(planToken)
	plan.Write(".terraform.lock.hcl", locked)
	plan.Must(0, "init", "-input=false", "-lockfile=readonly")
	plan.Must(0, "plan", "-input=false", "-out=tfplan")

	apply := machine(applyToken)
	apply.Write(".terraform.lock.hcl", locked)
	apply.Write("tfplan", plan.Read("tfplan"))
	apply.Must(0, "init", "-input=false", "-lockfile=readonly")
	apply.Must(0, "apply", "-input=false", "tfplan")

	for _, r := range passage.Seen() {
		wrote := r.Method != http.MethodGet && r.Status < http.StatusBadRequest
		if wrote && r.Header.Get("Authorization") != "Bearer "+applyToken {
			t.Errorf("%s %s was not made by the apply", r.Method, r.Path)
		}
		// What an audit log has of it: who is at work, and from which Terraform.
		agent := r.Header.Get("User-Agent")
		if !strings.HasPrefix(agent, "terraform-provider-mar/"+acctest.MirrorVersion+" ("+runtime.GOOS+"/"+runtime.GOARCH+") Terraform/1.") {
			t.Errorf("%s %s was sent by %q", r.Method, r.Path, agent)
		}
	}

	// From here on what a health assessment does, on a machine of its own.
	assess := machine(planToken)
	assess.Write(".terraform.lock.hcl", locked)
	assess.Write("terraform.tfstate", apply.Read("terraform.tfstate"))
	assess.Must(0, "init", "-input=false", "-lockfile=readonly")
	behave(t, name, "crash-loop", func(pod *corev1.Pod) bool {
		statuses := pod.Status.ContainerStatuses
		return len(statuses) == 1 && statuses[0].RestartCount > 2 && statuses[0].State.Waiting != nil
	})
	assess.Must(0, "plan", "-input=false", "-refresh-only", "-detailed-exitcode")
	assess.Write("main.tf", config)
	if output := oneLine(assess.Must(0, "plan", "-input=false")); !strings.Contains(output, "Check block assertion failed") || !strings.Contains(output, name+" is failed: Its only instance doesn't work: web") {
		t.Errorf("the check doesn't find the crash loop:\n%s", output)
	}
	// A program that runs again may be in its loop still, so only another instance is well at once.
	apply.Must(0, "apply", "-input=false", "-auto-approve", "-replace=mar_instance.web")
	assess.Write("terraform.tfstate", apply.Read("terraform.tfstate"))
	if output := assess.Must(0, "plan", "-input=false"); strings.Contains(output, "Check block") {
		t.Errorf("the check still finds something:\n%s", output)
	}
	apply.Must(0, "destroy", "-input=false", "-auto-approve")
}

// behave has the Pod web behave so, and blocks until it does.
func behave(t *testing.T, namespace, behavior string, does func(*corev1.Pod) bool) {
	t.Helper()
	pods := acctest.Client(t).CoreV1().Pods(namespace)
	patch := fmt.Sprintf(`{"metadata":{"annotations":{"devcluster.mar.headgym.com/behavior":%q}}}`, behavior)
	if _, err := pods.Patch(t.Context(), "web", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "the Pod web to be "+behavior, func(ctx context.Context) (bool, error) {
		pod, err := pods.Get(ctx, "web", metav1.GetOptions{})
		return err == nil && does(pod), err
	})
}

// oneLine undoes core's frames and line breaks.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(text)), " ")
}

// Two clusters in one configuration: each provider block has the token of its own
// file, and KUBE_TOKEN, which is there too, goes to neither.
func TestAccProvider_hostedRunOfTwoClusters(t *testing.T) {
	t.Parallel()
	east, west := acctest.ClusterName(t), acctest.ClusterName(t)
	planner, applier := phases(t, east)
	sides := map[string]*acctest.Passage{"east": acctest.NewPassage(t), "west": acctest.NewPassage(t)}
	terraform := installed(t)
	terraform.Write("main.tf", strings.NewReplacer(`"shop-east"`, `"`+east+`"`, `"shop-west"`, `"`+west+`"`).Replace(example(t, "hcp_terraform_clusters")))
	servers, err := json.Marshal(map[string]any{
		"east": map[string]string{"host": sides["east"].Host, "certificate": sides["east"].Authority},
		"west": map[string]string{"host": sides["west"].Host, "certificate": sides["west"].Authority},
	})
	if err != nil {
		t.Fatal(err)
	}
	terraform.Env("TF_VAR_api_servers="+string(servers), "KUBE_TOKEN="+token(t, "nobody", time.Hour),
		`TF_VAR_tfc_kubernetes_dynamic_credentials={"default":{"token_path":"none"},"aliases":{"EAST":{"token_path":"east.token"},"WEST":{"token_path":"west.token"}}}`)
	given := map[string]map[string]bool{"east": {}, "west": {}}
	give := func(user string) {
		for side := range sides {
			jwt := token(t, user, 10*time.Minute)
			given[side]["Bearer "+jwt] = true
			terraform.Write(side+".token", jwt)
		}
	}
	terraform.Must(0, "init", "-input=false")
	give(planner)
	terraform.Must(0, "plan", "-input=false", "-out=tfplan")
	give(applier)
	terraform.Must(0, "apply", "-input=false", "tfplan")
	for side, passage := range sides {
		for _, r := range passage.Seen() {
			if !given[side][r.Header.Get("Authorization")] {
				t.Errorf("%s: %s %s has another's credentials", side, r.Method, r.Path)
			}
		}
		if len(passage.Seen()) == 0 {
			t.Errorf("%s was never asked", side)
		}
	}
	for _, name := range []string{east, west} {
		if _, err := acctest.Client(t).CoreV1().Namespaces().Get(t.Context(), name, metav1.GetOptions{}); err != nil {
			t.Error(err)
		}
	}
}
