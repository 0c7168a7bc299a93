package cluster_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// contest is a field of a cluster's that another tool applies, too.
type contest struct {
	// object is what that tool applies to, below the API's root, and theirs what.
	object, theirs string
	// field is as the error names it, at begins the line that it points at.
	field, at string
}

func contests() map[string]contest {
	quota := `{"apiVersion":"v1","kind":"ResourceQuota","spec":{"hard":{%s}}}`
	namespace := `{"apiVersion":"v1","kind":"Namespace","metadata":{%s}}`
	return map[string]contest{
		"quota":       {"resourcequotas/mar-quota", fmt.Sprintf(quota, `"pods":"7"`), ".spec.hard.pods", "quota"},
		"surplus":     {"resourcequotas/mar-quota", fmt.Sprintf(quota, `"services":"7"`), ".spec.hard.services", "quota"},
		"limit_range": {"limitranges/mar-limits", `{"apiVersion":"v1","kind":"LimitRange","spec":{"limits":[{"type":"Container","default":{"cpu":"3"}}]}}`, ".spec.limits", "limit_range"},
		"label":       {"", fmt.Sprintf(namespace, `"labels":{"team":"pay"}`), ".metadata.labels.team", "labels"},
		"annotation":  {"", fmt.Sprintf(namespace, `"annotations":{"a":"2"}`), ".metadata.annotations.a", "annotations"},
		"region":      {"", fmt.Sprintf(namespace, `"labels":{"topology.kubernetes.io/region":"mars"}`), ".metadata.labels.topology.kubernetes.io/region", "region"},
		"rules": {
			"networkpolicies/mar-ingress", `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","spec":{"ingress":[{}]}}`,
			".spec.ingress", "network",
		},
	}
}

// TestAccCluster_conflicts holds for each field that another tool applies that it
// isn't fought over: the error names the tool, the field and the ways out, on the
// attribute. With force_conflicts the field is the provider's, on the server too,
// and with another field manager everything that the former one had.
func TestAccCluster_conflicts(t *testing.T) {
	t.Parallel()
	client := acctest.Client(t)
	clusters := map[string]string{}
	for name := range contests() {
		clusters[name] = acctest.ClusterName(t)
	}
	config := func(provider, quota string) string {
		var all strings.Builder
		fmt.Fprintf(&all, "provider \"mar\" {\n  %s\n}\n", provider)
		for _, name := range slices.Sorted(maps.Keys(clusters)) {
			fmt.Fprintf(&all, `
resource "mar_cluster" %q {
  name        = %q
  region      = "dev"
  labels      = { team = "shop" }
  annotations = { a = "1" }
  quota       = { instances = 5%s }
  limit_range = { container = { default = { cpu = "1" } } }
  network     = { ingress = { default = "deny" } }
}
`, name, clusters[name], quota)
		}
		return all.String()
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("", ""))
	terraform.Must(0, "apply", "-auto-approve")
	for name, c := range contests() {
		_, err := applyAs(t, client, clusters[name], c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}

	output, _ := terraform.Run("apply", "-auto-approve", "-json")
	said := acctest.Hear(t, output)
	for name, c := range contests() {
		errs := said.About("error", "mar_cluster."+name)
		if len(errs) != 1 || !strings.Contains(errs[0].Detail, fmt.Sprintf("%s is applied by %q", c.field, "argocd-controller")) ||
			!strings.Contains(errs[0].Detail, "force_conflicts = true") || acctest.Has(t, acctest.LinesWithin) && !strings.HasPrefix(strings.TrimSpace(errs[0].Snippet.Code), c.at) {
			t.Errorf("%s: got %+v", name, errs)
		}
	}

	terraform.Configure(config("force_conflicts = true", ""))
	terraform.Must(0, "apply", "-auto-approve")
	for name, c := range contests() {
		if owned := acctest.OwnedBy(t, metadataOf(t, client, clusters[name], c), "argocd-controller"); strings.Contains(owned, c.field) {
			t.Errorf("%s: argocd-controller still has %s", name, owned)
		}
	}
	terraform.Must(0, "plan", "-detailed-exitcode")

	terraform.Configure(config(`field_manager = "team-a"`, ""))
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Configure(config(`field_manager = "team-a"`, ", services = 3"))
	terraform.Must(0, "apply", "-auto-approve")
	for name, c := range contests() {
		for _, object := range []contest{c, {object: "resourcequotas/mar-quota"}, {}} {
			if owned := acctest.OwnedBy(t, metadataOf(t, client, clusters[name], object), "terraform-provider-mar"); owned != "" {
				t.Errorf("%s: of %q the former name still has %s", name, object.object, owned)
			}
		}
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// TestAccCluster_labelIsPutBack holds that a Namespace which lost the label that
// the provider knows it by gets it back in place, that the plan and a refresh say
// so, and that an imported one isn't in want of it.
func TestAccCluster_labelIsPutBack(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	terraform.Must(0, "apply", "-auto-approve")
	_, err := client.CoreV1().Namespaces().Patch(t.Context(), name, types.MergePatchType, []byte(`{"metadata":{"labels":{"app.kubernetes.io/managed-by":null}}}`), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	terraform.Must(2, "plan", "-refresh-only", "-detailed-exitcode")
	said := acctest.Hear(t, terraform.Must(0, "apply", "-auto-approve", "-json"))
	var address string
	for address = range said.Actions {
		if said.Actions[address] != "update" {
			t.Errorf("planned is %v", said.Actions)
		}
	}
	warnings := said.About("warning", address)
	if len(said.Actions) != 1 || len(warnings) != 1 || warnings[0].Summary != "Cluster lacks a label that the provider needs" {
		t.Errorf("got %+v and %v", warnings, said.Actions)
	}
	namespace, err := client.CoreV1().Namespaces().Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := namespace.Labels["app.kubernetes.io/managed-by"]; got != "terraform-provider-mar" {
		t.Errorf("the label is %q", got)
	}
	terraform.Must(0, "plan", "-refresh-only", "-detailed-exitcode")
	terraform.Must(0, "plan", "-detailed-exitcode")
}

func pathOf(cluster string, c contest) string {
	root := "/api/v1"
	if strings.HasPrefix(c.object, "networkpolicies") {
		root = "/apis/networking.k8s.io/v1"
	}
	return strings.TrimSuffix(root+"/namespaces/"+cluster+"/"+c.object, "/")
}

// applyAs applies a field as another tool does that was told to take it.
func applyAs(t *testing.T, client *kubernetes.Clientset, cluster string, c contest) ([]byte, error) {
	t.Helper()
	return client.CoreV1().RESTClient().Verb(http.MethodPatch).AbsPath(pathOf(cluster, c)).SetHeader("Content-Type", string(types.ApplyPatchType)).
		VersionedParams(&metav1.PatchOptions{FieldManager: "argocd-controller", Force: ptr.To(true)}, metav1.ParameterCodec).
		Body([]byte(c.theirs)).DoRaw(t.Context())
}

func metadataOf(t *testing.T, client *kubernetes.Clientset, cluster string, c contest) metav1.Object {
	t.Helper()
	var object metav1.PartialObjectMetadata
	data, err := client.CoreV1().RESTClient().Get().AbsPath(pathOf(cluster, c)).DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatal(err)
	}
	return &object
}
