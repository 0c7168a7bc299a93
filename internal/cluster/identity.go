package cluster

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// identity names one cluster of an API server for good; a UID isn't part of it,
// for an identity can't change.
type identity struct {
	Name types.String `tfsdk:"name"`
}

func identitySchema() identityschema.Schema {
	return identityschema.Schema{Version: fw.IdentityVersion, Attributes: map[string]identityschema.Attribute{
		"name": identityschema.StringAttribute{
			Description:       "The cluster's name, which is its Namespace's.",
			RequiredForImport: true,
		},
	}}
}

// parseID reads an import ID, which is the cluster's name.
func parseID(id string) (string, error) {
	if validate.IsReservedNamespace(id) {
		return "", fmt.Errorf("the namespace %q belongs to Kubernetes itself, and MAR leaves it alone", id)
	}
	if faults := validation.IsDNS1123Label(id); len(faults) > 0 {
		return "", fmt.Errorf("%q can't be a cluster's name (%s); the import ID of a cluster is its name, such as \"prod-us-east\"", id, validate.Plain(faults))
	}
	return id, nil
}

// isNamesake reports whether a Namespace isn't the one that a state or plan knows, though
// it has its name.
func isNamesake(m model.Cluster, ns *corev1.Namespace) bool {
	return m.UID.ValueString() != "" && m.UID.ValueString() != string(ns.UID)
}
