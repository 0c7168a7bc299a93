package instance_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// querying is a list block of that label.
func querying(label string, arguments ...string) string {
	return fmt.Sprintf("list \"mar_instance\" %q {\n  provider = mar\n  %s\n}\n", label, strings.Join(arguments, "\n  "))
}

func searching(arguments ...string) string {
	return "config {\n    " + strings.Join(arguments, "\n    ") + "\n  }"
}

// listedBy are the display names that terraform query shows of one list block.
func listedBy(output, label string) string {
	var names []string
	for line := range strings.Lines(output) {
		if rest, ok := strings.CutPrefix(line, "list.mar_instance."+label+" "); ok {
			_, name, _ := strings.Cut(strings.TrimSpace(rest), "   ")
			names = append(names, strings.TrimSpace(name))
		}
	}
	return strings.Join(names, " ")
}

// TestAccInstanceList_generatedConfigurationPlansEmpty holds that a namespace
// full of Pods that others made comes under management as they are: what is
// generated imports them, and then there is nothing to do.
func TestAccInstanceList_generatedConfigurationPlansEmpty(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Query)
	cluster := acctest.Namespace(t)
	strangers := strangersPods(t)
	for name, spec := range strangers {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name, "team": "shop"}}, Spec: spec}
		if err := create(t.Context(), acctest.Client(t), cluster, pod); err != nil {
			t.Fatal(err)
		}
	}
	ours := acctest.NewCLI(t)
	ours.Configure(ownInstances(cluster))
	ours.Must(0, "apply", "-auto-approve")

	terraform := acctest.NewCLI(t)
	terraform.Configure("")
	terraform.Write("find.tfquery.hcl", querying("all", searching(fmt.Sprintf("cluster = %q", cluster))))
	terraform.Must(0, "query", "-generate-config-out=found.tf")
	output := terraform.Must(0, "apply", "-auto-approve")
	if want := fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", len(strangers)+2); !strings.Contains(output, want) {
		t.Errorf("not %s, but\n%s\nof\n%s", want, output, terraform.Read("found.tf"))
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// ownInstances are two that this provider makes, one of them stopped.
func ownInstances(cluster string) string {
	const secret = "secret_env_wo = { PASSWORD = \"hunter2\" }\n  secret_env_wo_version = 3"
	other := strings.NewReplacer(`"test"`, `"other"`, `"web"`, `"web-stopped"`)
	return instanceConfig(cluster, secret, richPod) + other.Replace(instanceConfig(cluster, secret, stopped))
}

// TestAccInstanceList_selects holds that what is asked for is listed, in the order
// of the IDs.
func TestAccInstanceList_selects(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Query)
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	labelled := func(pod *corev1.Pod) { pod.Labels = map[string]string{"here": cluster} }
	terraform := acctest.NewCLI(t)
	terraform.Configure(strings.ReplaceAll(instanceConfig(cluster, stopped, fmt.Sprintf("labels = { here = %q }", cluster)), `"web"`, `"m"`))
	terraform.Must(0, "apply", "-auto-approve")
	runPods(t, cluster, corev1.PodRunning, labelled, "z", "a", "dotted.name")
	runPods(t, cluster, corev1.PodRunning, func(*corev1.Pod) {}, "unlabelled")
	runPods(t, cluster, corev1.PodFailed, func(pod *corev1.Pod) {
		labelled(pod)
		pod.Annotations = map[string]string{behavior + "behavior": "evicted"}
	}, "evicted")
	runPods(t, cluster, corev1.PodRunning, func(pod *corev1.Pod) { controlledBy(t, cluster, pod) }, "controlled")

	here, everywhere := fmt.Sprintf("cluster = %q", cluster), fmt.Sprintf("label_selector = \"here=%s\"", cluster)
	var config strings.Builder
	cases := map[string]struct {
		query []string
		want  string
	}{
		"all":        {[]string{searching(here)}, "a (Running) evicted (Failed) m (Stopped) unlabelled (Running) z (Running)"},
		"labelled":   {[]string{searching(here, everywhere)}, "a (Running) evicted (Failed) m (Stopped) z (Running)"},
		"everywhere": {[]string{searching(everywhere)}, "a (Running) evicted (Failed) m (Stopped) z (Running)"},
		"running":    {[]string{searching(here, `status = "Running"`)}, "a (Running) unlabelled (Running) z (Running)"},
		"stopped":    {[]string{searching(everywhere, `status = "Stopped"`)}, "m (Stopped)"},
		"controlled": {[]string{searching(here, "include_controlled = true", `label_selector = "!here"`)}, "controlled (Running, of ServiceAccount default) unlabelled (Running)"},
		"two":        {[]string{"limit = 2", searching(here)}, "a (Running) evicted (Failed)"},
		"none":       {[]string{searching(here, `status = "Succeeded"`)}, ""},
	}
	for label, c := range cases {
		config.WriteString(querying(label, c.query...))
	}
	terraform.Write("find.tfquery.hcl", config.String())
	output := terraform.Must(0, "query")
	for label, c := range cases {
		if got := strings.ReplaceAll(listedBy(output, label), cluster+"/", ""); got != c.want {
			t.Errorf("%s: listed are %s, want %s", label, got, c.want)
		}
	}
	if !strings.Contains(output, "Pods left out of the list") || !strings.Contains(output, cluster+"/dotted.name") {
		t.Errorf("it isn't said what was left out:\n%s", output)
	}
	terraform.Write("find.tfquery.hcl", querying("missing", searching(fmt.Sprintf("cluster = \"%s-missing\"", cluster))))
	if output := terraform.Must(1, "query"); !strings.Contains(output, "No such cluster") {
		t.Errorf("a cluster that isn't there:\n%s", output)
	}
}

// controlledBy makes an account, which stands for a ReplicaSet, the Pod's controller.
func controlledBy(t *testing.T, cluster string, pod *corev1.Pod) {
	t.Helper()
	owner, err := acctest.Client(t).CoreV1().ServiceAccounts(cluster).Get(t.Context(), "default", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ServiceAccount", Name: owner.Name, UID: owner.UID, Controller: ptr.To(true)}}
}

// TestAccInstanceList_readsNoMoreThanIsWanted holds that a page which isn't needed
// isn't asked for, and that one which can't be had is an error.
func TestAccInstanceList_readsNoMoreThanIsWanted(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Query)
	cluster := acctest.Namespace(t)
	runPods(t, cluster, corev1.PodRunning, func(*corev1.Pod) {}, "e", "d", "c", "b", "a")
	var requests atomic.Int32
	var refuse atomic.Bool
	proxied := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if requests.Add(1); refuse.Load() && r.URL.Query().Has("continue") {
			return acctest.Answer(http.StatusForbidden)
		}
		return acctest.PagesOf(2)
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(proxied)
	terraform.Write("find.tfquery.hcl", querying("four", "limit = 4", "include_resource = true", searching(fmt.Sprintf("cluster = %q", cluster))))
	output := terraform.Must(0, "query")
	if got, want := listedBy(output, "four"), strings.ReplaceAll("C/a (Running) C/b (Running) C/c (Running) C/d (Running)", "C", cluster); got != want {
		t.Errorf("listed are %s, want %s", got, want)
	}
	// One of the templates that stopped instances are, and two pages of Pods.
	if got := requests.Load(); got != 3 {
		t.Errorf("%d requests, want 3", got)
	}
	if got := listedWithin(t, cluster, 2); got != 2 {
		t.Errorf("%d results within a limit of 2", got)
	}
	refuse.Store(true)
	if output := terraform.Must(1, "query"); !strings.Contains(output, "Could not list the instances of the cluster "+cluster) {
		t.Errorf("half a list is no list:\n%s", output)
	}
}

// listedWithin counts the results of a list that core doesn't cut short.
func listedWithin(t *testing.T, cluster string, limit int64) int {
	t.Helper()
	s := serve(t)
	lists, ok := s.ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("list resources have vanished")
	}
	config := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"cluster": tftypes.String, "label_selector": tftypes.String, "status": tftypes.String, "include_controlled": tftypes.Bool,
	}}
	stream, err := lists.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: "mar_instance", Limit: limit, Config: dynamic(t, config, nulls(config, map[string]tftypes.Value{"cluster": text(cluster)})),
	})
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for result := range stream.Results {
		if len(result.Diagnostics) > 0 {
			t.Error(texts(result.Diagnostics))
		}
		count++
	}
	return count
}

func strangersPods(t *testing.T) map[string]corev1.PodSpec {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "strangers.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var specs map[string]corev1.PodSpec
	if err := yaml.UnmarshalStrict(text, &specs); err != nil {
		t.Fatal(err)
	}
	return specs
}
