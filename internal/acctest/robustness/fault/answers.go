package fault

import (
	"encoding/json"
	"errors"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// answers are answers that an API server, or something before it, gives instead of the right one.
func answers() []Fault {
	return []Fault{
		{Name: "404", About: "one plain 404, as a proxy without a back end answers", Applies: always, Ridden: never, Act: notFound},
		{Name: "404-on", About: "a plain 404 from this request on", Applies: always, Ridden: never, Act: notFound, Lasting: true},
		{Name: "200-foreign", About: "200 with a JSON text of something in between, and nothing carried out", Applies: always, Ridden: never, Act: foreign},
		{Name: "403", About: "a policy refuses the write", Applies: writes, Ridden: never, Act: refuse},
		{Name: "429", About: "429 with Retry-After", Applies: always, Ridden: always, Act: overload},
		{Name: "500", About: "500, as while etcd changes its leader", Applies: always, Ridden: always, Act: status(apierrors.NewInternalError(errors.New("etcdserver: leader changed")))},
		{Name: "503", About: "503, as an API server that starts or stops answers", Applies: always, Ridden: always, Act: status(apierrors.NewServiceUnavailable("the server is shutting down"))},
	}
}

func notFound(h Hit) { http.Error(h.W, "404 page not found", http.StatusNotFound) }

func foreign(h Hit) {
	h.W.Header().Set("Content-Type", "application/json")
	_, _ = h.W.Write([]byte(`{"message":"please sign in","login":"https://gateway.example.com/"}`))
}

func overload(h Hit) {
	h.W.Header().Set("Retry-After", "1")
	write(h, apierrors.NewTooManyRequests("too many requests, please try again later", 1))
}

func refuse(h Hit) {
	err := apierrors.NewForbidden(of(h.Request), h.Name, errors.New(`ValidatingAdmissionPolicy "robustness" with binding "robustness" denied request: not now`))
	write(h, err)
}

// status answers with that Status.
func status(err *apierrors.StatusError) func(Hit) { return func(h Hit) { write(h, err) } }

func write(h Hit, err *apierrors.StatusError) {
	status := err.Status()
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	text, failure := json.Marshal(status)
	if failure != nil {
		panic(failure)
	}
	h.W.Header().Set("Content-Type", "application/json")
	h.W.WriteHeader(int(status.Code))
	_, _ = h.W.Write(text)
}

func of(r witness.Request) schema.GroupResource { return schema.GroupResource{Resource: r.Resource} }
