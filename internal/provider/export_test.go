package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServerInPod is NewServer in a Pod whose credentials are mounted in that folder,
// for the usual one needs root to be made.
func NewServerInPod(version, folder string) (tfprotov6.ProviderServer, error) {
	return serverOf(&marProvider{version: version, serviceAccountFolder: folder})
}

// NewCountedServer is NewServer that notes each read and plan of a resource's type that
// the plugin framework is asked for.
func NewCountedServer(version string, note func(call, typeName string)) (tfprotov6.ProviderServer, error) {
	made, err := NewServer(version)
	if err != nil {
		return nil, err
	}
	counted, ok := made.(*server)
	if !ok {
		return nil, fmt.Errorf("the server is a %T", made)
	}
	counted.protocolServer = countedServer{counted.protocolServer, note}
	return counted, nil
}

type countedServer struct {
	protocolServer
	note func(call, typeName string)
}

func (s countedServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	s.note("read", req.TypeName)
	return s.protocolServer.ReadResource(ctx, req)
}

func (s countedServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	s.note("plan", req.TypeName)
	return s.protocolServer.PlanResourceChange(ctx, req)
}

func (s countedServer) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	s.note("upgrade", req.TypeName)
	return s.protocolServer.UpgradeResourceState(ctx, req)
}
