package instance

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

const typeName = "instance"

// key is what an instance is found by. It is the resource's identity, so a UID
// isn't part of it: identities never change, and a Pod's UID may.
type key struct {
	Cluster, Name string
}

func (k key) String() string { return k.Cluster + "/" + k.Name }

func (k key) ref() kube.Ref {
	return kube.Ref{Kind: "Pod", Namespace: k.Cluster, Name: k.Name}
}

// keyOf is the key of a Pod or its template. As texts, keys are in the order in which
// the API server lists them.
func keyOf(o metav1.Object) key { return key{Cluster: o.GetNamespace(), Name: o.GetName()} }

// parseID reads an import ID.
func parseID(id string) (key, error) {
	cluster, name, found := strings.Cut(id, "/")
	if !found || cluster == "" || name == "" || strings.Contains(name, "/") {
		return key{}, fmt.Errorf("an instance's ID is <cluster>/<name>, such as dev/web; %q isn't of that form", id)
	}
	return newKey(cluster, name)
}

func newKey(cluster, name string) (key, error) {
	for what, part := range map[string]string{"cluster": cluster, "instance": name} {
		if faults := validation.IsDNS1123Label(part); len(faults) > 0 {
			return key{}, fmt.Errorf("%q can't be the name of a MAR %s: %s", part, what, validate.Plain(faults))
		}
	}
	return key{Cluster: cluster, Name: name}, nil
}

type identityModel struct {
	Cluster types.String `tfsdk:"cluster"`
	Name    types.String `tfsdk:"name"`
}

func (k key) identity() identityModel {
	return identityModel{Cluster: types.StringValue(k.Cluster), Name: types.StringValue(k.Name)}
}

func identityAttributes() map[string]identityschema.Attribute {
	return map[string]identityschema.Attribute{
		"cluster": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The cluster (Namespace) that the instance runs in.",
		},
		"name": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The instance's name, which is its Pod's.",
		},
	}
}
