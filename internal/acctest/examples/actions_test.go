package examples_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

var (
	declaredAction = regexp.MustCompile(`action "mar_instance_(start|stop|restart)" "(\w+)"`)
	triggers       = regexp.MustCompile(`action_trigger`)
)

// command is a folder with the example's files, to run terraform in.
func command(t *testing.T, c configuration) *acctest.CLI {
	t.Helper()
	terraform := acctest.NewCLI(t)
	for name, text := range c.files {
		terraform.Write(name, text)
	}
	return terraform
}

// testAction invokes the example's actions by hand, and where it has a trigger by
// that. Nothing that an action does may be drift.
func testAction(t *testing.T, files map[string]string) {
	t.Helper()
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	c := configurationOf(t, files)
	var cluster string
	for _, cluster = range c.names {
		makeSettings(t, cluster)
	}
	terraform := command(t, c)
	terraform.Must(0, "apply", "-auto-approve")
	for _, match := range declaredAction.FindAllStringSubmatch(c.text(), -1) {
		deed, name := match[1], match[2]
		if deed == "start" {
			// What it is for: one that was stopped.
			stop(t, terraform, c, cluster, name)
		}
		before := uidOf(t, cluster, name)
		terraform.Must(0, "apply", "-auto-approve", "-invoke=action.mar_instance_"+deed+"."+name)
		if after := uidOf(t, cluster, name); (after == "") != (deed == "stop") || after == before {
			t.Errorf("after %s the Pod is %q, before it was %q", deed, after, before)
		}
		terraform.Must(0, "plan", "-detailed-exitcode")
	}
	if !triggers.MatchString(c.text()) {
		return
	}
	before := uidOf(t, cluster, "web")
	if output := terraform.Must(0, "apply", "-auto-approve", "-var=settings_revision=2"); !strings.Contains(output, "Actions: 1 invoked") || uidOf(t, cluster, "web") == before {
		t.Errorf("a new revision restarts nothing:\n%s", output)
	}
	terraform.Must(0, "plan", "-detailed-exitcode", "-var=settings_revision=2")
}

// stop stops an instance by an action that is added for that.
func stop(t *testing.T, terraform *acctest.CLI, c configuration, cluster, name string) {
	t.Helper()
	terraform.Write("stop.tf", c.renamed(strings.NewReplacer("CLUSTER", cluster, "NAME", name).Replace(`
action "mar_instance_stop" "test" {
  config {
    cluster = "CLUSTER"
    name    = "NAME"
  }
}
`)))
	terraform.Must(0, "apply", "-auto-approve", "-invoke=action.mar_instance_stop.test")
	if uidOf(t, cluster, name) != "" {
		t.Fatal("it wasn't stopped")
	}
}

// uidOf is the UID of a Pod, empty where there is none.
func uidOf(t *testing.T, cluster, name string) types.UID {
	t.Helper()
	pod, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return pod.UID
}

func makeSettings(t *testing.T, cluster string) {
	t.Helper()
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}, Data: map[string]string{"level": "info"}}
	if _, err := acctest.Client(t).CoreV1().ConfigMaps(cluster).Create(t.Context(), settings, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// testCredentials applies the example with a service account that may edit, and
// then without that right, which has to be missed.
func testCredentials(t *testing.T, files map[string]string) {
	t.Helper()
	t.Parallel()
	acctest.Needs(t, acctest.EphemeralResources)
	c := configurationOf(t, files)
	match := usedAccount.FindStringSubmatch(c.text())
	if match == nil {
		t.Fatal("no credentials are used")
	}
	cluster, account := match[1], match[2]
	client := acctest.Client(t)
	if _, err := client.CoreV1().ServiceAccounts(cluster).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: account}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	bindings := client.RbacV1().RoleBindings(cluster)
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: account},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "edit"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: cluster, Name: account}},
	}
	if _, err := bindings.Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	terraform := command(t, c)
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	if err := bindings.Delete(t.Context(), account, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "the account to lose its right", func(context.Context) (bool, error) {
		output, code := terraform.Run("plan")
		return code == 1 && strings.Contains(output, "system:serviceaccount:"+cluster+":"+account), nil
	})
}
