// Package provider wires the provider together: its schema, its configuration
// and the registry of kinds.
package provider

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/cluster"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var _ provider.Provider = (*marProvider)(nil)

// New returns the constructor that the plugin servers ask for.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &marProvider{version: version} }
}

type marProvider struct {
	version string
}

func (p *marProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "mar"
	resp.Version = p.version
}

func (p *marProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{cluster.NewResource, instance.NewResource}
}

func (p *marProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{cluster.NewDataSource, cluster.NewListDataSource, instance.NewDataSource, instance.NewListDataSource}
}

// Configure resolves the connection. It sends nothing: a wrong address shows at
// the first request that needs it.
func (p *marProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := m.unknown(); len(unknown) > 0 {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
			return
		}
		for _, name := range unknown {
			resp.Diagnostics.AddAttributeError(path.Root(name), "Provider argument not known yet",
				fmt.Sprintf("%s comes from something that this plan has yet to create, so that no API server can be asked. Either apply that first (terraform apply -target=…), or keep it in a configuration of its own and give its result to this one.", name))
		}
		return
	}
	client, err := p.connect(m.arguments(ctx, &resp.Diagnostics), req.TerraformVersion)
	if resp.Diagnostics.HasError() {
		return
	}
	if err != nil {
		resp.Diagnostics.AddError("The provider has no usable connection", fw.Sentence(err.Error()))
		return
	}
	m.conduct(client)
	data := &fw.ProviderData{Client: client, DefaultLabels: fw.StringMap(m.DefaultLabels)}
	resp.ResourceData = data
	resp.DataSourceData = data
}

func (p *marProvider) connect(args arguments, terraformVersion string) (*kube.Client, error) {
	cfg, err := resolve(args, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	rest, err := cfg.REST()
	if err != nil {
		return nil, fmt.Errorf("%w\n\nThis was set by %s", err, cfg.Source)
	}
	return kube.NewClient(rest, cfg.Source, fmt.Sprintf("terraform-provider-mar/%s (%s/%s) Terraform/%s", p.version, runtime.GOOS, runtime.GOARCH, terraformVersion))
}
