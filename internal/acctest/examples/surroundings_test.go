package examples_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// testDataSource first makes, without the provider, what the example reads or finds.
func testDataSource(t *testing.T, files map[string]string) {
	t.Helper()
	c := configurationOf(t, files)
	for _, match := range readInstance.FindAllStringSubmatch(c.text(), -1) {
		makeReadyPod(t, match[1], match[2], nil)
	}
	for _, match := range readInstances.FindAllStringSubmatch(c.text(), 1) {
		makeReadyPod(t, match[1], "web", map[string]string{"team": "shop"})
	}
	for range readClusters.FindAllStringSubmatch(c.text(), 1) {
		labelNamespace(t, acctest.Namespace(t), `{"metadata":{"labels":{"stage":"prod","topology.kubernetes.io/region":"us-east-1"}}}`)
	}
	looked(t, c)
}

// looked applies a configuration that makes nothing, by the command: the test
// framework doesn't know for_each on data sources. What its checks ask for must hold.
func looked(t *testing.T, c configuration) {
	t.Helper()
	terraform := acctest.NewCLI(t)
	for name, text := range c.files {
		terraform.Write(name, text)
	}
	if output := terraform.Must(0, "apply", "-auto-approve"); strings.Contains(output, "Warning:") {
		t.Errorf("a check doesn't hold, or there is another warning:\n%s", output)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

func labelNamespace(t *testing.T, name, patch string) {
	t.Helper()
	if _, err := acctest.Client(t).CoreV1().Namespaces().Patch(t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

func makeReadyPod(t *testing.T, namespace, name string, labels map[string]string) {
	t.Helper()
	pods := acctest.Client(t).CoreV1().Pods(namespace)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "registry.k8s.io/pause:3.10"}}},
	}
	if _, err := pods.Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "a ready Pod", func(ctx context.Context) (bool, error) {
		now, err := pods.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, condition := range now.Status.Conditions {
			if condition.Type == corev1.PodReady {
				return condition.Status == corev1.ConditionTrue, nil
			}
		}
		return false, nil
	})
}

// testProvider puts the tested cluster's connection where the example has one
// that is made up, and makes a cluster by it.
func testProvider(t *testing.T, files map[string]string) {
	t.Helper()
	path := acctest.LimitedKubeconfig(t)
	kubeconfig, err := clientcmd.LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files["cluster.tf"] = clusterBlock("example")
	c := configurationOf(t, files)
	var variables config.Variables
	if strings.Contains(c.text(), "var.token") {
		variables = config.Variables{"token": config.StringVariable(adminToken(t))}
	}
	connection := connectionOf(t, path)
	c.files["ca.crt"] = string(connection.CAData)
	replacer := strings.NewReplacer(`"~/.kube/config"`, quoted(path), `"prod"`, quoted(kubeconfig.CurrentContext), `"https://10.0.0.1:6443"`, quoted(connection.Host))
	for name, text := range c.files {
		c.files[name] = replacer.Replace(text)
	}
	applied(t, c, variables)
}

func quoted(text string) string { return `"` + text + `"` }

func connectionOf(t *testing.T, kubeconfig string) *rest.Config {
	t.Helper()
	connection, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if err := rest.LoadTLSFiles(connection); err != nil {
		t.Fatal(err)
	}
	return connection
}

// adminToken is the token of a service account that may do everything, for as
// long as the test runs.
func adminToken(t *testing.T) string {
	t.Helper()
	client, name := acctest.Client(t), acctest.Namespace(t)
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: name, Name: "default"}},
	}
	if _, err := client.RbacV1().ClusterRoleBindings().Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { deleteBinding(t, client, name) })
	token, err := client.CoreV1().ServiceAccounts(name).CreateToken(t.Context(), "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return token.Status.Token
}

func deleteBinding(t *testing.T, client kubernetes.Interface, name string) {
	t.Helper()
	if err := client.RbacV1().ClusterRoleBindings().Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil {
		t.Errorf("clean up: %v", err)
	}
}

// claim makes a PersistentVolumeClaim, and the volume that it is bound to: the
// embedded cluster has nothing that would make one.
func claim(t *testing.T, namespace, name string) {
	t.Helper()
	acctest.NeedsEmbedded(t)
	client := acctest.Client(t)
	size := corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
	modes := []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
	volume := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: namespace},
		Spec: corev1.PersistentVolumeSpec{
			Capacity: size, AccessModes: modes,
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/var/lib/" + namespace}},
			ClaimRef:               &corev1.ObjectReference{Namespace: namespace, Name: name},
		},
	}
	if _, err := client.CoreV1().PersistentVolumes().Create(t.Context(), volume, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.CoreV1().PersistentVolumes().Delete(context.Background(), namespace, metav1.DeleteOptions{}); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	claim := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: modes, VolumeName: namespace, StorageClassName: ptr.To(""),
			Resources: corev1.VolumeResourceRequirements{Requests: size},
		},
	}
	if _, err := client.CoreV1().PersistentVolumeClaims(namespace).Create(t.Context(), claim, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// labelNode gives one of the embedded cluster's nodes a label, and returns its name.
func labelNode(t *testing.T, key, value string) string {
	t.Helper()
	nodes := acctest.Client(t).CoreV1().Nodes()
	list, err := nodes.List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	name := list.Items[len(list.Items)-1].Name
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%q}}}`, key, value)
	if _, err := nodes.Patch(t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	return name
}
