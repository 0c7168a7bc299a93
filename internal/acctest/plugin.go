package acctest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/serve"
)

// envPlugin makes a test's binary serve the provider instead of running tests.
const envPlugin = "MAR_ACC_PLUGIN"

// NewPluginCLI is NewCLI with a process for each provider block, as users have it. A provider in
// the test's process is configured once for all blocks, so aliases can't be distinguished.
func NewPluginCLI(t *testing.T) *CLI {
	t.Helper()
	Kubeconfig(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	plugins, cli := t.TempDir(), &CLI{t: t, terraform: os.Getenv(envTerraform), dir: t.TempDir()}
	cli.config = filepath.Join(plugins, "terraform.rc")
	for name, content := range map[string]string{
		"terraform-provider-mar": fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s'\n", envPlugin, self),
		"terraform.rc":           fmt.Sprintf("provider_installation {\n  dev_overrides { %q = %q }\n  direct {}\n}\n", source, plugins),
	} {
		if err := os.WriteFile(filepath.Join(plugins, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return cli
}

func servePlugin() int {
	server, err := Providers()["mar"]()
	if err != nil {
		return fail(err)
	}
	serve.Plugin(Registry()+"/"+source, server)
	return 0
}
