package provider

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/protocol"
)

// NewServer returns the provider as Terraform's plugin protocol has it.
func NewServer(version string) (tfprotov6.ProviderServer, error) {
	return protocol.New(newProvider(version))
}

// NewPluginServer is NewServer for a process that Terraform has started: there may be others
// beside it, one for each provider configuration.
func NewPluginServer(version string) (tfprotov6.ProviderServer, error) {
	return protocol.NewPlugin(newProvider(version))
}
