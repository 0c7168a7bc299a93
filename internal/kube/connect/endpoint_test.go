package connect

import (
	"net/http"
	"net/url"
	"testing"

	"k8s.io/client-go/rest"
)

func TestEndpointOf(t *testing.T) {
	proxy := http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy:3128"})
	for name, c := range map[string]struct {
		config rest.Config
		want   Endpoint
	}{
		"whole":      {rest.Config{Host: "https://10.0.0.1:6443", BearerToken: "t", TLSClientConfig: rest.TLSClientConfig{CAData: []byte("ca"), ServerName: "api"}, Proxy: proxy}, Endpoint{URL: "https://10.0.0.1:6443", CA: "ca", ServerName: "api", Proxy: "http://proxy:3128"}},
		"no scheme":  {rest.Config{Host: "10.0.0.1:6443", TLSClientConfig: rest.TLSClientConfig{Insecure: true}}, Endpoint{URL: "https://10.0.0.1:6443", Insecure: true}},
		"with a way": {rest.Config{Host: "https://rancher.example.com/k8s/clusters/c-1"}, Endpoint{URL: "https://rancher.example.com/k8s/clusters/c-1"}},
	} {
		if got, err := endpointOf(&c.config); err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	if _, err := endpointOf(&rest.Config{Host: "https://h", TLSClientConfig: rest.TLSClientConfig{CAFile: "/none"}}); err == nil {
		t.Error("a certificate that isn't there passed")
	}
}
