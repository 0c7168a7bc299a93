package connect

import (
	"net/http"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

func TestAPIPath_answers(t *testing.T) {
	const pod, pods = "/api/v1/namespaces/dev/pods/web", "/api/v1/namespaces/dev/pods"
	of := func(version, kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: version, Kind: kind} }
	for name, c := range map[string]struct {
		method, path string
		answer       metav1.TypeMeta
		want         bool
	}{
		"an object":                     {http.MethodGet, pod, of("v1", "Pod"), true},
		"a Namespace":                   {http.MethodGet, "/api/v1/namespaces/dev", of("v1", "Namespace"), true},
		"a list":                        {http.MethodGet, pods, of("v1", "PodList"), true},
		"a list of Namespaces":          {http.MethodGet, "/api/v1/namespaces", of("v1", "NamespaceList"), true},
		"a new object":                  {http.MethodPost, pods, of("v1", "Pod"), true},
		"a resize":                      {http.MethodPatch, pod + "/resize", of("v1", "Pod"), true},
		"a token":                       {http.MethodPost, "/api/v1/namespaces/dev/serviceaccounts/ci/token", of("authentication.k8s.io/v1", "TokenRequest"), true},
		"a kind of another group":       {http.MethodPatch, "/apis/networking.k8s.io/v1/namespaces/dev/networkpolicies/mar-a", of("networking.k8s.io/v1", "NetworkPolicy"), true},
		"what is left of a deletion":    {http.MethodDelete, pod, of("v1", "Pod"), true},
		"a deletion":                    {http.MethodDelete, pod, of("v1", "Status"), true},
		"metadata":                      {http.MethodGet, pod, of("meta.k8s.io/v1", "PartialObjectMetadata"), true},
		"metadata of all":               {http.MethodGet, "/apis/example.com/v1/namespaces/dev/octopi", of("meta.k8s.io/v1", "PartialObjectMetadataList"), true},
		"versions":                      {http.MethodGet, "/api", of("v1", "APIVersions"), true},
		"groups":                        {http.MethodGet, "/apis", of("apidiscovery.k8s.io/v2", "APIGroupDiscoveryList"), true},
		"resources":                     {http.MethodGet, "/apis/apps/v1", of("v1", "APIResourceList"), true},
		"nothing":                       {http.MethodGet, pod, of("", ""), false},
		"nothing for versions":          {http.MethodGet, "/api", of("", ""), false},
		"a list for an object":          {http.MethodGet, pod, of("v1", "PodList"), false},
		"an object for a list":          {http.MethodGet, pods, of("v1", "Pod"), false},
		"another kind":                  {http.MethodGet, pod, of("v1", "Secret"), false},
		"a success without the object":  {http.MethodGet, pod, of("v1", "Status"), false},
		"a success of a patch":          {http.MethodPatch, pod, of("v1", "Status"), false},
		"a success of a create":         {http.MethodPost, pods, of("v1", "Status"), false},
		"metadata of all for one":       {http.MethodGet, pod, of("meta.k8s.io/v1", "PartialObjectMetadataList"), false},
		"an object for the API's kinds": {http.MethodGet, "/apis", of("v1", "Pod"), false},
	} {
		wanted, isAPI := apiPathOf(c.path)
		if got := isAPI && wanted.answers(c.method, c.answer); got != c.want {
			t.Errorf("%s: got %t for %+v", name, got, wanted)
		}
	}
	for _, path := range []string{"/version", "/openapi/v3", "/healthz"} {
		if _, isAPI := apiPathOf(path); isAPI {
			t.Errorf("%s is taken for an object's", path)
		}
	}
}

func TestTypeIn(t *testing.T) {
	codecs := map[string]string{}
	for _, info := range scheme.Codecs.SupportedMediaTypes() {
		if info.MediaType == runtime.ContentTypeJSON || info.MediaType == runtime.ContentTypeProtobuf {
			text, err := runtime.Encode(scheme.Codecs.EncoderForVersion(info.Serializer, corev1.SchemeGroupVersion), &corev1.Pod{})
			if err != nil {
				t.Fatal(err)
			}
			codecs[info.MediaType] = string(text)
		}
	}
	if len(codecs) != 2 {
		t.Fatalf("there are %d codecs", len(codecs))
	}
	for media, text := range codecs {
		if got := typeIn([]byte(text)); got != (metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}) {
			t.Errorf("%s: got %+v", media, got)
		}
	}
	for _, text := range []string{"{}", "null", `{"error":"no"}`, "[]", "k8s\x00nonsense", ""} {
		if got := typeIn([]byte(text)); got.Kind != "" {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}
