// Package serve runs the provider as Terraform's plugin, from its start to its end.
package serve

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"google.golang.org/grpc"
)

// maxMessageSize is tf6server's.
const maxMessageSize = 256 << 20

// Plugin serves the provider to the Terraform that started this process. It returns when Terraform
// is done or gone, or when the process was asked to end. lifetime has the rules.
//
// It does what tf6server.Serve does, which gives no access to the gRPC server. Only that server
// knows whether Terraform is still connected.
func Plugin(address string, provider tfprotov6.ProviderServer) {
	cancel := func() { _, _ = provider.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{}) }
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  6,
			MagicCookieKey:   "TF_PLUGIN_MAGIC_COOKIE",
			MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		},
		Plugins: plugin.PluginSet{"provider": &tf6server.GRPCProviderPlugin{
			Name: address, GRPCProvider: func() tfprotov6.ProviderServer { return provider },
		}},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			l := &lifetime{cancel: cancel}
			server := grpc.NewServer(append(options,
				grpc.MaxRecvMsgSize(maxMessageSize), grpc.MaxSendMsgSize(maxMessageSize),
				grpc.StatsHandler(l), grpc.ChainUnaryInterceptor(l.unary), grpc.ChainStreamInterceptor(l.stream),
			)...)
			l.begin(server.Stop)
			go l.heed()
			return server
		},
	})
}

// Debug serves the provider to any Terraform that reattaches to this process. It returns when the
// process is interrupted. No Terraform started it, so none is awaited.
func Debug(address string, provider tfprotov6.ProviderServer) error {
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return provider }, tf6server.WithManagedDebug())
}
