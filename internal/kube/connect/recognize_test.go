package connect

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// What isn't Kubernetes' own answer never reaches client-go, which would make a Status of it.
func TestRecognizer(t *testing.T) {
	const json = "application/json"
	for name, c := range map[string]struct {
		code              int
		media, body, path string
		stranger          bool
	}{
		"an object":                    {200, json, `{"kind":"Pod","apiVersion":"v1"}`, "/api/v1/namespaces/dev/pods/web", false},
		"somebody's JSON":              {200, json, `{"message":"ok"}`, "/api/v1/namespaces/dev/pods/web", true},
		"somebody's JSON of versions":  {200, json, `{}`, "/api", true},
		"a watch":                      {200, "application/vnd.kubernetes.protobuf;stream=watch", "k8s", "/api/v1/pods?watch=true", false},
		"a login page":                 {200, "text/html; charset=utf-8", "<html>Sign in", "/api", true},
		"a log":                        {200, "text/plain", "hello", "/api/v1/namespaces/dev/pods/web/log", false},
		"a Status":                     {404, json, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`, "/api", false},
		"a wrong path":                 {404, "text/plain", "404 page not found", "/api", true},
		"a 404 with somebody's JSON":   {404, json, `{"error":"no such route"}`, "/api", true},
		"an empty 409":                 {409, "", "", "/api", true},
		"a proxy that forbids":         {403, "text/html", "<h1>Forbidden", "/api", true},
		"an overloaded server":         {429, "text/plain", "Too many requests", "/api", false},
		"a load balancer without ends": {503, "text/html", "no server is available", "/api", false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.media)
			w.WriteHeader(c.code)
			_, _ = io.WriteString(w, c.body)
		}))
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+c.path, nil)
		resp, err := recognizer{next: http.DefaultTransport, source: "s"}.RoundTrip(req)
		if err == nil {
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if string(body) != c.body {
				t.Errorf("%s: the body has become %q", name, body)
			}
		}
		if stranger := kube.AnswerOf(kube.Ref{}, err) == kube.NotKubernetes; stranger != c.stranger {
			t.Errorf("%s: got %v", name, err)
		}
		server.Close()
	}
}
