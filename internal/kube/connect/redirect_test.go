package connect

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// A redirect is followed within the server. Anywhere else, be it the same server without TLS,
// no request is sent, and so no credentials are.
func TestRedirects_stayWithTheServer(t *testing.T) {
	elsewhere, strayed := serve(t, code(http.StatusOK))
	var to string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/there" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`"` + r.Header.Get("Authorization") + `"`))
			return
		}
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	client, err := httpClientFor(&rest.Config{Host: server.URL, BearerToken: "t", TLSClientConfig: rest.TLSClientConfig{Insecure: true}}, Connection{Source: "s"})
	if err != nil {
		t.Fatal(err)
	}
	for _, to = range []string{elsewhere.URL + "/there?token=hunter2", strings.Replace(server.URL, "https:", "http:", 1) + "/there", "https://user:hunter2@example.com/"} {
		resp, err := client.Get(server.URL + "/api")
		if err == nil {
			_ = resp.Body.Close()
		}
		var stranger *kube.NotKubernetesError
		if !errors.As(err, &stranger) || stranger.Code != http.StatusTemporaryRedirect || strings.Contains(stranger.Error(), "hunter2") {
			t.Errorf("%s: got %v", to, err)
		}
	}
	if strayed.Load() > 0 {
		t.Error("a request went elsewhere")
	}
	to = "/there"
	resp, err := client.Get(server.URL + "/api")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("within the server: got %v, %v", resp, err)
	}
	if err == nil {
		_ = resp.Body.Close()
	}
}
