package podspec_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// excluded are the fields of the API that pod may not say, with the reason.
func excluded() map[string]string {
	const (
		flat   = "an attribute of mar_instance says it"
		server = "Kubernetes refuses it in the template of a volume claim"
	)
	return map[string]string{
		"PodSpec.restartPolicy":              flat,
		"PodSpec.serviceAccountName":         flat,
		"PodSpec.serviceAccount":             flat,
		"PodSpec.ephemeralContainers":        "Kubernetes refuses them in a new Pod",
		"PodSecurityContext.runAsNonRoot":    flat,
		"PodSecurityContext.runAsUser":       flat,
		"PodSecurityContext.runAsGroup":      flat,
		"PodSecurityContext.fsGroup":         flat,
		"PodSecurityContext.seccompProfile":  flat,
		"PodSecurityContext.appArmorProfile": flat,
		"PodSecurityContext.seLinuxOptions":  flat,

		"ObjectMeta.name":                       server,
		"ObjectMeta.generateName":               server,
		"ObjectMeta.namespace":                  server,
		"ObjectMeta.selfLink":                   server,
		"ObjectMeta.uid":                        server,
		"ObjectMeta.resourceVersion":            server,
		"ObjectMeta.generation":                 server,
		"ObjectMeta.creationTimestamp":          server,
		"ObjectMeta.deletionTimestamp":          server,
		"ObjectMeta.deletionGracePeriodSeconds": server,
		"ObjectMeta.ownerReferences":            server,
		"ObjectMeta.finalizers":                 server,
		"ObjectMeta.managedFields":              server,
	}
}

// TestDecode_reachesEveryFieldOfThePodSpec fails when the linked API has a field
// that can neither be declared nor is left out on purpose.
func TestDecode_reachesEveryFieldOfThePodSpec(t *testing.T) {
	c := coverage{t: t, unused: excluded()}
	c.object(reflect.TypeFor[corev1.PodSpec](), nil)
	if c.leaves < 500 {
		t.Errorf("only %d leaves were tried", c.leaves)
	}
	for _, name := range slices.Sorted(maps.Keys(c.unused)) {
		t.Errorf("%s is excluded, and is no field of the API", name)
	}
}

type coverage struct {
	t      *testing.T
	unused map[string]string
	leaves int
}

// object tries all fields of a struct, each in a declaration of its own.
func (c *coverage) object(in reflect.Type, way []string) {
	for i := range in.NumField() {
		field := in.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch id := in.Name() + "." + name; {
		case name == "-":
		case name == "" && field.Anonymous:
			c.object(field.Type, way)
		case excluded()[id] != "":
			delete(c.unused, id)
			if _, faults := podspec.Decode(nested(append(way, name), "1")); len(faults) != 1 || !strings.HasSuffix(faults[0].Where, "."+name) {
				c.t.Errorf("%s is excluded, but not refused:\n%s", id, words(faults))
			}
		default:
			c.value(field.Type, append(way[:len(way):len(way)], name))
		}
	}
}

func (c *coverage) value(t reflect.Type, way []string) {
	switch t {
	case reflect.TypeFor[resource.Quantity](), reflect.TypeFor[intstr.IntOrString]():
		c.leaf(way)
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		c.value(t.Elem(), way)
	case reflect.Struct:
		c.object(t, way)
	case reflect.Slice:
		c.value(t.Elem(), append(way, "[]"))
	case reflect.Map:
		c.value(t.Elem(), append(way, "key"))
	default:
		c.leaf(way)
	}
}

// leaf declares one value and looks for it in the spec.
func (c *coverage) leaf(way []string) {
	c.leaves++
	d, faults := podspec.Decode(nested(way, "1"))
	if len(faults) > 0 {
		c.t.Errorf("%s can't be declared:\n%s", strings.Join(way, "."), words(faults))
		return
	}
	spec := merged(c.t, corev1.PodSpec{}, d)
	tree, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&spec)
	if err != nil {
		c.t.Fatal(err)
	}
	var at any = tree
	for _, name := range way {
		if name == "[]" {
			items, _ := at.([]any)
			if len(items) == 0 {
				at = nil
				break
			}
			at = items[0]
			continue
		}
		fields, _ := at.(map[string]any)
		at = fields[name]
	}
	switch at {
	case "1", int64(1), true:
	default:
		c.t.Errorf("%s is declared as 1, and becomes %v", strings.Join(way, "."), at)
	}
}

// nested is a declaration with one value, which becomes a number or true as Terraform's texts do.
func nested(way []string, value string) types.Dynamic {
	var tree any = value
	for _, name := range slices.Backward(way) {
		if name == "[]" {
			tree = []any{tree}
		} else {
			tree = map[string]any{name: tree}
		}
	}
	return types.DynamicValue(asValue(tree))
}
