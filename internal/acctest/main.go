// Package acctest runs acceptance tests: through a real Terraform, against a real
// control plane. Only tests import it.
package acctest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

const (
	// envAcceptance turns acceptance tests on, as in terraform-plugin-testing.
	envAcceptance = "TF_ACC"
	envTerraform  = "TF_ACC_TERRAFORM_PATH"
	// envOlder lists the paths of older versions, for tests of their states.
	envOlder = "MAR_TEST_OLDER_TERRAFORM"
	// envOwnCluster names the kubeconfig of a cluster to test on instead of the embedded one.
	envOwnCluster = "MAR_TEST_KUBECONFIG"
	// envDevcluster is the path of the embedded cluster's binary.
	envDevcluster = "MAR_DEVCLUSTER"
	// envKubeconfig is how the provider under test finds the cluster.
	envKubeconfig = "KUBE_CONFIG_PATH"
	// envAdministrator names the kubeconfig that the tests themselves use.
	envAdministrator = "MAR_ACC_ADMINISTRATOR"
)

// Main is the TestMain of a package with acceptance tests. Without TF_ACC it only runs the tests.
// With it, it starts a control plane for the package, on free ports, and stops it at the end. There
// the provider under test has the rights of the published roles and no others. It returns the exit
// code. Further arguments are for the command that starts the control plane.
func Main(m *testing.M, further ...string) int {
	if os.Getenv(envPlugin) != "" {
		return servePlugin()
	}
	if os.Getenv(envAcceptance) == "" {
		return m.Run()
	}
	if err := onlyOwnConfiguration(); err != nil {
		return fail(err)
	}
	if err := findableByOpenTofu(); err != nil {
		return fail(err)
	}
	if dir := os.Getenv(envAlone); dir != "" {
		if err := connectTo(dir); err != nil {
			return fail(err)
		}
		return m.Run()
	}
	if own := os.Getenv(envOwnCluster); own != "" {
		if err := connect(own, own); err != nil {
			return fail(err)
		}
		return m.Run()
	}
	stop, err := startCluster(further)
	if err != nil {
		return fail(err)
	}
	defer stop()
	return m.Run()
}

// connect tells the tests and the provider under test where the cluster is.
func connect(administrator, provider string) error {
	return errors.Join(os.Setenv(envAdministrator, administrator), os.Setenv(envKubeconfig, provider))
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "acceptance tests can't run:", err)
	return 1
}

// onlyOwnConfiguration keeps the developer's own settings out of the tests.
func onlyOwnConfiguration() error {
	if os.Getenv(envTerraform) == "" {
		return fmt.Errorf("%s doesn't say which Terraform to use; run them with make testacc", envTerraform)
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "KUBE_") || name == "KUBECONFIG" || name == "MAR_PLAN_VALIDATION" || strings.HasPrefix(name, "TF_VAR_") {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// findableByOpenTofu serves the provider under the address that OpenTofu uses, which is on its own
// registry.
func findableByOpenTofu() error {
	core, err := coreUnderTest()
	if err != nil || !core.OpenTofu {
		return err
	}
	if os.Getenv(resource.EnvTfAccProviderNamespace) == "" {
		if err := os.Setenv(resource.EnvTfAccProviderNamespace, "hashicorp"); err != nil {
			return err
		}
	}
	return os.Setenv(resource.EnvTfAccProviderHost, "registry.opentofu.org")
}

// startCluster starts a control plane in a directory of its own. stop stops it, and the
// one of the tests that have one alone.
func startCluster(further []string) (stop func(), err error) {
	dir, err := os.MkdirTemp("", "mar-acc-")
	if err != nil {
		return nil, err
	}
	stop = func() {
		if stopCluster(aloneDir(dir)) && stopCluster(dir) {
			_ = os.RemoveAll(dir)
		}
	}
	if err := startClusterIn(dir, further); err != nil {
		stop()
		return nil, err
	}
	return stop, connectTo(dir)
}

// startClusterIn starts the control plane in dir where it doesn't run yet.
func startClusterIn(dir string, further []string) error {
	binary := os.Getenv(envDevcluster)
	if binary == "" {
		return fmt.Errorf("%s doesn't say where the embedded cluster's binary is; run them with make testacc", envDevcluster)
	}
	if _, err := os.Stat(limitedIn(dir)); err == nil {
		return nil
	}
	var stderr bytes.Buffer
	up := exec.Command(binary, append([]string{"up", "--dir", dir}, further...)...)
	up.Stderr = &stderr
	if _, err := up.Output(); err != nil {
		return errors.Join(fmt.Errorf("start the embedded cluster: %w", err), errors.New(stderr.String()))
	}
	return limitProvider(administratorIn(dir), limitedIn(dir))
}

// stopCluster reports whether no control plane runs in dir any more.
func stopCluster(dir string) bool {
	if _, err := os.Stat(dir); err != nil {
		return true
	}
	if out, err := exec.Command(os.Getenv(envDevcluster), "down", "--dir", dir).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "stop the embedded cluster in %s: %v\n%s", dir, err, out)
		return false
	}
	return true
}

func connectTo(dir string) error { return connect(administratorIn(dir), limitedIn(dir)) }

func administratorIn(dir string) string { return filepath.Join(dir, "kubeconfig") }

func limitedIn(dir string) string { return filepath.Join(dir, "kubeconfig-limited") }
