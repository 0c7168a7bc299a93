package provider_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

var recordKubernetes = flag.String("record-kubernetes", "", "a folder with hashicorp/kubernetes' binary: record in testdata/kubernetes-3.2.1 what it makes")

const (
	recordedFolder = "kubernetes-3.2.1"
	// recordedName is the namespace's name in the recording, and the beginning of the others'.
	recordedName = "mar-recorded"
)

// recording is what hashicorp/kubernetes has made, as the API server had it, and what it has
// written into the state about it.
type recording struct {
	Namespaces []corev1.Namespace
	Pods       []corev1.Pod
	Resources  []map[string]any
}

// TestAccMoved_record makes the recording anew.
func TestAccMoved_record(t *testing.T) {
	if *recordKubernetes == "" {
		t.Skip("nothing is to be recorded")
	}
	terraform := acctest.NewCLI(t)
	terraform.Write("terraform.rc", fmt.Sprintf("provider_installation {\n  dev_overrides { \"hashicorp/kubernetes\" = %q }\n  direct {}\n}\n", *recordKubernetes))
	terraform.Env("TF_REATTACH_PROVIDERS=", "TF_CLI_CONFIG_FILE="+terraform.Path("terraform.rc"), "KUBE_CONFIG_PATH="+acctest.Kubeconfig(t))
	terraform.Write("main.tf", readFile(t, filepath.Join(recordedFolder, "main.tf")))
	terraform.Must(0, "apply", "-auto-approve", "-var=name="+recordedName)
	defer terraform.Must(0, "destroy", "-auto-approve", "-var=name="+recordedName)
	// What a refresh finds is in the state of everybody who has planned since.
	terraform.Must(0, "apply", "-refresh-only", "-auto-approve", "-var=name="+recordedName)
	var made struct{ Resources []map[string]any }
	if err := json.Unmarshal([]byte(terraform.Read("terraform.tfstate")), &made); err != nil {
		t.Fatal(err)
	}
	client, all := acctest.Client(t).CoreV1(), recording{}
	for _, resource := range made.Resources {
		if kind := fmt.Sprint(resource["type"]); strings.HasPrefix(kind, "kubernetes_namespace") || strings.HasPrefix(kind, "kubernetes_pod") {
			all.Resources = append(all.Resources, resource)
		}
	}
	for _, name := range []string{recordedName, recordedName + "-plain"} {
		namespace, err := client.Namespaces().Get(t.Context(), name, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		pods, err := client.Pods(name).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		namespace.ManagedFields = nil
		all.Namespaces = append(all.Namespaces, *namespace)
		for _, pod := range pods.Items {
			pod.ManagedFields, pod.Spec.NodeName, pod.Status = nil, "", corev1.PodStatus{Phase: pod.Status.Phase}
			all.Pods = append(all.Pods, pod)
		}
	}
	content, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", recordedFolder, "recording.json"), append(content, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAccMoved_recorded holds that Pods and namespaces that hashicorp/kubernetes 3.2.1 really
// made, with every block of its schema, are taken over without being replaced or changed, with
// the configuration that the migration guide tells to write.
func TestAccMoved_recorded(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	acctest.Needs(t, acctest.MoveAcrossTypes)
	past := madeAgain(t)

	imports, moves := &strings.Builder{}, &strings.Builder{}
	var want []string
	for _, resource := range past.Resources {
		kind, name := fmt.Sprint(resource["type"]), fmt.Sprint(resource["name"])
		to := "mar_instance." + name
		if strings.HasPrefix(kind, "kubernetes_namespace") {
			to = "mar_cluster." + name
		}
		attributes, ok := objects(resource["instances"])[0]["attributes"].(map[string]any)
		if !ok {
			t.Fatalf("%s.%s has no attributes", kind, name)
		}
		fmt.Fprintf(imports, "import {\n  to = %s\n  id = %q\n}\n", to, attributes["id"])
		fmt.Fprintf(moves, "moved {\n  from = %s.%s\n  to   = %s\n}\n", kind, name, to)
		want = append(want, "no-op "+to)
	}
	slices.Sort(want)

	writing := acctest.NewCLI(t)
	writing.Configure(imports.String())
	writing.Must(0, "plan", "-generate-config-out=generated.tf")

	terraform := movableAgain(t, past.Resources)
	terraform.Configure(writing.Read("generated.tf") + moves.String())
	terraform.Must(0, "plan", "-out=plan")
	if diff := cmp.Diff(want, plannedActions(t, terraform)); diff != "" {
		t.Errorf("the plan does other than wanted, -want +got:\n%s\n%s", diff, terraform.Must(0, "show", "plan"))
	}
	terraform.Must(0, "apply", "plan")
	terraform.Must(0, "plan", "-detailed-exitcode")
	past.isUntouched(t)
}

// TestAccMoved_recordedWrittenByHand holds the same of a configuration that says what the
// author of the old one has said, and nothing of what hashicorp/kubernetes always writes.
func TestAccMoved_recordedWrittenByHand(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	acctest.Needs(t, acctest.MoveAcrossTypes)
	past := madeAgain(t)
	var resources []map[string]any
	for _, resource := range past.Resources {
		if name := fmt.Sprint(resource["name"]); name == "team" || name == "volume" || name == "probes" {
			resources = append(resources, resource)
		}
	}
	terraform := movableAgain(t, resources)
	terraform.Configure(fmt.Sprintf(readFile(t, filepath.Join(recordedFolder, "by_hand.tf")), past.Namespaces[0].Name))
	terraform.Must(0, "plan", "-out=plan")
	// The import of a port with a host's port has its name and number in ports, and the rest in
	// pod. Here all of it is in pod, and that is the same Pod.
	want := []string{"no-op mar_cluster.team", "no-op mar_instance.probes", "no-op mar_instance.volume"}
	if diff := cmp.Diff(want, plannedActions(t, terraform)); diff != "" {
		t.Errorf("the plan does other than wanted, -want +got:\n%s\n%s", diff, terraform.Must(0, "show", "plan"))
	}
	terraform.Must(0, "apply", "plan")
	terraform.Must(0, "plan", "-detailed-exitcode")
	past.isUntouched(t)
}

// movableAgain is a folder with a state of these resources.
func movableAgain(t *testing.T, resources []map[string]any) *acctest.CLI {
	t.Helper()
	terraform := acctest.NewCLI(t)
	server, err := newKubernetesProvider()
	if err != nil {
		t.Fatal(err)
	}
	terraform.Serve("hashicorp/kubernetes", server)
	terraform.Write("terraform.tfstate", string(mustMarshal(t, map[string]any{
		"version": 4, "terraform_version": "1.16.0", "serial": 1, "lineage": "5a7b5c0e-1f0d-8d1a-0f5a-0c8f3d3c2b11", "outputs": map[string]any{}, "resources": resources,
	})))
	return terraform
}

// isUntouched holds that each Pod is the same, and says the same.
func (r recording) isUntouched(t *testing.T) {
	t.Helper()
	for _, pod := range r.Pods {
		now, err := acctest.Client(t).CoreV1().Pods(pod.Namespace).Get(t.Context(), pod.Name, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if now.UID != pod.UID {
			t.Errorf("Pod %s is another one", pod.Name)
		}
		if diff := cmp.Diff([]any{asDeclared(pod.ObjectMeta), pod.Spec}, []any{asDeclared(now.ObjectMeta), now.Spec}); diff != "" {
			t.Errorf("Pod %s has changed, -before +after:\n%s", pod.Name, diff)
		}
	}
}

// madeAgain makes what was recorded, and returns the recording with the present names and UIDs.
func madeAgain(t *testing.T) recording {
	t.Helper()
	text := readFile(t, filepath.Join(recordedFolder, "recording.json"))
	text = strings.ReplaceAll(text, recordedName+"-plain", acctest.ClusterName(t))
	name := acctest.ClusterName(t)
	text = strings.ReplaceAll(text, recordedName, name)
	var past recording
	if err := json.Unmarshal([]byte(text), &past); err != nil {
		t.Fatal(err)
	}
	client := acctest.Client(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := client.SchedulingV1().PriorityClasses().Create(t.Context(), &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: name + "-high"}, Value: 1000}, metav1.CreateOptions{})
	must(err)
	_, err = client.NodeV1().RuntimeClasses().Create(t.Context(), &nodev1.RuntimeClass{ObjectMeta: metav1.ObjectMeta{Name: name + "-sandboxed"}, Handler: "runc"}, metav1.CreateOptions{})
	must(err)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		_ = client.SchedulingV1().PriorityClasses().Delete(ctx, name+"-high", metav1.DeleteOptions{})
		_ = client.NodeV1().RuntimeClasses().Delete(ctx, name+"-sandboxed", metav1.DeleteOptions{})
	})
	uids := []string{}
	for i, namespace := range past.Namespaces {
		made, err := client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: asDeclared(namespace.ObjectMeta)}, asKubernetes())
		must(err)
		uids = append(uids, string(namespace.UID), string(made.UID))
		past.Namespaces[i] = *made
	}
	_, err = client.CoreV1().ServiceAccounts(name).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "robot"}}, asKubernetes())
	must(err)
	for i, pod := range past.Pods {
		made := madePod(t, pod)
		uids = append(uids, string(pod.UID), string(made.UID))
		past.Pods[i] = *made
	}
	resources := strings.NewReplacer(uids...).Replace(string(mustMarshal(t, past.Resources)))
	resources = strings.ReplaceAll(resources, "registry.terraform.io", acctest.Registry())
	must(json.Unmarshal([]byte(resources), &past.Resources))
	return past
}

// madePod makes the Pod as it was, and waits until it is in the same phase.
func madePod(t *testing.T, pod corev1.Pod) *corev1.Pod {
	t.Helper()
	pods := acctest.Client(t).CoreV1().Pods(pod.Namespace)
	acctest.Eventually(t, "the service account of "+pod.Name, func(ctx context.Context) (bool, error) {
		_, err := acctest.Client(t).CoreV1().ServiceAccounts(pod.Namespace).Get(ctx, pod.Spec.ServiceAccountName, metav1.GetOptions{})
		return err == nil, nil
	})
	if _, err := pods.Create(t.Context(), &corev1.Pod{ObjectMeta: asDeclared(pod.ObjectMeta), Spec: pod.Spec}, asKubernetes()); err != nil {
		t.Fatal(err)
	}
	var made *corev1.Pod
	acctest.Eventually(t, "Pod "+pod.Name+" to be "+string(pod.Status.Phase), func(ctx context.Context) (ok bool, err error) {
		made, err = pods.Get(ctx, pod.Name, metav1.GetOptions{})
		return err == nil && made.Status.Phase == pod.Status.Phase && (pod.Status.Phase == corev1.PodPending || made.Status.PodIP != ""), err
	})
	return made
}

// asDeclared is what of an object's metadata its author says.
func asDeclared(of metav1.ObjectMeta) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: of.Name, Namespace: of.Namespace, Labels: of.Labels, Annotations: of.Annotations}
}
