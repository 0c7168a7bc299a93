package acctest

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// source is the provider's source address, on every registry.
const source = "headgym/mar"

// CLI is a working directory for the real terraform command. It is for what the test framework has
// no step for: warnings, generated configuration, the state file.
type CLI struct {
	t   *testing.T
	dir string
	// reattach is how Terraform reaches each provider, in the form of TF_REATTACH_PROVIDERS.
	reattach map[string]any
	// terraform is the path of the command.
	terraform string
	// config is the path of a CLI configuration file, or empty.
	config string
	env    []string
}

// NewCLI returns an empty directory whose terraform uses the provider under test, served by the
// test's own process.
func NewCLI(t *testing.T) *CLI {
	t.Helper()
	Kubeconfig(t)
	server, err := Providers()["mar"]()
	if err != nil {
		t.Fatal(err)
	}
	c := &CLI{t: t, terraform: os.Getenv(envTerraform), dir: t.TempDir(), reattach: map[string]any{}}
	c.Serve(source, server)
	return c
}

// Registry is the host of the registry from which the Terraform or OpenTofu under test takes
// providers.
func Registry() string {
	if host := os.Getenv(resource.EnvTfAccProviderHost); host != "" {
		return host
	}
	return "registry.terraform.io"
}

// Serve serves a provider with that source until the test ends.
func (c *CLI) Serve(as string, server tfprotov6.ProviderServer) {
	c.t.Helper()
	address := Registry() + "/" + as
	c.reattach[address] = attachable(c.t, address, server)
}

// attachable serves the provider, and returns how Terraform reaches it.
func attachable(t *testing.T, address string, server tfprotov6.ProviderServer) any {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	configs, closed := make(chan *plugin.ReattachConfig), make(chan struct{})
	failed := make(chan error, 1)
	go func() {
		failed <- tf6server.Serve(address, func() tfprotov6.ProviderServer { return server },
			tf6server.WithDebug(ctx, configs, closed), tf6server.WithGoPluginLogger(hclog.NewNullLogger()), tf6server.WithLoggingSink(t), tf6server.WithoutLogStderrOverride())
	}()
	t.Cleanup(func() {
		cancel()
		<-closed
	})
	var config *plugin.ReattachConfig
	select {
	case config = <-configs:
	case err := <-failed:
		t.Fatalf("serve the provider: %v", err)
	}
	return map[string]any{
		"Protocol": string(config.Protocol), "ProtocolVersion": config.ProtocolVersion,
		"Pid": config.Pid, "Test": true, "Addr": map[string]string{"Network": config.Addr.Network(), "String": config.Addr.String()},
	}
}

// Env sets environment variables, as NAME=value, for later commands.
func (c *CLI) Env(variables ...string) { c.env = append(c.env, variables...) }

// Use makes later commands run another Terraform, by its path.
func (c *CLI) Use(terraform string) { c.terraform = terraform }

// Path returns the path of a file in the directory.
func (c *CLI) Path(name string) string { return filepath.Join(c.dir, name) }

// Write writes a file in the directory, and creates its folders.
func (c *CLI) Write(name, content string) {
	c.t.Helper()
	file := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Configure writes main.tf, with the provider's address first.
func (c *CLI) Configure(config string) {
	c.t.Helper()
	c.Write("main.tf", `terraform {
  required_providers {
    mar = { source = "headgym/mar" }
  }
}
`+config)
}

// Read returns the content of a file in the directory.
func (c *CLI) Read(name string) string {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(content)
}

// SavedPlan returns everything in a saved plan, which is an archive.
func (c *CLI) SavedPlan(name string) string {
	c.t.Helper()
	archive, err := zip.OpenReader(c.Path(name))
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			c.t.Fatal(err)
		}
		_ = content.Close()
	}
	return all.String()
}

// Run runs terraform and returns its output and exit code.
func (c *CLI) Run(args ...string) (output string, code int) {
	c.t.Helper()
	return c.wait(c.command(args...))
}

// Must is Run for a command that must end with the exit code.
func (c *CLI) Must(code int, args ...string) string {
	c.t.Helper()
	output, got := c.Run(args...)
	if got != code {
		c.t.Fatalf("terraform %v ended with %d, want %d:\n%s", args, got, code, output)
	}
	return output
}

// Kill runs terraform, and kills it as soon as now is closed, like a machine that is switched off:
// nothing of the run is in the state. It reports whether terraform ended by itself before that.
func (c *CLI) Kill(now <-chan struct{}, args ...string) (output string, finished bool) {
	c.t.Helper()
	output, _, finished = c.endedBy(os.Kill, now, args...)
	return output, finished
}

func (c *CLI) command(args ...string) *exec.Cmd {
	c.t.Helper()
	reattach, err := json.Marshal(c.reattach)
	if err != nil {
		c.t.Fatal(err)
	}
	command := exec.Command(c.terraform, args...)
	command.Dir = c.dir
	command.Env = append(os.Environ(), "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color", "CHECKPOINT_DISABLE=1")
	switch {
	case c.config != "":
		command.Env = append(command.Env, "TF_REATTACH_PROVIDERS=", "TF_CLI_CONFIG_FILE="+c.config)
	case c.reattach != nil:
		command.Env = append(command.Env, "TF_REATTACH_PROVIDERS="+string(reattach))
	}
	command.Env = append(command.Env, c.env...)
	command.WaitDelay = time.Minute
	return command
}

func (c *CLI) wait(command *exec.Cmd) (string, int) {
	c.t.Helper()
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("run %s: %v", command.Path, err)
	}
	return output.String(), command.ProcessState.ExitCode()
}
