package cluster_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// With force_destroy a destroy takes everything along and says what that was; the
// cluster's own children go without a word.
func TestAccCluster_forcedDestroyReportsWhatItRemoved(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, "force_destroy = true\n"+everyChild))
	terraform.Must(0, "apply", "-auto-approve")
	client := acctest.Client(t)
	for i := range 12 {
		settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("settings-%02d", i)}}
		if _, err := client.CoreV1().ConfigMaps(name).Create(t.Context(), settings, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := (outside{client, name}).createRole(t.Context(), "theirs", nil); err != nil {
		t.Fatal(err)
	}
	out := oneSpaced(strings.ReplaceAll(terraform.Must(0, "destroy", "-auto-approve"), "│", " "))
	for _, want := range []string{
		"Warning: The cluster was destroyed with what was in it",
		"ConfigMap (12): settings-00, settings-01,", "settings-09, … and 2 more", "Role (1): theirs",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q isn't in\n%s", want, out)
		}
	}
	for _, own := range []string{"mar-ops", "mar-quota", "deployer"} {
		if strings.Contains(out[strings.Index(out, "Warning: "):], own) {
			t.Errorf("the cluster's own %s is reported:\n%s", own, out)
		}
	}
	if err := gone(name)(t.Context(), client); err != nil {
		t.Error(err)
	}
}

// The cluster's own children stop no destroy, and aren't worth a word.
func TestAccCluster_ownChildrenStopNoDestroy(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, everyChild))
	terraform.Must(0, "apply", "-auto-approve")
	if out := terraform.Must(0, "destroy", "-auto-approve"); strings.Contains(out, "Warning") {
		t.Errorf("a warning in\n%s", out)
	}
	if err := gone(name)(t.Context(), acctest.Client(t)); err != nil {
		t.Error(err)
	}
}

// An API service that doesn't answer hides objects: it stops a destroy, and holds
// up a forced one, which says so. It does that to every namespace, so the
// test has a control plane alone.
func TestAccCluster_unavailableAPIServiceStopsTheDestroyAndIsNamed(t *testing.T) {
	if !acctest.Alone(t) {
		return
	}
	name := acctest.ClusterName(t)
	client := acctest.Client(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	terraform.Must(0, "apply", "-auto-approve")
	breakAPIService(t, client, "v1.broken.example.com")

	out := oneSpaced(strings.ReplaceAll(terraform.Must(1, "destroy", "-auto-approve"), "│", " "))
	if !strings.Contains(out, "The cluster may not be empty") || !strings.Contains(out, "broken.example.com/v1") ||
		!strings.Contains(out, "kubectl get apiservices") || strings.Contains(out, "Use credentials") {
		t.Errorf("the destroy said\n%s", out)
	}

	terraform.Configure(config(name, "force_destroy = true\n timeouts = { delete = \"12s\" }"))
	terraform.Must(0, "apply", "-auto-approve")
	out = oneSpaced(strings.ReplaceAll(terraform.Must(1, "destroy", "-auto-approve"), "│", " "))
	for _, want := range []string{"Timed out after 12s", "NamespaceDeletionDiscoveryFailure", "broken.example.com/v1", "kubectl get apiservices"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q isn't in\n%s", want, out)
		}
	}

	removeAPIService(t, client, "v1.broken.example.com")
	terraform.Must(0, "destroy", "-auto-approve")
	if err := gone(name)(t.Context(), client); err != nil {
		t.Error(err)
	}
}

const apiServices = "/apis/apiregistration.k8s.io/v1/apiservices"

// breakAPIService registers an API group that a Service serves which isn't there.
func breakAPIService(t *testing.T, client *kubernetes.Clientset, name string) {
	t.Helper()
	version, group, _ := strings.Cut(name, ".")
	body, err := json.Marshal(map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{
			"group": group, "version": version, "groupPriorityMinimum": 1000, "versionPriority": 10, "insecureSkipTLSVerify": true,
			"service": map[string]any{"namespace": "default", "name": "nowhere"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.RESTClient().Post().AbsPath(apiServices).Body(body).Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.RESTClient().Delete().AbsPath(apiServices, name).Do(context.Background()).Error() })
	acctest.Eventually(t, "the discovery's failure", func(context.Context) (bool, error) {
		_, _, err := client.ServerGroupsAndResources()
		return err != nil && strings.Contains(err.Error(), group), nil
	})
}

func removeAPIService(t *testing.T, client *kubernetes.Clientset, name string) {
	t.Helper()
	if err := client.RESTClient().Delete().AbsPath(apiServices, name).Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "a whole discovery", func(context.Context) (bool, error) {
		_, _, err := client.ServerGroupsAndResources()
		return err == nil, nil
	})
}
