package protocol

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// UpgradeResourceIdentity answers every identity that isn't of the present version with
// none. The next read writes the present one, which it makes from the state. Core asks this
// of a state that has no identity too: Terraform before 1.12 and OpenTofu before 1.12 write
// none. It also asks this of an identity that hashicorp/kubernetes has written, because
// OpenTofu leaves it in a state that it moves.
//
// The framework refuses to answer none, so it isn't asked. The answer is a null and not a
// missing value, because OpenTofu refuses the latter.
func (s *server) UpgradeResourceIdentity(context.Context, *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	none := &tfprotov6.ResourceIdentityData{IdentityData: &tfprotov6.DynamicValue{JSON: []byte("null")}}
	return &tfprotov6.UpgradeResourceIdentityResponse{UpgradedIdentity: none}, nil
}
