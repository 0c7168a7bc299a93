package connect

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Credentials are sent in the clear to this machine only, unless insecure says that it is meant.
// The error is about the argument that leads there.
func TestConfig_cleartext(t *testing.T) {
	file := func(server, more, user string) string {
		return fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{"name":"c","cluster":{"server":%q%s}}],"users":[{"name":"u","user":{%s}}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}]}`, server, more, user)
	}
	const token = `"token":"t-secret"`
	for name, c := range map[string]struct {
		cfg Config
		// at is the argument that is at fault, empty where nothing is.
		at, says string
	}{
		"https":                              {Config{Host: "https://10.0.0.1", Token: "t-secret"}, "", ""},
		"http, a token":                      {Config{Host: "http://10.0.0.1:8080", Token: "t-secret"}, "host", "http://10.0.0.1:8080, so anybody on the network path"},
		"http, a name":                       {Config{Host: "http://localhost.example.com", Token: "t-secret"}, "host", "set insecure = true"},
		"http, a password":                   {Config{Host: "http://10.0.0.1", Username: "u", Password: "t-secret"}, "host", "Write https://"},
		"http, a token file":                 {Config{Host: "http://10.0.0.1", TokenFile: write(t, "x")}, "host", "Write https://"},
		"http, a program":                    {Config{Host: "http://10.0.0.1", Exec: &Exec{Command: "true"}}, "host", "Write https://"},
		"http, nobody":                       {Config{Host: "http://10.0.0.1"}, "", ""},
		"http, insecure":                     {Config{Host: "http://10.0.0.1", Token: "t-secret", Insecure: true}, "", ""},
		"http to 127.0.0.1":                  {Config{Host: "http://127.0.0.1:8001", Token: "t-secret"}, "", ""},
		"http to 127.8.8.8":                  {Config{Host: "http://127.8.8.8", Token: "t-secret"}, "", ""},
		"http to ::1":                        {Config{Host: "http://[::1]:8001", Token: "t-secret"}, "", ""},
		"http to localhost":                  {Config{Host: "http://localhost:8001", Token: "t-secret"}, "", ""},
		"http to 0.0.0.0":                    {Config{Host: "http://0.0.0.0:8001", Token: "t-secret"}, "host", "Write https://"},
		"https by an http proxy":             {Config{Host: "https://10.0.0.1", Token: "t-secret", ProxyURL: "http://10.0.0.2"}, "", ""},
		"http here by a proxy there":         {Config{Host: "http://127.0.0.1", Token: "t-secret", ProxyURL: "http://jane:t-secret@10.0.0.2:3128"}, "proxy_url", "the proxy 10.0.0.2:3128 is on another machine"},
		"http here by a proxy here":          {Config{Host: "http://127.0.0.1", Token: "t-secret", ProxyURL: "http://127.0.0.1:3128"}, "", ""},
		"http here by a proxy, insecure":     {Config{Host: "http://127.0.0.1", Token: "t-secret", ProxyURL: "socks5://10.0.0.2", Insecure: true}, "", ""},
		"a kubeconfig":                       {Config{Raw: file("http://10.0.0.1", "", token)}, "config_raw", "instead of the kubeconfig"},
		"a kubeconfig without a scheme":      {Config{Raw: file("10.0.0.1:8080", "", token)}, "config_raw", "http://10.0.0.1:8080"},
		"a kubeconfig, insecure":             {Config{Raw: file("http://10.0.0.1", `,"insecure-skip-tls-verify":true`, token)}, "config_raw", "aren't sent there"},
		"a kubeconfig of here":               {Config{Raw: file("http://localhost:1", "", token)}, "", ""},
		"a kubeconfig by a proxy":            {Config{Raw: file("http://localhost:1", `,"proxy-url":"http://10.0.0.2"`, token)}, "", ""},
		"a kubeconfig of nobody":             {Config{Raw: file("http://10.0.0.1", "", "")}, "", ""},
		"a kubeconfig with a program":        {Config{Raw: file("http://10.0.0.1", "", `"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"true","interactiveMode":"Never"}`)}, "config_raw", "Write https://"},
		"a kubeconfig with a name in it":     {Config{Raw: file("https://jane:t-secret@10.0.0.1", "", "")}, "config_raw", "user name or password in the server"},
		"a kubeconfig with a broken address": {Config{Raw: file("https://jane:t-secret%@10.0.0.1", "", "")}, "config_raw", "user name or password in the server"},
		"a kubeconfig with a broken proxy":   {Config{Raw: file("https://10.0.0.1", `,"proxy-url":"http://jane:t-secret%@p"`, token)}, "config_raw", "proxy-url in its cluster \"c\""},
		"a kubeconfig with an odd proxy":     {Config{Raw: file("https://10.0.0.1", `,"proxy-url":"ftp://jane:t-secret@p"`, token)}, "config_raw", "proxy-url in its cluster \"c\""},
	} {
		_, err := c.cfg.Connection()
		var setting *SettingError
		if (err != nil) != (c.at != "") || err != nil && (!errors.As(err, &setting) || setting.Setting != c.at || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: got %v, want one at %q that says %q", name, err, c.at, c.says)
		}
		if err != nil && strings.Contains(err.Error(), "t-secret") {
			t.Errorf("%s: the error has the secret in it: %v", name, err)
		}
	}
}
