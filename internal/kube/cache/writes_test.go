package cache

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func TestDryRuns_endWithTheFirstWrite(t *testing.T) {
	for name, c := range map[string]struct {
		method, path string
		ends         bool
	}{
		"read":        {http.MethodGet, "/api/v1/namespaces/dev/pods", false},
		"dry run":     {http.MethodPost, "/api/v1/namespaces/dev/pods?dryRun=All", false},
		"token":       {http.MethodPost, "/api/v1/namespaces/dev/serviceaccounts/robot/token", false},
		"own rights":  {http.MethodPost, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", false},
		"create":      {http.MethodPost, "/api/v1/namespaces/dev/pods", true},
		"apply":       {http.MethodPatch, "/api/v1/namespaces/dev/pods/web?fieldManager=x", true},
		"delete":      {http.MethodDelete, "/api/v1/namespaces/dev/pods/web", true},
		"own dry run": {http.MethodDelete, "/api/v1/namespaces/dev/pods/web?dryRun=All", false},
	} {
		dryRuns := kube.NewDryRuns()
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		req, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&CountingTransport{Next: http.DefaultTransport, Counter: &WriteCounter{}, DryRuns: dryRuns}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		server.Close()
		if dryRuns.Ended() != c.ends {
			t.Errorf("%s ends the plan: %t", name, dryRuns.Ended())
		}
	}
}
