package fault

import (
	"encoding/json"
	"errors"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// watches are faults of an answer that goes on.
func watches() []Fault {
	return []Fault{
		{Name: "410", About: "410 to a watch: its resourceVersion is too old", Applies: watching, Ridden: always, Act: status(apierrors.NewResourceExpired("too old resource version"))},
		{Name: "watch-error", About: "an error event on a watch", Applies: watching, Ridden: always, Act: errorEvent},
		{Name: "watch-ends", About: "a watch ends at once", Applies: watching, Ridden: always, Act: func(h Hit) { h.W.WriteHeader(http.StatusOK) }},
		{Name: "watch-silent", About: "a watch falls silent", Applies: watching, Ridden: always, Act: silent, Slow: true},
	}
}

func errorEvent(h Hit) {
	status := apierrors.NewInternalError(errors.New("etcdserver: no leader")).Status()
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	text, err := json.Marshal(map[string]any{"type": "ERROR", "object": status})
	if err != nil {
		panic(err)
	}
	h.W.Header().Set("Content-Type", "application/json")
	h.W.WriteHeader(http.StatusOK)
	_, _ = h.W.Write(text)
}

func silent(h Hit) {
	h.W.Header().Set("Content-Type", "application/json")
	h.W.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(h.W).Flush()
	<-h.R.Context().Done()
}
