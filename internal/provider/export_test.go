package provider

import "github.com/hashicorp/terraform-plugin-go/tfprotov6"

// NewServerInPod is NewServer in a Pod whose credentials are mounted in that folder,
// for the usual one needs root to be made.
func NewServerInPod(version, folder string) (tfprotov6.ProviderServer, error) {
	return serverOf(&marProvider{version: version, serviceAccountFolder: folder})
}
