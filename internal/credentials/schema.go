package credentials

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/validate"
)

const typeName = "cluster_credentials"

const (
	// The API server refuses tokens of less than ten minutes.
	leastLifetime = 10 * time.Minute
	usualLifetime = time.Hour
)

type model struct {
	Cluster        types.String `tfsdk:"cluster"`
	ServiceAccount types.String `tfsdk:"service_account"`
	Audiences      types.Set    `tfsdk:"audiences"`
	Lifetime       types.String `tfsdk:"lifetime"`
	Token          types.String `tfsdk:"token"`
	Kubeconfig     types.String `tfsdk:"kubeconfig"`
	Host           types.String `tfsdk:"host"`
	CACertificate  types.String `tfsdk:"cluster_ca_certificate"`
	ExpiresAt      types.String `tfsdk:"expires_at"`
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"cluster": schema.StringAttribute{
			MarkdownDescription: "The name of the cluster that the service account is in, such as `prod`.",
			Required:            true,
			Validators:          []validator.String{validate.ClusterName()},
		},
		"service_account": schema.StringAttribute{
			MarkdownDescription: "The name of the service account, such as `deployer`: one of the cluster's `service_accounts`, or any other that exists. The cluster's `access` sets what the credentials may do.",
			Required:            true,
			Validators:          []validator.String{validate.NotEmpty()},
		},
		"audiences": schema.SetAttribute{
			MarkdownDescription: "The services that accept the token, by the names that they check, such as `[\"https://vault.example.com\"]`. Left out, the Kubernetes API accepts it. If it is set, the Kubernetes API accepts the token only if its own audience is in the list, too: that is a setting of the API server, often `https://kubernetes.default.svc.cluster.local`.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(validate.NotEmpty())},
		},
		"lifetime": schema.StringAttribute{
			MarkdownDescription: "How long the token is valid, such as `30m`, at least `10m`. Set it to the time of your longest run, because a token can't be extended. The API server may give a shorter one. Default: `1h`.",
			Optional:            true,
			Validators:          []validator.String{validate.DurationAtLeast("a lifetime", leastLifetime)},
		},
		"token": schema.StringAttribute{
			MarkdownDescription: "The token, for `token` of a provider block.",
			Computed:            true,
			Sensitive:           true,
		},
		"kubeconfig": schema.StringAttribute{
			MarkdownDescription: "A kubeconfig with the token in it, as text (YAML), whose default namespace is the cluster. It reaches the API server as this provider does, with the same authority, server name and proxy.",
			Computed:            true,
			Sensitive:           true,
		},
		"host": schema.StringAttribute{
			MarkdownDescription: "The address of the API server, such as `https://10.0.0.1:6443`, for `host` of a provider block.",
			Computed:            true,
		},
		"cluster_ca_certificate": schema.StringAttribute{
			MarkdownDescription: "The certificates of the API server's authority in PEM, for `cluster_ca_certificate` of a provider block. Null where this provider trusts those of its machine.",
			Computed:            true,
		},
		"expires_at": schema.StringAttribute{
			MarkdownDescription: "When the token expires, in UTC (RFC 3339), such as `2026-01-31T12:00:00Z`.",
			Computed:            true,
		},
	}
}
