package connect

import (
	"errors"
	"net/http"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// withinServer has a client follow redirects to the same server only. Each request that is
// sent gets the credentials, be it where a redirect leads: to a login page of somebody else,
// or to the same server without TLS.
func withinServer(source string) func(*http.Request, []*http.Request) error {
	return func(next *http.Request, before []*http.Request) error {
		const most = 10
		first := before[0].URL
		if next.URL.Scheme != first.Scheme || next.URL.Host != first.Host {
			return &kube.NotKubernetesError{
				Host: first.Host, Source: source, Code: next.Response.StatusCode,
				// Its path and query may have a token in them.
				Says: "the answer is at " + next.URL.Scheme + "://" + next.URL.Host,
			}
		}
		if len(before) >= most {
			return errors.New("the API server redirects in a loop")
		}
		return nil
	}
}
