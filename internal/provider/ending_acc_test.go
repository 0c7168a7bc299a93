//go:build unix

package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const neverReady = plain + "\n  annotations = { \"devcluster.mar.headgym.com/behavior\" = \"not-ready\" }"

// waiting is an apply by the provider's own binary that waits for an instance, whose Pod has
// the UID.
func waiting(t *testing.T) (w world, terraform *acctest.CLI, run *acctest.Running, uid string) {
	t.Helper()
	acctest.NeedsEmbedded(t)
	w, terraform = newWorld(t), installed(t)
	terraform.Env("KUBE_CONFIG_PATH=" + os.Getenv("KUBE_CONFIG_PATH"))
	terraform.Configure(cluster(w.name, "") + instance("web", neverReady))
	terraform.Must(0, "init")
	run = terraform.Start("apply", "-auto-approve")
	acctest.Eventually(t, "the Pod to run", func(context.Context) (bool, error) {
		pod := w.pod("web")
		return pod != nil && pod.Status.PodIP != "", nil
	})
	return w, terraform, run, string(w.pod("web").UID)
}

// providerEnds holds that no provider outlives its Terraform for long.
func providerEnds(t *testing.T, run *acctest.Running) {
	t.Helper()
	acctest.Eventually(t, "the provider to end", func(context.Context) (bool, error) { return run.AllEnded(), nil })
}

// TestAccEnding_signalToAll sends Terraform and the provider a signal, as a CI system or a
// terminal does, while an instance is waited for. All that was made is in the state, and
// the next plan goes on from there.
func TestAccEnding_signalToAll(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, terraform, run, uid := waiting(t)
			run.SignalAll(signal)
			output, _ := run.Wait(20 * time.Second)
			if strings.Contains(output, "did not respond") {
				t.Errorf("the provider ended before Terraform:\n%s", output)
			}
			providerEnds(t, run)
			if got := inState(t, terraform)["mar_instance.web"]["uid"]; got != uid {
				t.Fatalf("the state has the Pod %v, want %s:\n%s", got, uid, output)
			}
			terraform.Configure(cluster(w.name, "") + instance("web", plain))
			terraform.Must(0, "apply", "-auto-approve")
			if got := string(w.pod("web").UID); got != uid {
				t.Errorf("the next apply made another Pod, %s", got)
			}
		})
	}
}

// TestAccEnding_killedTerraform kills Terraform alone: its provider ends by itself.
func TestAccEnding_killedTerraform(t *testing.T) {
	t.Parallel()
	_, _, run, _ := waiting(t)
	run.Signal(syscall.SIGKILL)
	run.Wait(5 * time.Second)
	providerEnds(t, run)
}

// TestAccEnding_signalToTheProviderAlone sends the provider a SIGTERM of which Terraform
// doesn't know. It ends nevertheless, and what it has made is in the state.
func TestAccEnding_signalToTheProviderAlone(t *testing.T) {
	t.Parallel()
	_, terraform, run, uid := waiting(t)
	for _, pid := range providersOf(t, run) {
		if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	output, _ := run.Wait(30 * time.Second)
	providerEnds(t, run)
	if got := inState(t, terraform)["mar_instance.web"]["uid"]; got != uid {
		t.Errorf("the state has the Pod %v, want %s:\n%s", got, uid, output)
	}
}

// providersOf are the process IDs of a run's providers.
func providersOf(t *testing.T, run *acctest.Running) []int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		t.Skip("needs /proc")
	}
	var pids []int
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// After the name, which is in parentheses: state, parent, group.
		_, after, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(after)
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && len(fields) > 2 && fields[2] == strconv.Itoa(run.Group()) && pid != run.Group() {
			pids = append(pids, pid)
		}
	}
	if len(pids) == 0 {
		t.Fatal("no provider runs")
	}
	return pids
}

// TestAccEnding_interruptedWhileManyCreatesFail interrupts an apply in the middle of the
// answers to many creates that have failed. Each Pod is in the state.
func TestAccEnding_interruptedWhileManyCreatesFail(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for range 3 {
		namespace, terraform := acctest.Namespace(t), installed(t)
		terraform.Env("KUBE_CONFIG_PATH=" + os.Getenv("KUBE_CONFIG_PATH"))
		terraform.Configure(failing(namespace, "test", 60, ""))
		terraform.Must(0, "init")
		run := terraform.Start("apply", "-auto-approve", "-parallelism=60")
		for end := time.Now().Add(5 * time.Minute); tainted(t, terraform) < 6; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("no create has failed")
			}
		}
		run.SignalAll(syscall.SIGINT)
		output, _ := run.Wait(5 * time.Minute)
		noPanic(t, output)
		providerEnds(t, run)
		inNoState(t, terraform, namespace)
	}
}

// TestAccEnding_manyCreatesFailWithSeveralAliases has each of four provider blocks, and so four
// processes, answer creates that have failed. Each Pod is in the state.
func TestAccEnding_manyCreatesFailWithSeveralAliases(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	namespace, terraform := acctest.Namespace(t), installed(t)
	terraform.Env("KUBE_CONFIG_PATH=" + os.Getenv("KUBE_CONFIG_PATH"))
	var config strings.Builder
	for _, alias := range []string{"a", "b", "c", "d"} {
		fmt.Fprintf(&config, "provider \"mar\" {\n  alias = %q\n}\n", alias)
		config.WriteString(failing(namespace, alias, 15, "provider = mar."+alias))
	}
	terraform.Configure(config.String())
	terraform.Must(0, "init")
	noPanic(t, terraform.Must(1, "apply", "-auto-approve", "-parallelism=60"))
	inNoState(t, terraform, namespace)
}

func noPanic(t *testing.T, output string) {
	t.Helper()
	if _, panicked, found := strings.Cut(output, "panic"); found {
		t.Errorf("Terraform has panicked:\n%s", panicked[:min(len(panicked), 2000)])
	}
}

// tainted counts the instances that have failed, and are in the state.
func tainted(t *testing.T, terraform *acctest.CLI) int {
	t.Helper()
	state, err := os.ReadFile(terraform.Path("terraform.tfstate"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Count(string(state), `"tainted"`)
}

// inNoState reports the Pods that a state has lost.
func inNoState(t *testing.T, terraform *acctest.CLI, namespace string) {
	t.Helper()
	var held state
	if err := json.Unmarshal([]byte(terraform.Read("terraform.tfstate")), &held); err != nil {
		t.Errorf("the state is broken: %v", err)
	}
	known := map[any]bool{}
	for _, resource := range held.resources() {
		for _, instance := range objects(resource["instances"]) {
			if attributes, ok := instance["attributes"].(map[string]any); ok {
				known[attributes["uid"]] = true
			}
		}
	}
	pods, err := acctest.Client(t).CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	lost := slices.DeleteFunc(pods.Items, func(pod corev1.Pod) bool { return known[string(pod.UID)] })
	if len(lost) > 0 {
		t.Errorf("of %d Pods %d are in no state", len(pods.Items), len(lost))
	}
}
