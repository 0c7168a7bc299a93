package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// MirrorVersion is the provider's version in a Mirror.
const MirrorVersion = "0.0.1"

// OtherPlatforms are in a Mirror in addition to the running one.
func OtherPlatforms() []string { return []string{"windows_amd64", "freebsd_arm"} }

// Mirror builds the provider into a folder from which Terraform installs it. For other platforms it
// has dummy files.
func Mirror(dir string) error {
	for _, platform := range append(OtherPlatforms(), runtime.GOOS+"_"+runtime.GOARCH) {
		binary := filepath.Join(dir, Registry(), source, MirrorVersion, platform, "terraform-provider-mar_v"+MirrorVersion)
		if platform == runtime.GOOS+"_"+runtime.GOARCH {
			build := exec.Command("go", "build", "-ldflags", "-s -w -X main.version="+MirrorVersion, "-o", binary, "github.com/headgym/terraform-provider-mar")
			if output, err := build.CombinedOutput(); err != nil {
				return fmt.Errorf("build the provider: %w\n%s", err, output)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(binary), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(binary, []byte(platform), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// NewInstalledCLI returns an empty directory whose terraform installs the provider from a Mirror,
// and runs it as users do: a process for each provider block. Nothing in its environment names an
// API server.
func NewInstalledCLI(t *testing.T, mirror string) *CLI {
	t.Helper()
	Kubeconfig(t)
	c := &CLI{t: t, terraform: os.Getenv(envTerraform), dir: t.TempDir()}
	c.Write("terraform.rc", fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
	c.Env("TF_CLI_CONFIG_FILE="+c.Path("terraform.rc"), envKubeconfig+"=")
	return c
}
