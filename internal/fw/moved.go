package fw

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// kubernetesProvider ends the address of the provider whose resources can be moved here, on any
// registry.
const kubernetesProvider = "/hashicorp/kubernetes"

// Moved is the object that a resource of the provider hashicorp/kubernetes manages.
type Moved struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
}

// MovedFrom returns the object of a resource that is moved here, if its type is one of
// hashicorp/kubernetes. All these types have their metadata in one place in every schema version. A
// Read finds out the rest.
func MovedFrom(req resource.MoveStateRequest, diags *diag.Diagnostics, typeNames ...string) (Moved, bool) {
	if !strings.HasSuffix(req.SourceProviderAddress, kubernetesProvider) || !slices.Contains(typeNames, req.SourceTypeName) {
		return Moved{}, false
	}
	var state struct {
		Metadata metadata `json:"metadata"`
	}
	if err := json.Unmarshal(req.SourceRawState.JSON, &state); err != nil {
		addUnmovable(diags, req, "its state can't be read: "+err.Error())
		return Moved{}, false
	}
	if state.Metadata.Name == "" {
		addUnmovable(diags, req, "its state has no metadata with the object's name")
		return Moved{}, false
	}
	return state.Metadata.Moved, true
}

// IdentityVersion is the version of every kind's identity. It is above 1, the version of
// hashicorp/kubernetes' identities. OpenTofu doesn't change the identity of a moved resource; it
// only has an older one upgraded. It takes one with the same version as the target's, and refuses a
// newer one.
const IdentityVersion = 2

// metadata is a block, and so a list of one element; an attribute would be an object.
type metadata struct{ Moved }

func (m *metadata) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &m.Moved); err == nil {
		return nil
	}
	var list []Moved
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	if len(list) == 1 {
		m.Moved = list[0]
	}
	return nil
}

func addUnmovable(diags *diag.Diagnostics, req resource.MoveStateRequest, why string) {
	diags.AddError("The "+req.SourceTypeName+" can't be moved",
		fmt.Sprintf("A moved block names a %s, and the provider can't tell which object it is: %s. Remove the moved block. Take the resource out of the state with a removed block that has destroy = false, and import the object instead.", req.SourceTypeName, why))
}

// AddUnread adds the error that a moved object can't be planned before it was read.
func AddUnread(diags *diag.Diagnostics, ref kube.Ref) {
	diags.AddError("A moved resource has to be read first",
		fmt.Sprintf("A moved block brought %s here, and so far the provider knows only its name. Plan once without -refresh=false.", ref))
}
