package provider_test

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// kubernetesProvider stands in for hashicorp/kubernetes, of which the tests only have recordings:
// Terraform asks a provider for its schema as long as a state or a configuration names it.
// Whatever else it is asked for is an error.
type kubernetesProvider struct{}

func (kubernetesProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "kubernetes"
}

func (kubernetesProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (kubernetesProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (kubernetesProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (kubernetesProvider) Resources(context.Context) []func() resource.Resource {
	versions := map[string]int64{
		"kubernetes_namespace": 0, "kubernetes_namespace_v1": 0, "kubernetes_limit_range_v1": 0,
		"kubernetes_pod": 1, "kubernetes_pod_v1": 1, "kubernetes_resource_quota_v1": 1,
	}
	var all []func() resource.Resource
	for name, version := range versions {
		all = append(all, func() resource.Resource { return kubernetesResource{name, version} })
	}
	return all
}

func newKubernetesProvider() (tfprotov6.ProviderServer, error) {
	return providerserver.NewProtocol6WithError(kubernetesProvider{})()
}

// kubernetesResource knows of a resource only that it is there.
type kubernetesResource struct {
	name    string
	version int64
}

var errTouched = errors.New("the object is none of this test's provider")

func (r kubernetesResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.name
}

func (r kubernetesResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Version: r.version, Attributes: map[string]schema.Attribute{"id": schema.StringAttribute{Computed: true}}}
}

func (kubernetesResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (r kubernetesResource) Create(_ context.Context, _ resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.AddError("Create of "+r.name, errTouched.Error())
}

func (r kubernetesResource) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.AddError("Update of "+r.name, errTouched.Error())
}

func (r kubernetesResource) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	resp.Diagnostics.AddError("Delete of "+r.name, errTouched.Error())
}
