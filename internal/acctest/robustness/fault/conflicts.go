package fault

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// conflicts are the meanings that 409 has.
func conflicts() []Fault {
	return []Fault{
		{
			Name: "409-moved", About: "409: the object has been modified", Applies: patches, Ridden: always,
			Act: func(h Hit) {
				write(h, apierrors.NewConflict(of(h.Request), h.Name, errors.New("the object has been modified; please apply your changes to the latest version and try again")))
			},
		},
		{
			Name: "409-uid", About: "409: the object has another UID than the delete names", Applies: deletes, Ridden: never,
			Act: func(h Hit) {
				err := fmt.Errorf("Precondition failed: UID in precondition: %s, UID in object meta: 00000000-0000-4000-8000-000000000000", h.UID) //nolint:staticcheck // it is the API server's sentence
				write(h, apierrors.NewConflict(of(h.Request), h.Name, err))
			},
		},
		{
			Name: "409-applied", About: "409: another tool applies the same field", Applies: patches, Ridden: never,
			Act: func(h Hit) {
				causes := []metav1.StatusCause{{Type: metav1.CauseTypeFieldManagerConflict, Message: `conflict with "somebody" using v1`, Field: ".metadata.labels.app"}}
				write(h, apierrors.NewApplyConflict(causes, `Apply failed with 1 conflict: conflict with "somebody" using v1: .metadata.labels.app`))
			},
		},
		{
			Name: "409-quota", About: "409: the quota's admission gave up", Applies: func(r witness.Request) bool { return r.Verb == "create" && r.Writes() && r.Namespace != "" }, Ridden: always,
			Act: func(h Hit) {
				write(h, apierrors.NewConflict(schema.GroupResource{Resource: "resourcequotas"}, "mar-quota", errors.New("the object has been modified; please apply your changes to the latest version and try again")))
			},
		},
		{
			Name: "409-webhook", About: "409: an admission webhook denies the write", Applies: writes, Ridden: never,
			Act: func(h Hit) {
				write(h, &apierrors.StatusError{ErrStatus: metav1.Status{
					Status: metav1.StatusFailure, Code: http.StatusConflict, Reason: metav1.StatusReasonConflict,
					Message: `admission webhook "robustness.example.com" denied the request: not now`,
				}})
			},
		},
	}
}

func patches(r witness.Request) bool { return r.Writes() && (r.Verb == "patch" || r.Verb == "update") }

func deletes(r witness.Request) bool { return r.Writes() && strings.HasPrefix(r.Verb, "delete") }
