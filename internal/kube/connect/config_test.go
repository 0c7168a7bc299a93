package connect

import (
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

const kubeconfig = `apiVersion: v1
kind: Config
current-context: %s
clusters:
- {name: east, cluster: {server: "https://east.example.com"}}
- {name: west, cluster: {server: "https://west.example.com"}}
users:
- {name: jane, user: {token: t-jane}}
- {name: bot, user: {token: t-bot}}
contexts:
- {name: prod, context: {cluster: east, user: jane}}
- {name: dev, context: {cluster: west, user: bot}}
`

// authority is a certificate, whose key nobody has.
const authority = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUDuYPUDoEfY5lT6N+jqeIPqdA4KQwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjExNDIwNDBaGA8yMTI2MTAyODE0MjA0
MFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKlK
dP12T/gjGBJ7a48/jSwKsQihNUkFpOXz72W6bsMAjZlW110kWaY2esO3lVf4Z5EY
+yDhi1kcISA8oK4440qjUzBRMB0GA1UdDgQWBBTJXfOSNDOyPTt7jTiTlLesKPXr
IzAfBgNVHSMEGDAWgBTJXfOSNDOyPTt7jTiTlLesKPXrIzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIQDSk/qlD0Afp+H7xafVfuHZrqLotAb3mjrc
Wm53ejm0qwIgYE9gguOji09l2SudWrzbGwtUjNAQ8w2XPhHf+hsGwE4=
-----END CERTIFICATE-----
`

func write(t *testing.T, current string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(strings.Replace(kubeconfig, "%s", current, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfig_fromFiles(t *testing.T) {
	path := write(t, "prod")
	for _, c := range []struct {
		cfg         Config
		host, token string
	}{
		{Config{Paths: []string{path}}, "https://east.example.com", "t-jane"},
		{Config{Paths: []string{path}, Context: "dev"}, "https://west.example.com", "t-bot"},
		{Config{Paths: []string{path}, ContextUser: "bot"}, "https://east.example.com", "t-bot"},
		{Config{Paths: []string{path}, ContextCluster: "west"}, "https://west.example.com", "t-jane"},
		{Config{Paths: []string{write(t, ""), path}}, "https://east.example.com", "t-jane"},
	} {
		conn, err := c.cfg.Connection()
		if err != nil {
			t.Errorf("%+v: %v", c.cfg, err)
			continue
		}
		if rest := conn.REST; rest.Host != c.host || rest.BearerToken != c.token {
			t.Errorf("%+v: got %s as %s", c.cfg, rest.Host, rest.BearerToken)
		}
	}
}

func TestConfig_errorsSayWhatThereIs(t *testing.T) {
	path, none := write(t, "prod"), write(t, `""`)
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{Paths: []string{"/nowhere/config"}}, "the kubeconfig /nowhere/config can't be read"},
		{Config{Paths: []string{filepath.Dir(path)}}, "is a folder"},
		{Config{Paths: []string{path}, Context: "test"}, `has no context "test": it has "dev", "prod"`},
		{Config{Paths: []string{path}, ContextUser: "joe"}, `has no user "joe": it has "bot", "jane"`},
		{Config{Paths: []string{path}, ContextCluster: "north"}, `has no cluster "north": it has "east", "west"`},
		{Config{Paths: []string{none}}, `has no current context; name one with config_context: it has "dev", "prod"`},
		{Config{Raw: "nonsense: [t-secret"}, "the kubeconfig in config_raw can't be parsed: it isn't a kubeconfig in YAML or JSON (line 1)"},
		{Config{Raw: "{}"}, "the kubeconfig in config_raw has no current context"},
		{Config{Raw: `{"clusters": "t-secret"}`}, "config_raw can't be parsed: it isn't a kubeconfig in YAML or JSON"},
		{Config{Host: "https://h", ClientKey: "k"}, "only client_key is set"},
		{Config{Host: "https://h", ClientCertificate: "c"}, "only client_certificate is set"},
		{Config{Host: "https://h", Username: "u"}, "only username is set"},
		{Config{Host: "https://h", Password: "t-secret"}, "only password is set"},
		{Config{Host: "https://h", ClientCertificate: "c", ClientKey: "t-secret"}, "the client certificate can't be parsed: it must be PEM text"},
		{Config{Host: "https://h", ClientCertificate: authority, ClientKey: "t-secret"}, "the client key can't be parsed: it must be PEM text"},
		{Config{Host: "https://h", ClientCertificate: authority, ClientKey: "-----BEGIN PRIVATE KEY-----\nt-secret\n-----END PRIVATE KEY-----\n"}, "the client certificate and its key can't be used"},
		{Config{Host: "https://h", Insecure: true, CACertificate: "c"}, "set only one"},
		{Config{Host: "https://h", CACertificate: "c"}, "it must be PEM text, which begins with -----BEGIN CERTIFICATE-----"},
		{Config{Host: "https://h", CACertificate: base64.StdEncoding.EncodeToString([]byte(authority))}, "pass it through base64decode()"},
		{Config{Host: "https://h", CACertificateFile: "/nowhere/ca.crt"}, "in /nowhere/ca.crt can't be read: no such file or directory"},
		{Config{Host: "https://h", Token: "t-secret t-secret"}, "spaces or line breaks"},
		{Config{Host: "https://h", TokenFile: "/nowhere/token"}, "the token file /nowhere/token can't be read: no such file or directory"},
		{Config{Host: "https://h", TokenFile: os.DevNull}, "is empty"},
		{Config{Host: "https://h", Exec: &Exec{Command: "no-such-program"}}, `the program "no-such-program", which prints the credentials, can't be run here: executable file not found`},
		{Config{Host: "ftp://h"}, "write a URL such as"},
		{Config{Host: "https://"}, "write a URL such as"},
		{Config{Host: "https://jane:t-secret@h"}, "set username and password instead"},
		{Config{Host: "jane:t-secret@h"}, "set username and password instead"},
		{Config{Host: "https://jane:t-secret%@h"}, "set username and password instead"},
		{Config{Host: "https://h", ProxyURL: "proxy:3128"}, "the proxy's address isn't a URL"},
		{Config{Host: "https://h", ProxyURL: "http://jane:t-secret%@proxy"}, "the proxy's address isn't a URL"},
		{Config{Host: "https://h", ProxyURL: "ftp://jane:t-secret@proxy"}, `begins with "ftp://"`},
	} {
		_, err := c.cfg.Connection()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q", c.cfg, err, c.want)
		} else if strings.Contains(err.Error(), "t-secret") {
			t.Errorf("%+v: the error has the secret in it: %v", c.cfg, err)
		}
	}
}

func TestConfig_direct(t *testing.T) {
	conn, err := Config{
		Source: "s", Credentials: "c", Host: "h:6443", Token: "t\n", CACertificate: authority, TLSServerName: "n",
		ProxyURL: "http://proxy:1", Impersonate: Impersonate{User: "jane", Groups: []string{"g"}}, QPS: 2, RequestTimeout: time.Second,
		Exec: &Exec{APIVersion: "v", Command: "true", Args: []string{"a"}, Env: map[string]string{"B": "b", "A": "a"}},
	}.Connection()
	if err != nil {
		t.Fatal(err)
	}
	got, proxy := conn.REST, (*url.URL)(nil)
	if got.Proxy != nil {
		proxy, _ = got.Proxy(nil)
	}
	if proxy.String() != "http://proxy:1" {
		t.Errorf("the proxy is %s", proxy)
	}
	got.Proxy = nil
	want := &rest.Config{
		// Without a scheme it is https, or the token would go in the clear.
		Host: "https://h:6443", BearerToken: "t", TLSClientConfig: rest.TLSClientConfig{ServerName: "n", CAData: []byte(authority)},
		Impersonate: rest.ImpersonationConfig{UserName: "jane", Groups: []string{"g"}}, QPS: 2, Burst: 4,
		ExecProvider: &clientcmdapi.ExecConfig{
			APIVersion: "v", Command: "true", Args: []string{"a"}, InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
			Env: []clientcmdapi.ExecEnvVar{{Name: "A", Value: "a"}, {Name: "B", Value: "b"}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(clientcmdapi.ExecConfig{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if conn.Source != "s" || conn.Credentials != "c" || conn.RequestTimeout != time.Second {
		t.Errorf("got %+v", conn)
	}
}

func TestConfig_raw(t *testing.T) {
	conn, err := Config{Raw: strings.Replace(kubeconfig, "%s", "prod", 1), ContextUser: "bot"}.Connection()
	if err != nil || conn.REST.Host != "https://east.example.com" || conn.REST.BearerToken != "t-bot" {
		t.Errorf("got %+v, %v", conn.REST, err)
	}
	if want := `the user "bot" of the kubeconfig in config_raw`; conn.Credentials != want {
		t.Errorf("the credentials are %s, want %s", conn.Credentials, want)
	}
}
