package kube

import (
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/client-go/kubernetes/scheme"
)

// UnknownFields returns the paths of those fields below spec that an object in JSON has and that the
// linked version of the API doesn't, such as spec.containers[0].newField. A newer API server has
// some. It returns none for what isn't an object of a known kind.
func UnknownFields(object []byte) []string {
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{Strict: true})
	_, _, err := strict.Decode(object, nil, nil)
	refused, ok := runtime.AsStrictDecodingError(err)
	if !ok {
		return nil
	}
	var paths []string
	unknown := regexp.MustCompile(`unknown field "(.+)"`)
	for _, err := range refused.Errors() {
		if name := unknown.FindStringSubmatch(err.Error()); name != nil && strings.HasPrefix(name[1], "spec.") {
			paths = append(paths, name[1])
		}
	}
	slices.Sort(paths)
	return paths
}
