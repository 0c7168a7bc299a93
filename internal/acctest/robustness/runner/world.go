package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// World is one run's own cluster and working directory.
type World struct {
	*Suite
	Scenario scenario.Scenario
	Cluster  string
	Dir      string
	Proxy    *witness.Proxy

	// Meanwhile, if set, is asked about each request of the operation that no strike is for.
	Meanwhile func(witness.Request) witness.Intercept
	// Settle, if set, is called when the operation has ended, before what it left is looked at.
	Settle func(context.Context, *witness.History) error

	tb testing.TB
	// strangers are the keys of what was planted beside.
	strangers []string
}

// newWorld gives a run a name and a directory. What is left of it is removed after the test.
func (s *Suite) newWorld(tb testing.TB, of scenario.Scenario) *World {
	tb.Helper()
	return &World{Suite: s, Scenario: of, Dir: tb.TempDir(), Cluster: acctest.ClusterName(tb), tb: tb}
}

// open makes what a run begins with: its proxy, and its cluster where the scenario doesn't
// make that.
func (w *World) open(ctx context.Context) error {
	proxy, err := witness.NewProxy(w.Kubeconfig)
	if err != nil {
		return err
	}
	w.tb.Cleanup(proxy.Close)
	w.Proxy = proxy
	if err := proxy.Kubeconfig(w.path("kubeconfig")); err != nil {
		return err
	}
	settings := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"headgym/mar\" = %q\n  }\n  direct {}\n}\n", filepath.Dir(w.Provider))
	if err := w.put("terraform.rc", settings); err != nil || w.Scenario.OwnCluster {
		return err
	}
	space := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.Cluster}}
	if _, err := w.Client.CoreV1().Namespaces().Create(ctx, space, metav1.CreateOptions{}); err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		_, err := w.Client.CoreV1().ServiceAccounts(w.Cluster).Get(ctx, "default", metav1.GetOptions{})
		return err == nil, ignoreMissing(err)
	})
}

// ignoreMissing leaves out that something isn't there yet.
func ignoreMissing(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func (w *World) path(name string) string { return filepath.Join(w.Dir, name) }

func (w *World) put(name, content string) error {
	file := w.path(name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(content), 0o600)
}

// header is in front of each configuration.
const header = `terraform {
  required_providers {
    mar = { source = "headgym/mar" }
  }
}
`

// Configure declares what the scenario's configuration says, for this cluster.
func (w *World) Configure(config string) error {
	return w.put("main.tf", header+scenario.Given(config, w.Cluster))
}

// Scene looks at all there is.
func (w *World) Scene(ctx context.Context) (witness.Scene, error) {
	objects, err := witness.Objects(ctx, w.Client, w.Cluster)
	return witness.Scene{State: witness.ReadState(w.Dir), Objects: objects}, err
}

// plant puts objects of somebody else's beside.
func (w *World) plant(ctx context.Context) error {
	core := w.Client.CoreV1()
	name := metav1.ObjectMeta{Name: "stranger"}
	if _, err := core.ConfigMaps(w.Cluster).Create(ctx, &corev1.ConfigMap{ObjectMeta: name, Data: map[string]string{"a": "b"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	role := &rbacv1.Role{ObjectMeta: name, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get"}}}}
	if _, err := w.Client.RbacV1().Roles(w.Cluster).Create(ctx, role, metav1.CreateOptions{}); err != nil {
		return err
	}
	w.strangers = []string{"ConfigMap/stranger", "Role/stranger"}
	if w.Scenario.OwnCluster {
		return nil
	}
	spec := corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: scenario.Image}}}
	if _, err := core.Pods(w.Cluster).Create(ctx, &corev1.Pod{ObjectMeta: name, Spec: spec}, metav1.CreateOptions{}); err != nil {
		return err
	}
	template := &corev1.PodTemplate{ObjectMeta: name, Template: corev1.PodTemplateSpec{Spec: spec}}
	if _, err := core.PodTemplates(w.Cluster).Create(ctx, template, metav1.CreateOptions{}); err != nil {
		return err
	}
	if _, err := core.Secrets(w.Cluster).Create(ctx, &corev1.Secret{ObjectMeta: name, StringData: map[string]string{"a": "b"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	w.strangers = append(w.strangers, "Pod/stranger", "PodTemplate/stranger", "Secret/stranger")
	return nil
}

// uproot removes what would stop a cluster's destroy.
func (w *World) uproot(ctx context.Context) error {
	if !w.Scenario.OwnCluster || len(w.strangers) == 0 {
		return nil
	}
	if err := w.Client.CoreV1().ConfigMaps(w.Cluster).Delete(ctx, "stranger", metav1.DeleteOptions{}); err != nil {
		return err
	}
	return w.Client.RbacV1().Roles(w.Cluster).Delete(ctx, "stranger", metav1.DeleteOptions{})
}

// Beside is another working directory, with a state of its own, for the same cluster.
func (w *World) Beside(ctx context.Context) (*World, error) {
	other := &World{Suite: w.Suite, Scenario: w.Scenario, Cluster: w.Cluster, Dir: w.tb.TempDir(), tb: w.tb}
	// The cluster is there already, or is to be made by both.
	other.Scenario.OwnCluster = true
	err := other.open(ctx)
	other.Scenario.OwnCluster = w.Scenario.OwnCluster
	return other, err
}
