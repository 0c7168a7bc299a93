package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/protocol"
)

// NewServerInPod is NewServer in a Pod whose credentials are mounted in that folder,
// for the usual one needs root to be made.
func NewServerInPod(version, folder string) (tfprotov6.ProviderServer, error) {
	return protocol.New(&marProvider{version: version, serviceAccountFolder: folder})
}

// NewCountedServer is NewServer that notes each read and plan of a resource's type that
// the plugin framework is asked for.
func NewCountedServer(version string, note func(call, typeName string)) (tfprotov6.ProviderServer, error) {
	return protocol.Wrapped(newProvider(version), func(inner protocol.Inner) protocol.Inner { return countedServer{inner, note} })
}

type countedServer struct {
	protocol.Inner
	note func(call, typeName string)
}

func (s countedServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	s.note("read", req.TypeName)
	return s.Inner.ReadResource(ctx, req)
}

func (s countedServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	s.note("plan", req.TypeName)
	return s.Inner.PlanResourceChange(ctx, req)
}

func (s countedServer) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	s.note("upgrade", req.TypeName)
	return s.Inner.UpgradeResourceState(ctx, req)
}
