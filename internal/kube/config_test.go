package kube

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		rest, err := c.cfg.REST()
		if err != nil {
			t.Errorf("%+v: %v", c.cfg, err)
			continue
		}
		if rest.Host != c.host || rest.BearerToken != c.token {
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
		{Config{Host: "https://h", ClientKey: "k"}, "belong together"},
		{Config{Host: "https://h", Insecure: true, CACertificate: "c"}, "set only one"},
	} {
		if _, err := c.cfg.REST(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q", c.cfg, err, c.want)
		}
	}
}

func TestConfig_direct(t *testing.T) {
	rest, err := Config{Host: "https://h", Token: "t", CACertificate: "ca"}.REST()
	if err != nil || rest.Host != "https://h" || rest.BearerToken != "t" || string(rest.CAData) != "ca" {
		t.Errorf("got %v, %v", rest, err)
	}
}
