package model

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// Key identifies an instance. It is the resource identity. The UID isn't part of it, because an
// identity never changes and a Pod's UID may.
type Key struct {
	Cluster, Name string
}

func (k Key) String() string { return k.Cluster + "/" + k.Name }

func (k Key) Ref() kube.Ref {
	return kube.Ref{Kind: "Pod", Namespace: k.Cluster, Name: k.Name}
}

// KeyOf is the key of a Pod or its template. As texts, keys are in the order in which
// the API server lists them.
func KeyOf(o metav1.Object) Key { return Key{Cluster: o.GetNamespace(), Name: o.GetName()} }

// ParseID reads an import ID.
func ParseID(id string) (Key, error) {
	cluster, name, found := strings.Cut(id, "/")
	if !found || cluster == "" || name == "" || strings.Contains(name, "/") {
		return Key{}, fmt.Errorf("an instance's ID is <cluster>/<name>, such as dev/web; %q isn't of that form", id)
	}
	return NewKey(cluster, name)
}

func NewKey(cluster, name string) (Key, error) {
	for what, part := range map[string]string{"cluster": cluster, "instance": name} {
		if faults := validation.IsDNS1123Label(part); len(faults) > 0 {
			return Key{}, fmt.Errorf("%q can't be the name of a MAR %s: %s", part, what, validate.Plain(faults))
		}
	}
	return Key{Cluster: cluster, Name: name}, nil
}

type Identity struct {
	Cluster types.String `tfsdk:"cluster"`
	Name    types.String `tfsdk:"name"`
}

func (k Key) Identity() Identity {
	return Identity{Cluster: types.StringValue(k.Cluster), Name: types.StringValue(k.Name)}
}
