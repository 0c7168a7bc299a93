package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/process"
)

var components = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	if s := c.status(3); s.Up || len(s.Components) != 0 {
		t.Fatalf("before up, status says %+v", s)
	}
	if _, stderr, code := c.run("down"); code != 0 {
		t.Fatalf("down of nothing ended with %d: %s", code, stderr)
	}

	c.up()
	first := c.status(0)
	for _, name := range components {
		if first.pid(name) == 0 {
			t.Errorf("status doesn't show %s: %+v", name, first)
		}
	}
	if said := c.up(); !strings.Contains(said, "already up") {
		t.Errorf("a second up says %q", said)
	}
	if second := c.status(0); fmt.Sprint(second) != fmt.Sprint(first) {
		t.Errorf("a second up changed %+v to %+v", first, second)
	}

	if _, stderr, code := c.run("down"); code != 0 {
		t.Fatalf("down ended with %d: %s", code, stderr)
	}
	for _, name := range components {
		if _, err := process.Identify(first.pid(name)); err == nil {
			t.Errorf("%s still runs after down", name)
		}
	}
	if left, err := os.ReadDir(c.dir); err != nil || len(left) != 0 {
		t.Errorf("down left %v in the folder (%v)", left, err)
	}
	if s := c.status(3); s.Up {
		t.Errorf("after down, status says %+v", s)
	}
}

// A component that was killed, whichever it is, is started again on the same data, and at the same address.
func TestUp_killedComponentsAreReplaced(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.up()
	address := config(t, c).Host
	keep := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "kept"}}
	if _, err := c.client().CoreV1().ConfigMaps("default").Create(t.Context(), keep, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}

	for _, names := range [][]string{{"kube-scheduler"}, {"kube-apiserver", "kwok"}, components} {
		before := c.status(0)
		for _, name := range names {
			if err := syscall.Kill(before.pid(name), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "status noticing that "+fmt.Sprint(names)+" are gone", func(context.Context) string {
			if _, _, code := c.run("status"); code != 3 {
				return fmt.Sprintf("it ended with %d", code)
			}
			return ""
		})
		said := c.up()
		for _, name := range names {
			if !strings.Contains(said, name+" (process") {
				t.Errorf("up doesn't say that %s was started again: %s", name, said)
			}
		}
		after := c.status(0)
		for _, name := range components {
			killed := false
			for _, n := range names {
				killed = killed || n == name
			}
			if replaced := before.pid(name) != after.pid(name); replaced != killed {
				t.Errorf("after killing %v, %s replaced is %t", names, name, replaced)
			}
		}
	}

	if got := config(t, c).Host; got != address {
		t.Errorf("the address changed from %s to %s", address, got)
	}
	if _, err := c.client().CoreV1().ConfigMaps("default").Get(t.Context(), "kept", metav1.GetOptions{}); err != nil {
		t.Errorf("the data is gone: %v", err)
	}
	runPod(t, c, "after")
}

func TestUp_twoClustersBesideEachOther(t *testing.T) {
	t.Parallel()
	one, two := newCluster(t), newCluster(t)
	one.up("--nodes", "1")
	two.up("--nodes", "2")
	for c, want := range map[cluster]int{one: 1, two: 2} {
		nodes, err := c.client().CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(nodes.Items) != want {
			t.Errorf("a cluster of %d nodes has %d", want, len(nodes.Items))
		}
	}
	if _, stderr, code := one.run("down"); code != 0 {
		t.Fatalf("down ended with %d: %s", code, stderr)
	}
	two.status(0)
	runPod(t, two, "alone")
}

// Two ups at once are one after the other: one cluster comes of it.
func TestUp_atOnce(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	errs := make(chan error, 2)
	for range cap(errs) {
		go func() {
			output, err := exec.Command(c.binary, "up", "--dir", c.dir).CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, output)
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	c.status(0)
}

// With other options the components that they concern are started anew, and only those.
func TestUp_otherOptions(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.up()
	before := c.status(0)
	c.up("--audit", "--apiserver-arg=--max-requests-inflight=77")
	after := c.status(0)
	for _, name := range components {
		if replaced := before.pid(name) != after.pid(name); replaced != (name == "kube-apiserver") {
			t.Errorf("%s replaced is %t", name, replaced)
		}
	}
	runPod(t, c, "audited")
	log, err := os.ReadFile(filepath.Join(c.dir, "cluster", "logs", "audit.log"))
	if err != nil || !strings.Contains(string(log), `"name":"audited"`) {
		t.Errorf("the audit log doesn't have the Pod's creation (%v)", err)
	}

	c.up("--audit", "--apiserver-arg=--max-requests-inflight=77", "--nodes", "1")
	nodes, err := c.client().CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil || len(nodes.Items) != 1 {
		t.Errorf("with --nodes 1 there are %d (%v)", len(nodes.Items), err)
	}
}

func TestUp_saysWhatAComponentDislikes(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	_, stderr, code := c.run("up", "--apiserver-arg=--no-such-flag")
	if code != 1 || !strings.Contains(stderr, "kube-apiserver has ended") || !strings.Contains(stderr, "unknown flag: --no-such-flag") {
		t.Errorf("up ended with %d and said %q", code, stderr)
	}
	c.up()
}

// A port that was taken while the cluster was down is replaced.
func TestUp_portTaken(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.up()
	var port int
	for _, component := range c.status(0).Components {
		if component.Name == "kube-apiserver" {
			port = component.Port
		}
	}
	if _, stderr, code := c.run("down", "--keep"); code != 0 {
		t.Fatalf("down ended with %d: %s", code, stderr)
	}
	squatter, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	if said := c.up(); !strings.Contains(said, "has taken a port") {
		t.Errorf("up says %q", said)
	}
	runPod(t, c, "elsewhere")
}

// A process that has the ID of a component of old, but is another one, is left alone.
func TestStrangersAreSpared(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.up()
	if _, stderr, code := c.run("down", "--keep"); code != 0 {
		t.Fatalf("down ended with %d: %s", code, stderr)
	}
	stranger := exec.Command("sleep", "600")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	}()
	strange := fmt.Sprintf(`{"version":1,"ports":{},"components":[{"name":"etcd","process":{"pid":%d,"started":"long ago"}}]}`, stranger.Process.Pid)
	write := func() {
		if err := os.WriteFile(filepath.Join(c.dir, "cluster", "state.json"), []byte(strange), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	c.up()
	c.status(0)
	if _, stderr, code := c.run("down", "--keep"); code != 0 {
		t.Fatalf("down ended with %d: %s", code, stderr)
	}
	write()
	if _, stderr, code := c.run("down"); code != 0 {
		t.Fatalf("down ended with %d: %s", code, stderr)
	}
	if _, err := process.Identify(stranger.Process.Pid); err != nil {
		t.Errorf("the stranger is gone: %v", err)
	}
}

func TestUp_unreadableState(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	path := filepath.Join(c.dir, "cluster", "state.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := c.run("up"); code != 1 || !strings.Contains(stderr, path) || !strings.Contains(stderr, "remove the folder") {
		t.Errorf("up ended with %d and said %q", code, stderr)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestKubectl(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.up("--nodes", "1")
	link := filepath.Join(t.TempDir(), "kubectl")
	if err := os.Symlink(c.binary, link); err != nil {
		t.Fatal(err)
	}
	for _, command := range []*exec.Cmd{exec.Command(link, "version", "-o", "json"), exec.Command(c.binary, "kubectl", "version", "-o", "json")} {
		command.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig())
		output, err := command.CombinedOutput()
		if err != nil || strings.Count(string(output), `"gitVersion": "v1.36.3"`) != 2 {
			t.Errorf("%v: %v: %s", command.Args, err, output)
		}
	}
}

// runPod creates a Pod and waits until it is ready.
func runPod(t *testing.T, c cluster, name string) {
	t.Helper()
	pods := c.client().CoreV1().Pods("default")
	if _, err := pods.Create(t.Context(), newPod(name, nil), metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	eventually(t, "Pod "+name+" being ready", func(ctx context.Context) string {
		pod, err := pods.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err.Error()
		}
		return want("Ready", conditionOf(pod, corev1.PodReady).Status, corev1.ConditionTrue)
	})
}
