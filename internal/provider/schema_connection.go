package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// connectionModel is what the provider block says of the API server, and of whom
// it is asked as.
type connectionModel struct {
	ConfigPath            types.String `tfsdk:"config_path"`
	ConfigPaths           types.List   `tfsdk:"config_paths"`
	ConfigContext         types.String `tfsdk:"config_context"`
	ConfigContextCluster  types.String `tfsdk:"config_context_cluster"`
	ConfigContextAuthInfo types.String `tfsdk:"config_context_auth_info"`
	Host                  types.String `tfsdk:"host"`
	Token                 types.String `tfsdk:"token"`
	ClientCertificate     types.String `tfsdk:"client_certificate"`
	ClientKey             types.String `tfsdk:"client_key"`
	ClusterCACertificate  types.String `tfsdk:"cluster_ca_certificate"`
	Insecure              types.Bool   `tfsdk:"insecure"`
}

func connectionAttributes() map[string]schema.Attribute {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	return map[string]schema.Attribute{
		"config_path": schema.StringAttribute{
			MarkdownDescription: "Path of a kubeconfig file, such as `~/.kube/config`. Without it the environment variable `KUBE_CONFIG_PATH` is used, then `KUBE_CONFIG_PATHS`, then `KUBECONFIG`. No default path is assumed.",
			Optional:            true,
			Validators:          notEmpty,
		},
		"config_paths": schema.ListAttribute{
			MarkdownDescription: "Paths of several kubeconfig files that are merged as kubectl merges them, the first to set a value winning. Instead of `config_path`. Environment variable: `KUBE_CONFIG_PATHS`, a list as in `PATH`.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
		},
		"config_context": schema.StringAttribute{
			MarkdownDescription: "Context of the kubeconfig to use, such as `prod`; its current context when left out. Environment variable: `KUBE_CTX`.",
			Optional:            true,
			Validators:          notEmpty,
		},
		"config_context_cluster": schema.StringAttribute{
			MarkdownDescription: "Cluster entry of the kubeconfig to use instead of the context's. Environment variable: `KUBE_CTX_CLUSTER`.",
			Optional:            true,
			Validators:          notEmpty,
		},
		"config_context_auth_info": schema.StringAttribute{
			MarkdownDescription: "User entry of the kubeconfig to use instead of the context's. Environment variable: `KUBE_CTX_AUTH_INFO`.",
			Optional:            true,
			Validators:          notEmpty,
		},
		"host": schema.StringAttribute{
			MarkdownDescription: "Address of the API server, such as `https://10.0.0.1:6443`. With it the connection is a direct one: no kubeconfig is read. Environment variable: `KUBE_HOST`.",
			Optional:            true,
			Validators:          notEmpty,
		},
		"token": schema.StringAttribute{
			MarkdownDescription: "Bearer token for `host`. Environment variable: `KUBE_TOKEN`.",
			Optional:            true,
			Sensitive:           true,
			Validators:          notEmpty,
		},
		"client_certificate": schema.StringAttribute{
			MarkdownDescription: "Client certificate for `host`, as PEM text; goes with `client_key`. Environment variable: `KUBE_CLIENT_CERT_DATA`.",
			Optional:            true,
			Validators:          notEmpty,
		},
		"client_key": schema.StringAttribute{
			MarkdownDescription: "Private key of `client_certificate`, as PEM text. Environment variable: `KUBE_CLIENT_KEY_DATA`.",
			Optional:            true,
			Sensitive:           true,
			Validators:          notEmpty,
		},
		"cluster_ca_certificate": schema.StringAttribute{
			MarkdownDescription: "Certificates of the authorities that vouch for `host`, as PEM text; the operating system's when left out. Environment variable: `KUBE_CLUSTER_CA_CERT_DATA`.",
			Optional:            true,
			Validators:          notEmpty,
		},
		"insecure": schema.BoolAttribute{
			MarkdownDescription: "Connect to `host` without checking its certificate. For experiments only: anybody on the way can read the token. Default: `false`. Environment variable: `KUBE_INSECURE`.",
			Optional:            true,
		},
	}
}

func (m connectionModel) values() map[string]attr.Value {
	return map[string]attr.Value{
		"config_path": m.ConfigPath, "config_paths": m.ConfigPaths, "config_context": m.ConfigContext,
		"config_context_cluster": m.ConfigContextCluster, "config_context_auth_info": m.ConfigContextAuthInfo,
		"host": m.Host, "token": m.Token, "client_certificate": m.ClientCertificate, "client_key": m.ClientKey,
		"cluster_ca_certificate": m.ClusterCACertificate, "insecure": m.Insecure,
	}
}

func (m connectionModel) arguments(ctx context.Context, diags *diag.Diagnostics) arguments {
	args := arguments{
		ConfigPath:            m.ConfigPath.ValueStringPointer(),
		ConfigContext:         m.ConfigContext.ValueStringPointer(),
		ConfigContextCluster:  m.ConfigContextCluster.ValueStringPointer(),
		ConfigContextAuthInfo: m.ConfigContextAuthInfo.ValueStringPointer(),
		Host:                  m.Host.ValueStringPointer(),
		Token:                 m.Token.ValueStringPointer(),
		ClientCertificate:     m.ClientCertificate.ValueStringPointer(),
		ClientKey:             m.ClientKey.ValueStringPointer(),
		ClusterCACertificate:  m.ClusterCACertificate.ValueStringPointer(),
		Insecure:              m.Insecure.ValueBoolPointer(),
	}
	if !m.ConfigPaths.IsNull() {
		diags.Append(m.ConfigPaths.ElementsAs(ctx, &args.ConfigPaths, false)...)
	}
	return args
}
