package credentials

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

const (
	openTimeout = 2 * time.Minute
	// notice is how long before a token expires the provider warns.
	notice = time.Minute
)

var (
	_ ephemeral.EphemeralResourceWithConfigure = (*credentials)(nil)
	_ ephemeral.EphemeralResourceWithRenew     = (*credentials)(nil)
)

// NewEphemeralResource returns the ephemeral resource mar_cluster_credentials.
func NewEphemeralResource() ephemeral.EphemeralResource { return &credentials{} }

type credentials struct {
	store store
}

func (c *credentials) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName
}

func (c *credentials) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Credentials of a service account of a MAR cluster, for one run: a token, and a kubeconfig with it. They are neither in the state nor in the plan. Each plan and each apply gets its own.",
		Attributes:          attributes(),
	}
}

func (c *credentials) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		c.store = store{client: data.Client}
	}
}

func (c *credentials) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	wanted := order{Cluster: m.Cluster.ValueString(), Account: m.ServiceAccount.ValueString(), Lifetime: usualLifetime}
	if !m.Audiences.IsNull() {
		resp.Diagnostics.Append(m.Audiences.ElementsAs(ctx, &wanted.Audiences, false)...)
	}
	if text := m.Lifetime.ValueString(); text != "" {
		lifetime, err := time.ParseDuration(text)
		if err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("lifetime"), "Invalid lifetime", fw.Sentence(err.Error()))
		}
		wanted.Lifetime = lifetime
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, openTimeout)
	defer cancel()
	got, err := c.store.Issue(ctx, wanted)
	switch answer := kube.AnswerOf(wanted.ref(), err); {
	case answer == kube.NotFound, answer == kube.NoNamespace:
		resp.Diagnostics.AddAttributeError(path.Root("service_account"), "No such service account",
			fmt.Sprintf("There is no %s. Check both names. If this configuration creates it, apply that first (terraform apply -target=…), because a plan already needs the credentials.", wanted.ref()))
		return
	case err != nil:
		fw.AddError(&resp.Diagnostics, fmt.Sprintf("get credentials of the service account %s/%s", wanted.Cluster, wanted.Account), err, path.Empty())
		return
	}
	server := c.store.client.Endpoint
	kubeconfig, err := kubeconfigOf(server, wanted.Cluster, wanted.Account, got.Token)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "write a kubeconfig", err, path.Empty())
		return
	}
	m.Token, m.Kubeconfig = types.StringValue(got.Token), types.StringValue(kubeconfig)
	m.Host, m.CACertificate = types.StringValue(server.URL), types.StringNull()
	if server.CA != "" {
		m.CACertificate = types.StringValue(server.CA)
	}
	m.ExpiresAt = types.StringValue(got.Expires.UTC().Format(time.RFC3339))
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
	resp.RenewAt = got.Expires.Add(-notice)
	fw.SaveRecord(ctx, resp.Private, record{Of: wanted.ref().String(), Expires: got.Expires}, record{}, &resp.Diagnostics)
}

// record is what is remembered while the credentials are in use. It doesn't have the token.
type record struct {
	Of      string    `json:"of"`
	Expires time.Time `json:"expires"`
}

// Renew can't return another token, because the protocol has no way to, and Kubernetes doesn't
// extend the present one. So it warns that the token is about to expire.
func (c *credentials) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	rec := fw.LoadRecord(ctx, req.Private, record{}, &resp.Diagnostics)
	resp.Diagnostics.AddWarning("Credentials expire during the run",
		fmt.Sprintf("The token of %s expires at %s, and this run still uses it. After that the API server refuses it as Unauthorized. Apply again, with a longer `lifetime`.", rec.Of, rec.Expires.UTC().Format(time.RFC3339)))
}
