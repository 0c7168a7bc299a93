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

	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
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
		"config_path": text("Path of a kubeconfig file, such as `~/.kube/config`. Left out, the provider reads the environment variables `KUBE_CONFIG_PATH`, then `KUBE_CONFIG_PATHS`, then `KUBECONFIG`. There is no default path."),
		"config_paths": schema.ListAttribute{
			MarkdownDescription: "Paths of several kubeconfig files, instead of `config_path`. The provider merges them as kubectl does: the first file that sets a value wins. Environment variable: `KUBE_CONFIG_PATHS`, with the separator of `PATH`.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(validate.NotEmpty())},
		},
		"config_raw":               secret("The content of a kubeconfig, such as `var.kubeconfig`, for runs without a file. Instead of `config_path`. Relative paths in it start at Terraform's working directory."),
		"config_context":           text("Context of the kubeconfig to use, such as `prod`. Left out, its current context. Environment variable: `KUBE_CTX`."),
		"config_context_cluster":   text("Cluster entry of the kubeconfig to use instead of the one of the context, such as `prod`. Environment variable: `KUBE_CTX_CLUSTER`."),
		"config_context_auth_info": text("User entry of the kubeconfig to use instead of the one of the context, such as `deployer`. Environment variable: `KUBE_CTX_AUTH_INFO`."),
		"host":                     text("Address of the API server, such as `https://10.0.0.1:6443`. Without a scheme it is `https`. If it is set, the provider reads no kubeconfig. Environment variable: `KUBE_HOST`."),
		"token":                    secret("Bearer token for `host`. Environment variable: `KUBE_TOKEN`."),
		"token_file":               text("Path of a file with the bearer token for `host`, such as the file that dynamic credentials of HCP Terraform write. Instead of `token`. The provider reads the file again once a minute, and when the API server refuses the token, so the token can change during an apply. If it is set, the provider ignores `KUBE_TOKEN`."),
		"username":                 text("User name for HTTP basic authentication to `host`. Kubernetes itself has no such authentication; a proxy before the API server may have it. Needs `password`. Environment variable: `KUBE_USER`."),
		"password":                 secret("Password of `username`. Environment variable: `KUBE_PASSWORD`."),
		"client_certificate":       text("Client certificate for `host`, as PEM text. Needs `client_key`. Environment variable: `KUBE_CLIENT_CERT_DATA`."),
		"client_key":               secret("Private key of `client_certificate`, as PEM text. Environment variable: `KUBE_CLIENT_KEY_DATA`."),
		"cluster_ca_certificate":   text("Certificates of the certificate authorities that sign the certificate of `host`, as PEM text. Left out, those of the operating system. A kubeconfig has the text in base64: use `base64decode()`. Environment variable: `KUBE_CLUSTER_CA_CERT_DATA`."),
		"insecure": schema.BoolAttribute{
			MarkdownDescription: "Whether to connect to `host` without a check of its certificate, or, if its address begins with `http://`, without TLS. Use it for experiments only: anybody on the network path can read the credentials. If it is `false`, an `http://` address with credentials is an error, unless the address is of this machine, such as `http://127.0.0.1:8001`. Default: `false`. Environment variable: `KUBE_INSECURE`.",
			Optional:            true,
		},
		"tls_server_name": text("Name that the certificate of `host` must have, such as `kubernetes.default.svc`. Set it if the address has another name, for example behind a tunnel. The provider also sends it in the TLS handshake (SNI), unless it is an IP address. Left out, the name in the address. Environment variable: `KUBE_TLS_SERVER_NAME`."),
		"in_cluster": schema.BoolAttribute{
			MarkdownDescription: "Whether to connect with the service account of the Pod that Terraform runs in. Excludes every other way to connect. The provider never does this by itself, because an agent may run in one Kubernetes and manage another. Default: `false`.",
			Optional:            true,
		},
		"proxy_url": text("Proxy for every request, such as `http://proxy.example.com:3128`. `https` and `socks5` work too. It works with every way to connect. Left out, the provider uses `proxy-url` of the kubeconfig, or else the environment variables `HTTPS_PROXY` and `NO_PROXY`. Environment variable: `KUBE_PROXY_URL`. Use that one if the URL has a password."),
		"request_timeout": schema.StringAttribute{
			MarkdownDescription: "How long the provider waits for the answer to one request, such as `30s` or `2m`. A watch may take longer. `timeouts` of a resource limits a whole create or delete. Default: `90s`.",
			Optional:            true,
		},
		"qps": schema.Float64Attribute{
			MarkdownDescription: "The most requests per second, on average, such as `20`. Left out, the provider has no limit of its own, and the API server's priority and fairness applies.",
			Optional:            true,
			Validators:          []validator.Float64{float64validator.AtLeast(0.1)},
		},
		"burst": schema.Int64Attribute{
			MarkdownDescription: "How many requests the provider may send at once before `qps` applies, such as `40`. Needs `qps`. Default: twice `qps`.",
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
			MarkdownDescription: "A program that prints credentials for `host`, as the logins of clouds do in kubeconfigs. At most one block. The provider runs it for the first request, when the printed credentials expire, and once when the API server refuses them. All requests share the credentials. The provider remembers a failure for 30 seconds. Its error quotes the last lines that the program printed to standard error.",
			Validators:          once,
			NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
				"api_version": schema.StringAttribute{
					MarkdownDescription: "Version of the format that the program prints: `client.authentication.k8s.io/v1` or `client.authentication.k8s.io/v1beta1`.",
					Required:            true,
					Validators:          []validator.String{validate.OneOf("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")},
				},
				"command": schema.StringAttribute{
					MarkdownDescription: "The program: a path, or a name to find in `PATH`, such as `aws`.",
					Required:            true,
					Validators:          notEmpty,
				},
				"args": schema.ListAttribute{
					MarkdownDescription: "Arguments for the program, such as `[\"eks\", \"get-token\", \"--cluster-name\", \"prod\"]`.",
					ElementType:         types.StringType,
					Optional:            true,
				},
				"env": schema.MapAttribute{
					MarkdownDescription: "Environment variables for the program, such as `{ AWS_PROFILE = \"prod\" }`. It also has those of Terraform.",
					ElementType:         types.StringType,
					Optional:            true,
				},
			}},
		},
		"impersonate": schema.ListNestedBlock{
			MarkdownDescription: "Another user that makes every request, as with `kubectl --as`. At most one block. The credentials need the right to `impersonate`. It works with every way to connect.",
			Validators:          once,
			NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
				"user": schema.StringAttribute{
					MarkdownDescription: "The name of the user, such as `jane` or `system:serviceaccount:ops:deployer`.",
					Required:            true,
					Validators:          notEmpty,
				},
				"groups": schema.ListAttribute{
					MarkdownDescription: "Groups of the user, such as `[\"developers\"]`.",
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

func (m connectionModel) exec(ctx context.Context, diags *diag.Diagnostics) *connect.Exec {
	var from []execModel
	diags.Append(m.Exec.ElementsAs(ctx, &from, false)...)
	if len(from) == 0 {
		return nil
	}
	exec := connect.Exec{APIVersion: from[0].APIVersion.ValueString(), Command: from[0].Command.ValueString()}
	diags.Append(from[0].Args.ElementsAs(ctx, &exec.Args, false)...)
	diags.Append(from[0].Env.ElementsAs(ctx, &exec.Env, false)...)
	return &exec
}

func (m connectionModel) impersonate(ctx context.Context, diags *diag.Diagnostics) *connect.Impersonate {
	var from []impersonateModel
	diags.Append(m.Impersonate.ElementsAs(ctx, &from, false)...)
	if len(from) == 0 {
		return nil
	}
	impersonate := connect.Impersonate{User: from[0].User.ValueString()}
	diags.Append(from[0].Groups.ElementsAs(ctx, &impersonate.Groups, false)...)
	return &impersonate
}
