package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// connectionModel is what the provider block says of the API server, and of whom
// it is asked as.
type connectionModel struct {
	ConfigPath            types.String  `tfsdk:"config_path"`
	ConfigPaths           types.List    `tfsdk:"config_paths"`
	ConfigRaw             types.String  `tfsdk:"config_raw"`
	ConfigContext         types.String  `tfsdk:"config_context"`
	ConfigContextCluster  types.String  `tfsdk:"config_context_cluster"`
	ConfigContextAuthInfo types.String  `tfsdk:"config_context_auth_info"`
	Host                  types.String  `tfsdk:"host"`
	Token                 types.String  `tfsdk:"token"`
	TokenFile             types.String  `tfsdk:"token_file"`
	Username              types.String  `tfsdk:"username"`
	Password              types.String  `tfsdk:"password"`
	ClientCertificate     types.String  `tfsdk:"client_certificate"`
	ClientKey             types.String  `tfsdk:"client_key"`
	ClusterCACertificate  types.String  `tfsdk:"cluster_ca_certificate"`
	Insecure              types.Bool    `tfsdk:"insecure"`
	TLSServerName         types.String  `tfsdk:"tls_server_name"`
	InCluster             types.Bool    `tfsdk:"in_cluster"`
	ProxyURL              types.String  `tfsdk:"proxy_url"`
	RequestTimeout        types.String  `tfsdk:"request_timeout"`
	QPS                   types.Float64 `tfsdk:"qps"`
	Burst                 types.Int64   `tfsdk:"burst"`
	Exec                  types.List    `tfsdk:"exec"`
	Impersonate           types.List    `tfsdk:"impersonate"`
}

type execModel struct {
	APIVersion types.String `tfsdk:"api_version"`
	Command    types.String `tfsdk:"command"`
	Args       types.List   `tfsdk:"args"`
	Env        types.Map    `tfsdk:"env"`
}

type impersonateModel struct {
	User   types.String `tfsdk:"user"`
	Groups types.List   `tfsdk:"groups"`
}

func connectionAttributes() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: []validator.String{validate.NotEmpty()}}
	}
	secret := func(description string) schema.StringAttribute {
		attribute := text(description)
		attribute.Sensitive = true
		return attribute
	}
	return map[string]schema.Attribute{
		"config_path": text("Path of a kubeconfig file, such as `~/.kube/config`. Without it the environment variable `KUBE_CONFIG_PATH` is used, then `KUBE_CONFIG_PATHS`, then `KUBECONFIG`. No default path is assumed."),
		"config_paths": schema.ListAttribute{
			MarkdownDescription: "Paths of several kubeconfig files that are merged as kubectl merges them, the first to set a value winning. Instead of `config_path`. Environment variable: `KUBE_CONFIG_PATHS`, a list as in `PATH`.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(validate.NotEmpty())},
		},
		"config_raw":               secret("A whole kubeconfig as text, for runs without a file, such as `var.kubeconfig`. Instead of `config_path`. Paths in it are seen from Terraform's working directory."),
		"config_context":           text("Context of the kubeconfig to use, such as `prod`; its current context when left out. Environment variable: `KUBE_CTX`."),
		"config_context_cluster":   text("Cluster entry of the kubeconfig to use instead of the context's. Environment variable: `KUBE_CTX_CLUSTER`."),
		"config_context_auth_info": text("User entry of the kubeconfig to use instead of the context's. Environment variable: `KUBE_CTX_AUTH_INFO`."),
		"host":                     text("Address of the API server, such as `https://10.0.0.1:6443`; without a scheme it is `https`. With it the connection is a direct one: no kubeconfig is read. Environment variable: `KUBE_HOST`."),
		"token":                    secret("Bearer token for `host`. Environment variable: `KUBE_TOKEN`."),
		"token_file":               text("Path of a file that holds the bearer token for `host`, such as the one that dynamic credentials of HCP Terraform write. It is read again when the API server stops accepting the token, and once a minute, so that it may be renewed in the middle of an apply. Instead of `token`; where it is set, `KUBE_TOKEN` isn't looked at."),
		"username":                 text("User name for `host`, where it takes HTTP basic authentication, as a proxy in front of an API server may; Kubernetes itself doesn't. Goes with `password`. Environment variable: `KUBE_USER`."),
		"password":                 secret("Password of `username`. Environment variable: `KUBE_PASSWORD`."),
		"client_certificate":       text("Client certificate for `host`, as PEM text; goes with `client_key`. Environment variable: `KUBE_CLIENT_CERT_DATA`."),
		"client_key":               secret("Private key of `client_certificate`, as PEM text. Environment variable: `KUBE_CLIENT_KEY_DATA`."),
		"cluster_ca_certificate":   text("Certificates of the authorities that vouch for `host`, as PEM text; the operating system's when left out. A kubeconfig has it in base64: pass that through `base64decode()`. Environment variable: `KUBE_CLUSTER_CA_CERT_DATA`."),
		"insecure": schema.BoolAttribute{
			MarkdownDescription: "Connect to `host` without checking its certificate, or without TLS at all where it begins with `http://`. For experiments only: anybody on the way can read the credentials. Without it `http://` with credentials is an error, unless the address is this machine's own, such as `http://127.0.0.1:8001`. Default: `false`. Environment variable: `KUBE_INSECURE`.",
			Optional:            true,
		},
		"tls_server_name": text("Name that the certificate of `host` must have, also sent in the TLS handshake (SNI), if it isn't the one in the address, for example behind a tunnel: `kubernetes.default.svc`. Environment variable: `KUBE_TLS_SERVER_NAME`."),
		"in_cluster": schema.BoolAttribute{
			MarkdownDescription: "Connect as the Pod that Terraform runs in, by the service account that Kubernetes has mounted into it. Excludes every other way to connect, and is never assumed: an agent may run in one Kubernetes and manage another. Default: `false`.",
			Optional:            true,
		},
		"proxy_url": text("Proxy for every request, such as `http://proxy.example.com:3128`; `https` and `socks5` are understood too. Goes with every way to connect. When left out `HTTPS_PROXY` and `NO_PROXY` hold, as everywhere, or a kubeconfig's own `proxy-url`. Environment variable: `KUBE_PROXY_URL`, the better place for one with a password."),
		"request_timeout": schema.StringAttribute{
			MarkdownDescription: "How long one request may take until it counts as not answered, such as `30s` or `2m`; watches may take longer. How long a whole create or delete may take is in `timeouts` of the resource. Default: `90s`.",
			Optional:            true,
		},
		"qps": schema.Float64Attribute{
			MarkdownDescription: "Requests a second at most, on average, such as `20`. When left out nothing but the API server's own fairness limits them.",
			Optional:            true,
			Validators:          []validator.Float64{float64validator.AtLeast(0.1)},
		},
		"burst": schema.Int64Attribute{
			MarkdownDescription: "Requests that may be sent at once before `qps` holds, such as `40`. Default: twice `qps`.",
			Optional:            true,
			Validators:          []validator.Int64{validate.AtLeast("a number of requests", 1), int64validator.AlsoRequires(path.MatchRoot("qps"))},
		},
	}
}

// connectionBlocks are lists of one: of a single block the framework would demand the
// required attributes even where there is none.
func connectionBlocks() map[string]schema.Block {
	notEmpty := []validator.String{validate.NotEmpty()}
	once := []validator.List{listvalidator.SizeAtMost(1)}
	return map[string]schema.Block{
		"exec": schema.ListNestedBlock{
			MarkdownDescription: "A program that prints credentials for `host`, as kubeconfigs have it for the logins of clouds; at most one. It is run when the first request is made, when what it printed has expired, and once when the API server stops accepting it. All requests share what it printed. A failure is remembered for 30 seconds, and the error has the last lines of what it printed to standard error.",
			Validators:          once,
			NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
				"api_version": schema.StringAttribute{
					MarkdownDescription: "Version of what the program prints: `client.authentication.k8s.io/v1` or `client.authentication.k8s.io/v1beta1`.",
					Required:            true,
					Validators:          []validator.String{validate.OneOf("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")},
				},
				"command": schema.StringAttribute{
					MarkdownDescription: "The program: a path, or a name that is found in `PATH`, such as `aws`.",
					Required:            true,
					Validators:          notEmpty,
				},
				"args": schema.ListAttribute{
					MarkdownDescription: "Its arguments, such as `[\"eks\", \"get-token\", \"--cluster-name\", \"prod\"]`.",
					ElementType:         types.StringType,
					Optional:            true,
				},
				"env": schema.MapAttribute{
					MarkdownDescription: "Environment variables for it, beside those that Terraform has, such as `{ AWS_PROFILE = \"prod\" }`.",
					ElementType:         types.StringType,
					Optional:            true,
				},
			}},
		},
		"impersonate": schema.ListNestedBlock{
			MarkdownDescription: "Make every request as another user, as `kubectl --as` does; at most one. The credentials need the right to `impersonate`. Goes with every way to connect.",
			Validators:          once,
			NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
				"user": schema.StringAttribute{
					MarkdownDescription: "The user, such as `jane` or `system:serviceaccount:ops:deployer`.",
					Required:            true,
					Validators:          notEmpty,
				},
				"groups": schema.ListAttribute{
					MarkdownDescription: "Groups that the user is taken to be in, such as `[\"developers\"]`.",
					ElementType:         types.StringType,
					Optional:            true,
					Validators:          []validator.List{listvalidator.ValueStringsAre(notEmpty...)},
				},
			}},
		},
	}
}

func (m connectionModel) values() map[string]attr.Value {
	return map[string]attr.Value{
		"config_path": m.ConfigPath, "config_paths": m.ConfigPaths, "config_raw": m.ConfigRaw, "config_context": m.ConfigContext,
		"config_context_cluster": m.ConfigContextCluster, "config_context_auth_info": m.ConfigContextAuthInfo,
		"host": m.Host, "token": m.Token, "token_file": m.TokenFile, "username": m.Username, "password": m.Password,
		"client_certificate": m.ClientCertificate, "client_key": m.ClientKey,
		"cluster_ca_certificate": m.ClusterCACertificate, "insecure": m.Insecure, "tls_server_name": m.TLSServerName,
		"in_cluster": m.InCluster, "proxy_url": m.ProxyURL, "request_timeout": m.RequestTimeout, "qps": m.QPS, "burst": m.Burst,
		"exec": m.Exec, "impersonate": m.Impersonate,
	}
}

func (m connectionModel) arguments(ctx context.Context, diags *diag.Diagnostics) arguments {
	args := arguments{
		ConfigPath:            m.ConfigPath.ValueStringPointer(),
		ConfigRaw:             m.ConfigRaw.ValueStringPointer(),
		ConfigContext:         m.ConfigContext.ValueStringPointer(),
		ConfigContextCluster:  m.ConfigContextCluster.ValueStringPointer(),
		ConfigContextAuthInfo: m.ConfigContextAuthInfo.ValueStringPointer(),
		Host:                  m.Host.ValueStringPointer(),
		Token:                 m.Token.ValueStringPointer(),
		TokenFile:             m.TokenFile.ValueStringPointer(),
		Username:              m.Username.ValueStringPointer(),
		Password:              m.Password.ValueStringPointer(),
		ClientCertificate:     m.ClientCertificate.ValueStringPointer(),
		ClientKey:             m.ClientKey.ValueStringPointer(),
		ClusterCACertificate:  m.ClusterCACertificate.ValueStringPointer(),
		Insecure:              m.Insecure.ValueBoolPointer(),
		TLSServerName:         m.TLSServerName.ValueStringPointer(),
		InCluster:             m.InCluster.ValueBoolPointer(),
		ProxyURL:              m.ProxyURL.ValueStringPointer(),
		RequestTimeout:        m.RequestTimeout.ValueStringPointer(),
		QPS:                   m.QPS.ValueFloat64Pointer(),
		Burst:                 m.Burst.ValueInt64Pointer(),
	}
	if !m.ConfigPaths.IsNull() {
		diags.Append(m.ConfigPaths.ElementsAs(ctx, &args.ConfigPaths, false)...)
	}
	args.Exec = m.exec(ctx, diags)
	args.Impersonate = m.impersonate(ctx, diags)
	return args
}

func (m connectionModel) exec(ctx context.Context, diags *diag.Diagnostics) *kube.Exec {
	var from []execModel
	diags.Append(m.Exec.ElementsAs(ctx, &from, false)...)
	if len(from) == 0 {
		return nil
	}
	exec := kube.Exec{APIVersion: from[0].APIVersion.ValueString(), Command: from[0].Command.ValueString()}
	diags.Append(from[0].Args.ElementsAs(ctx, &exec.Args, false)...)
	diags.Append(from[0].Env.ElementsAs(ctx, &exec.Env, false)...)
	return &exec
}

func (m connectionModel) impersonate(ctx context.Context, diags *diag.Diagnostics) *kube.Impersonate {
	var from []impersonateModel
	diags.Append(m.Impersonate.ElementsAs(ctx, &from, false)...)
	if len(from) == 0 {
		return nil
	}
	impersonate := kube.Impersonate{User: from[0].User.ValueString()}
	diags.Append(from[0].Groups.ElementsAs(ctx, &impersonate.Groups, false)...)
	return &impersonate
}
