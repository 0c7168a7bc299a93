package connect

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// apiPath is what a path of the API stands for.
type apiPath struct {
	// Version is that of the kind, empty for the lists of groups and versions.
	Version schema.GroupVersion
	// Resource is empty for what tells of resources, such as /api and /apis/apps/v1.
	Resource, Name, Subresource string
}

// apiPathOf reads a path such as /api/v1/namespaces/dev/pods/web/resize. It is false for what
// isn't part of the API of objects, such as /version.
func apiPathOf(path string) (apiPath, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	var a apiPath
	switch {
	case parts[0] == "api" && len(parts) > 1:
		a.Version, parts = schema.GroupVersion{Version: parts[1]}, parts[2:]
	case parts[0] == "apis" && len(parts) > 2:
		a.Version, parts = schema.GroupVersion{Group: parts[1], Version: parts[2]}, parts[3:]
	case parts[0] == "api", parts[0] == "apis":
		return apiPath{}, true
	default:
		return apiPath{}, false
	}
	if len(parts) > 2 && parts[0] == "namespaces" && parts[2] != "finalize" && parts[2] != "status" {
		parts = parts[2:]
	}
	for i, to := range []*string{&a.Resource, &a.Name, &a.Subresource} {
		if i < len(parts) {
			*to = parts[i]
		}
	}
	return a, true
}

// answers reports whether an answer of that type is one to the request. A proxy that answers
// with some JSON of its own would otherwise read like an object without a name.
func (a apiPath) answers(method string, kind metav1.TypeMeta) bool {
	of := schema.FromAPIVersionAndKind(kind.APIVersion, kind.Kind)
	switch {
	case of.Kind == "":
		return false
	case a.Resource == "":
		return strings.HasPrefix(of.Kind, "API")
	case of.GroupVersion() == metav1.SchemeGroupVersion || of.Group == metav1.GroupName:
		return strings.HasPrefix(of.Kind, "PartialObjectMetadata") && (a.Name == "") == strings.HasSuffix(of.Kind, "List")
	case of.Kind == "Status":
		return method == http.MethodDelete
	case a.Subresource != "" && a.Subresource != "resize":
		// A subresource has a kind of its own, such as TokenRequest.
		return true
	}
	if a.Name == "" && method == http.MethodGet {
		single, isList := strings.CutSuffix(of.Kind, "List")
		if !isList {
			return false
		}
		of.Kind = single
	}
	resource, _ := meta.UnsafeGuessKindToResource(of)
	return resource.Resource == a.Resource && of.GroupVersion() == a.Version
}

// typeIn reads which kind of object an answer is, in JSON or protobuf. It is empty for what
// isn't an object.
func typeIn(body []byte) metav1.TypeMeta {
	if encoded, isProtobuf := bytes.CutPrefix(body, []byte("k8s\x00")); isProtobuf {
		var object runtime.Unknown
		if err := object.Unmarshal(encoded); err != nil {
			return metav1.TypeMeta{}
		}
		return metav1.TypeMeta{APIVersion: object.APIVersion, Kind: object.Kind}
	}
	var object metav1.TypeMeta
	if err := json.Unmarshal(body, &object); err != nil {
		return metav1.TypeMeta{}
	}
	return object
}
