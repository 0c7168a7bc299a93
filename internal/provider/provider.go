// Package provider wires the provider together: its schema, its configuration
// and the registry of kinds.
package provider

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	fwlist "github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/cluster"
	"github.com/headgym/terraform-provider-mar/internal/credentials"
	"github.com/headgym/terraform-provider-mar/internal/functions"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
	"github.com/headgym/terraform-provider-mar/internal/protocol"
)

var (
	_ provider.Provider                       = (*marProvider)(nil)
	_ provider.ProviderWithActions            = (*marProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*marProvider)(nil)
	_ provider.ProviderWithFunctions          = (*marProvider)(nil)
	_ provider.ProviderWithListResources      = (*marProvider)(nil)
)

func newProvider(version string) *marProvider {
	return &marProvider{version: version, build: protocol.BuildOf(version), serviceAccountFolder: "/var/run/secrets/kubernetes.io/serviceaccount"}
}

type marProvider struct {
	version string
	// build is one build of the version.
	build string
	// serviceAccountFolder is where Kubernetes puts a Pod's own credentials.
	serviceAccountFolder string
	// settings is the text of those arguments of the configured provider block that
	// reads and plans depend on, client its connection, nil until then.
	settings string
	client   *connect.Client
	// validation is how the configured provider's plans find out what is refused.
	validation fw.PlanValidation
}

// Conduct returns the build and what the provider block sets.
func (p *marProvider) Conduct() string { return p.build + "\n" + p.settings }

// PlanValidation returns how plans find out what is refused.
func (p *marProvider) PlanValidation() fw.PlanValidation { return p.validation }

// IsStill knows the versions of instances alone.
func (p *marProvider) IsStill(ctx context.Context, typeName string, identity map[string]any, isTheOne func(version string) bool) bool {
	cluster, _ := identity["cluster"].(string)
	name, _ := identity["name"].(string)
	return p.client != nil && typeName == "mar_instance" && instance.IsStill(ctx, p.client, cluster, name, isTheOne)
}

// NoteState notes the names in the state, so that a plan knows which are its own.
func (p *marProvider) NoteState(typeName string, state []byte) {
	switch {
	case p.client == nil:
	case typeName == "mar_instance":
		instance.NoteState(p.client, state)
	case typeName == "mar_cluster":
		cluster.NoteState(p.client, state)
	}
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

func (p *marProvider) ListResources(context.Context) []func() fwlist.ListResource {
	return []func() fwlist.ListResource{cluster.NewListResource, instance.NewListResource}
}

func (p *marProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{instance.NewStartAction, instance.NewStopAction, instance.NewRestartAction}
}

func (p *marProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{credentials.NewEphemeralResource}
}

func (p *marProvider) Functions(context.Context) []func() function.Function { return functions.All() }

// Configure makes the connection, and asks the server for its version: settings that
// lead nowhere are one error of the plan, and not one of each resource in the middle
// of an apply.
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
				fmt.Sprintf("The argument %s depends on something that doesn't exist yet, and the provider can't plan without its value. Apply that first (terraform apply -target=…), or move it to a separate configuration and pass its result to this one.", name))
		}
		return
	}
	args := m.arguments(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	args.ServiceAccountFolder = p.serviceAccountFolder
	client := p.connect(ctx, args, req.TerraformVersion, &resp.Diagnostics)
	if client == nil {
		return
	}
	m.conduct(client)
	mode, err := m.planValidation(os.LookupEnv)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("plan_validation"), "Invalid plan_validation", fw.Sentence(err.Error()))
		return
	}
	data := &fw.ProviderData{
		Client: client, Defaults: fw.Defaults{Labels: fw.StringMap(m.DefaultLabels), Annotations: fw.StringMap(m.DefaultAnnotations)},
		PlanValidation: fw.PlanValidation{Mode: mode, DryRuns: client.DryRuns, Clusters: &fw.PlannedClusters{}},
	}
	p.settings, p.client, p.validation = fmt.Sprint(m.conductModel, mode), client, data.PlanValidation
	resp.ResourceData = data
	resp.DataSourceData = data
	resp.ListResourceData = data
	resp.ActionData = data
	resp.EphemeralResourceData = data
}
