package robustness_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// TestAccRobustness_tokenExpires has the token expire before each request of an apply, while its
// file has the next one already, as it is where programs renew it.
func TestAccRobustness_tokenExpires(t *testing.T) {
	onlyInFull(t)
	suite := runner.NewSuite(t, provider(t))
	for _, name := range []string{"instance-secrets", "cluster-quota"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenarioOf(t, name)
			usual := usually(t, suite, s)
			batch := suite.NewBatch(t, s, atOnce)
			for _, r := range usual.Requests {
				// The first request of a process has read the file the moment before.
				if r.Resource == "/version" {
					continue
				}
				t.Run(strings.TrimPrefix(runner.Strike{Address: r.Address()}.Name(), "@"), func(t *testing.T) {
					world := batch.Reserve()
					t.Parallel()
					w, err := world(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					expires(t, w, usual, r.Address())
				})
			}
		})
	}
}

func expires(t *testing.T, w *runner.World, usual runner.Usual, address string) {
	t.Helper()
	const first, second = "first-token", "second-token"
	file := filepath.Join(w.Dir, "token")
	write := func(token string) {
		if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
			t.Error(err)
		}
	}
	write(first)
	if err := useTokenFile(w, file); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	valid := first
	w.Meanwhile = func(r witness.Request) witness.Intercept {
		mu.Lock()
		defer mu.Unlock()
		if r.Address() == address && valid == first {
			valid = second
			write(second)
		}
		token := "Bearer " + valid
		return func(rw http.ResponseWriter, req *http.Request, server http.Handler) {
			if req.Header.Get("Authorization") != token {
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(http.StatusUnauthorized)
				_, _ = rw.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`))
				return
			}
			// The proxy has credentials of its own for the API server.
			req.Header.Del("Authorization")
			server.ServeHTTP(rw, req)
		}
	}
	w.Settle = func(context.Context, *witness.History) error { return useTokenFile(w, "") }
	h, _, err := w.Run(t.Context(), t.Name(), usual)
	if err != nil {
		t.Fatal(err)
	}
	violations := invariant.Check(h)
	results.Add("a token expires", "401", violations)
	judge(t, h, violations)
}

// useTokenFile has the provider's kubeconfig name a file with a token.
func useTokenFile(w *runner.World, file string) error {
	path := filepath.Join(w.Dir, "kubeconfig")
	config, err := clientcmd.LoadFromFile(path)
	if err != nil {
		return err
	}
	for _, user := range config.AuthInfos {
		user.TokenFile = file
	}
	return clientcmd.WriteToFile(*config, path)
}
