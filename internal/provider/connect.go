package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

// connect returns nil where it has added an error.
func (p *marProvider) connect(ctx context.Context, args arguments, terraformVersion string, diags *diag.Diagnostics) *connect.Client {
	const summary = "The provider has no usable connection"
	cfg, err := resolve(args, os.LookupEnv)
	if err != nil {
		add(diags, at(args, err), summary, fw.Sentence(err.Error()))
		return nil
	}
	conn, err := cfg.Connection()
	if err != nil {
		add(diags, at(args, err), summary, fmt.Sprintf("%s\n\nThis was set by %s.", fw.Sentence(err.Error()), origin(args, cfg, err)))
		return nil
	}
	client, err := connect.New(conn, p.userAgent(terraformVersion))
	if err != nil {
		add(diags, path.Empty(), summary, fmt.Sprintf("%s\n\nThis was set by %s.", fw.Sentence(err.Error()), cfg.Source))
		return nil
	}
	if err := client.Probe(ctx); err != nil {
		fw.AddError(diags, "connect to the API server", err, at(args, err))
		return nil
	}
	return client
}

func (p *marProvider) userAgent(terraformVersion string) string {
	return fmt.Sprintf("terraform-provider-mar/%s (%s/%s) Terraform/%s", p.version, runtime.GOOS, runtime.GOARCH, terraformVersion)
}

func add(diags *diag.Diagnostics, at path.Path, summary, detail string) {
	if len(at.Steps()) == 0 {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// at is the argument that an error is about, if the provider block has it.
func at(args arguments, err error) path.Path {
	var (
		setting     *connect.SettingError
		unreachable *kube.UnreachableError
		stranger    *kube.NotKubernetesError
		access      *kube.AccessError
		credentials *kube.CredentialsError
		names       []string
	)
	switch {
	case errors.As(err, &setting):
		name, child, nested := strings.Cut(setting.Setting, ".")
		if names = args.set(name); nested && len(names) > 0 {
			return path.Root(name).AtListIndex(0).AtName(child)
		}
	case errors.As(err, &unreachable), errors.As(err, &stranger):
		names = args.set("host")
	case errors.As(err, &access), errors.As(err, &credentials):
		names = args.set("token", "token_file", "username", "exec", "client_certificate")
	}
	if len(names) == 0 {
		return path.Empty()
	}
	if names[0] == "exec" {
		return path.Root("exec").AtListIndex(0)
	}
	return path.Root(names[0])
}

// origin says what set the setting that an error is about.
func origin(args arguments, cfg connect.Config, err error) string {
	var setting *connect.SettingError
	if !errors.As(err, &setting) {
		return cfg.Source
	}
	name, _, _ := strings.Cut(setting.Setting, ".")
	if len(args.set(name)) > 0 {
		return argument(name)
	}
	if from := variableOf(name); from != "" {
		if _, ok := ignoreEmpty(os.LookupEnv)(from); ok {
			return variable(from)
		}
	}
	return cfg.Source
}
