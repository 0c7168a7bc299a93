package connect

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// script is a program that notes each of its runs.
type script struct{ dir string }

// newScript makes a program of a shell script's body.
func newScript(t *testing.T, body string) script {
	t.Helper()
	s := script{dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.dir, "program"), []byte("#!/bin/sh\ncd '"+s.dir+"'\necho run >> runs\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s script) config(env ...clientcmdapi.ExecEnvVar) *clientcmdapi.ExecConfig {
	return &clientcmdapi.ExecConfig{
		Command: filepath.Join(s.dir, "program"), APIVersion: "client.authentication.k8s.io/v1", Env: env,
		InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
	}
}

func (s script) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s script) runs(t *testing.T) int {
	t.Helper()
	runs, err := os.ReadFile(filepath.Join(s.dir, "runs"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return bytes.Count(runs, []byte("run"))
}

func pluginOf(t *testing.T, client *http.Client) *execPlugin {
	t.Helper()
	outer, ok := client.Transport.(*access)
	if !ok {
		t.Fatalf("the transport is a %T", client.Transport)
	}
	return outer.plugin
}

func credential(status string) string {
	return `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{` + status + `}}`
}

// asked sends that many requests at once, and returns their errors.
func asked(t *testing.T, client *http.Client, url string, many int) []error {
	t.Helper()
	errs := make([]error, many)
	var group sync.WaitGroup
	for i := range many {
		group.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := client.Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			errs[i] = err
		})
	}
	group.Wait()
	return errs
}

// A program that fails is run once for all requests of the moment, and the error has the end
// of what it said: no standard output, and no value that it was given.
func TestExecPlugin_aFailureIsRememberedAndShort(t *testing.T) {
	program := newScript(t, "echo stdout-secret\necho 'a long story' >&2\nfor i in $(seq 200); do echo \"line $i of the story\" >&2; done\necho \"login as $PASSWORD: $(printf '\\033[31m')denied\" >&2\nexit 3")
	server, calls := serve(t, code(http.StatusOK))
	client, err := httpClientFor(&rest.Config{Host: server.URL, ExecProvider: program.config(clientcmdapi.ExecEnvVar{Name: "PASSWORD", Value: "hunter2"})}, Connection{Credentials: "c"})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, err := range asked(t, client, server.URL, 10) {
			var failed *kube.CredentialsError
			if !errors.As(err, &failed) || failed.Credentials != "c" || !strings.Contains(failed.Error(), "failed with exit code 3") {
				t.Fatalf("got %v", err)
			}
			if want := "line 199 of the story\nline 200 of the story\nlogin as $PASSWORD: [31mdenied"; failed.Output != want {
				t.Fatalf("it said %q, want %q", failed.Output, want)
			}
			if text := err.Error() + failed.Output; strings.Contains(text, "secret") || strings.Contains(text, "hunter2") {
				t.Fatalf("a secret is in %s", text)
			}
		}
	}
	if runs := program.runs(t); runs != 1 || calls.Load() != 0 {
		t.Errorf("%d runs and %d requests, want 1 and none", runs, calls.Load())
	}
	plugin := pluginOf(t, client)
	plugin.failedAt = time.Now().Add(-execMemory)
	asked(t, client, server.URL, 10)
	if runs := program.runs(t); runs != 2 {
		t.Errorf("%d runs once the failure is forgotten, want 2", runs)
	}
}

func TestExecPlugin_oneRunServesAll(t *testing.T) {
	program := newScript(t, "cat <<'END'\n"+credential(`"token":"new"`)+"\nEND")
	server, _ := serve(t, tokens(map[string]int{"": 401}))
	client, err := httpClientFor(&rest.Config{Host: server.URL, ExecProvider: program.config()}, Connection{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := errors.Join(asked(t, client, server.URL, 10)...); err != nil {
			t.Fatal(err)
		}
	}
	if runs := program.runs(t); runs != 1 {
		t.Errorf("%d runs, want 1", runs)
	}
}

// Requests that are answered 401 share one renewal. Where what is new isn't accepted either,
// there is no other, and where the program fails the error says so.
func TestExecPlugin_a401GivesOneRenewal(t *testing.T) {
	program := newScript(t, "if [ -e fail ]; then echo no more >&2; exit 4; fi\ncat credential")
	server, _ := serve(t, tokens(map[string]int{"Bearer old": 401, "Bearer bad": 401}))
	client, err := httpClientFor(&rest.Config{Host: server.URL, ExecProvider: program.config()}, Connection{Credentials: "c"})
	if err != nil {
		t.Fatal(err)
	}
	plugin := pluginOf(t, client)
	give := func(token string) { program.write(t, "credential", credential(`"token":"`+token+`"`)) }
	give("first")
	if err := errors.Join(asked(t, client, server.URL, 1)...); err != nil {
		t.Fatal(err)
	}
	// The one that it has is refused from now on.
	plugin.has.token = "old"
	give("second")
	if err := errors.Join(asked(t, client, server.URL, 10)...); err != nil || program.runs(t) != 2 {
		t.Fatalf("%d runs, want 2: %v", program.runs(t), err)
	}

	plugin.has = &execCredentials{token: "old"}
	give("bad")
	for range 2 {
		for _, err := range asked(t, client, server.URL, 10) {
			var rejected *kube.AccessError
			if !errors.As(err, &rejected) || !apierrors.IsUnauthorized(err) || rejected.Plugin != nil {
				t.Fatalf("got %v", err)
			}
		}
	}
	if runs := program.runs(t); runs != 3 {
		t.Errorf("%d runs where the new token is refused too, want 3", runs)
	}

	plugin.has = &execCredentials{token: "old"}
	program.write(t, "fail", "")
	for range 2 {
		for _, err := range asked(t, client, server.URL, 10) {
			var rejected *kube.AccessError
			if !errors.As(err, &rejected) || rejected.Plugin == nil || !strings.Contains(rejected.Plugin.Error(), "exit code 4: no more") {
				t.Fatalf("got %v", err)
			}
		}
	}
	if runs := program.runs(t); runs != 4 {
		t.Errorf("%d runs where the renewal fails, want 4", runs)
	}
}

// A run that its caller has broken off says nothing about the next.
func TestExecPlugin_aCancelledRunIsntRemembered(t *testing.T) {
	program := newScript(t, "if [ ! -e go ]; then exec sleep 60; fi\ncat <<'END'\n"+credential(`"token":"new"`)+"\nEND")
	plugin, err := newExecPlugin(&rest.Config{ExecProvider: program.config()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := plugin.current(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	program.write(t, "go", "")
	if got, err := plugin.current(t.Context()); err != nil || got.token != "new" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestExecPlugin_expiry(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		expires, obtained time.Time
		want              bool
	}{
		"without end":                     {time.Time{}, now.Add(-time.Hour), false},
		"still holds":                     {now.Add(time.Minute), now, false},
		"has expired":                     {now.Add(-time.Second), now.Add(-time.Minute), true},
		"had expired when it was printed": {now.Add(-time.Minute), now.Add(-time.Second), false},
		"and that is some time ago":       {now.Add(-time.Hour), now.Add(-time.Minute), true},
	} {
		if got := (&execCredentials{expires: c.expires, obtained: c.obtained}).expired(now); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// What a program prints may be a credential, and is in no error.
func TestExecPlugin_whatItPrintsIsInNoError(t *testing.T) {
	for name, c := range map[string]struct{ body, says string }{
		"nonsense":        {"echo hunter2", "something other than an ExecCredential of client.authentication.k8s.io/v1"},
		"broken":          {`echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":["hunter2"]}}'`, "something other"},
		"another version": {`echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"hunter2"}}'`, "v1beta1"},
		"nothing in it":   {"echo '" + credential("") + "'", "without a token"},
		"half a pair":     {"echo '" + credential(`"clientKeyData":"hunter2"`) + "'", "a key alone"},
		"a bad pair":      {"echo '" + credential(`"clientKeyData":"hunter2","clientCertificateData":"hunter2"`) + "'", "can't be used"},
	} {
		plugin, err := newExecPlugin(&rest.Config{ExecProvider: newScript(t, c.body).config()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := plugin.current(t.Context()); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestExecPlugin_missingProgramGivesItsHint(t *testing.T) {
	plugin, err := newExecPlugin(&rest.Config{ExecProvider: &clientcmdapi.ExecConfig{Command: "no-such-program", APIVersion: "client.authentication.k8s.io/v1", InstallHint: "install it"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = plugin.current(t.Context())
	var failed *execError
	if !errors.As(err, &failed) || failed.said != "install it" || !strings.Contains(err.Error(), "not found") {
		t.Errorf("got %v", err)
	}
}

// A program that prints a client certificate has it shown to the server, and is told of the
// server where its configuration asks for that.
func TestExecPlugin_clientCertificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, der []byte) string {
		return strings.ReplaceAll(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})), "\n", `\n`)
	}
	program := newScript(t, "echo \"$KUBERNETES_EXEC_INFO\" > told\ncat credential")
	program.write(t, "credential", strings.NewReplacer("CERT", text("CERTIFICATE", der), "KEY", text("PRIVATE KEY", private)).Replace(credential(`"clientCertificateData":"CERT","clientKeyData":"KEY"`)))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) != 1 || r.TLS.PeerCertificates[0].SerialNumber.Int64() != 7 || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	defer server.Close()
	config := program.config()
	config.ProvideClusterInfo = true
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	client, err := httpClientFor(&rest.Config{Host: server.URL, ExecProvider: config, TLSClientConfig: rest.TLSClientConfig{CAData: authority}}, Connection{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(asked(t, client, server.URL, 3)...); err != nil {
		t.Error(err)
	}
	told, err := os.ReadFile(filepath.Join(program.dir, "told"))
	if err != nil || !strings.Contains(string(told), `"server":"`+server.URL) {
		t.Errorf("it was told %s, %v", told, err)
	}
}

// A program that hangs, for it asks somebody who isn't there, ends in an error.
func TestExecPlugin_aHangingProgramIsEnded(t *testing.T) {
	program := newScript(t, "echo 'password?' >&2\nexec sleep 60")
	server, calls := serve(t, code(http.StatusOK))
	client, err := httpClientFor(&rest.Config{Host: server.URL, ExecProvider: program.config()}, Connection{Credentials: "c"})
	if err != nil {
		t.Fatal(err)
	}
	pluginOf(t, client).patience = 200 * time.Millisecond
	for _, err := range asked(t, client, server.URL, 2) {
		var failed *kube.CredentialsError
		if !errors.As(err, &failed) || !strings.Contains(failed.Error(), "hasn't ended after 200ms") || failed.Output != "password?" {
			t.Errorf("got %v: %+v", err, failed)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d requests were sent", calls.Load())
	}
}
