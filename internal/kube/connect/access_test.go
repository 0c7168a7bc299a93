package connect

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// tokens answers by what is in the Authorization header.
func tokens(status map[string]int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if code := status[r.Header.Get("Authorization")]; code != 0 {
			w.WriteHeader(code)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}
}

// A request is sent once more after a 401, with what the file then has in it, and
// its body is all there again.
func TestAccess_rereadsTheTokenFileAfterA401(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch} {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte("old\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		server, calls := serve(t, tokens(map[string]int{"Bearer old": 401}))
		client, err := httpClientFor(&rest.Config{Host: server.URL, BearerTokenFile: file}, Connection{Source: "s", Credentials: "c"})
		if err != nil {
			t.Fatal(err)
		}
		send := func() (string, error) {
			req, _ := http.NewRequestWithContext(t.Context(), method, server.URL, strings.NewReader("body"))
			resp, err := client.Do(req)
			if err != nil {
				return "", err
			}
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(resp.Body)
			return string(body), err
		}

		var rejected *kube.AccessError
		if _, err := send(); !errors.As(err, &rejected) || !apierrors.IsUnauthorized(err) || rejected.Credentials != "c" || calls.Load() != 2 {
			t.Errorf("%s: got %v after %d requests, want a rejection after 2", method, err, calls.Load())
		}
		if err := os.WriteFile(file, []byte("new\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if body, err := send(); err != nil || body != "body" {
			t.Errorf("%s: got %q, %v", method, body, err)
		}
		if calls.Load() > 4 {
			t.Errorf("%s: %d requests", method, calls.Load())
		}
	}
}

// Nothing is won by sending a token again that can't change.
func TestAccess_aFixedTokenIsSentOnce(t *testing.T) {
	server, calls := serve(t, code(http.StatusUnauthorized))
	client, err := httpClientFor(&rest.Config{Host: server.URL, BearerToken: "t"}, Connection{Credentials: "c"})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(server.URL)
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("no error")
	}
	if !apierrors.IsUnauthorized(err) || calls.Load() != 1 {
		t.Errorf("got %v after %d requests", err, calls.Load())
	}
}

// binary is a refusal as typed clients get it.
func binary(t *testing.T, message string) string {
	t.Helper()
	refused := &metav1.Status{Status: metav1.StatusFailure, Reason: metav1.StatusReasonForbidden, Code: 403, Message: message}
	info, _ := runtime.SerializerInfoForMediaType(scheme.Codecs.SupportedMediaTypes(), runtime.ContentTypeProtobuf)
	var b bytes.Buffer
	if err := scheme.Codecs.EncoderForVersion(info.Serializer, metav1.Unversioned).Encode(refused, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAccess_forbidden(t *testing.T) {
	status := func(message string) string {
		return fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":%q}`, message)
	}
	for name, c := range map[string]struct {
		kind, body string
		denied     bool
	}{
		"rights": {"application/json", status(`pods is forbidden: User "jane" cannot list resource "pods"`), true},
		"quota":  {"application/json", status(`pods "web" is forbidden: exceeded quota: mar-quota`), false},
		"other":  {"application/json", "nonsense", false},
		"binary": {"application/vnd.kubernetes.protobuf", binary(t, `pods is forbidden: User "jane" cannot list resource "pods"`), true},
	} {
		server, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, c.body)
		})
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		resp, err := (&access{next: http.DefaultTransport, credentials: "c"}).RoundTrip(req)
		if c.denied {
			var denied *kube.AccessError
			if !errors.As(err, &denied) || denied.Credentials != "c" || !apierrors.IsForbidden(err) {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if string(body) != c.body {
			t.Errorf("%s: the body became %q", name, body)
		}
	}
}

func TestExpired(t *testing.T) {
	now := time.Unix(1000, 0)
	jwt := func(claims string) string {
		return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
	}
	for header, want := range map[string]int64{
		jwt(`{"exp":999}`): 999, jwt(`{"exp":1001}`): 0, jwt(`{}`): 0, jwt(`[]`): 0, "Bearer opaque": 0, "Bearer a.?.c": 0, "Basic x": 0, "": 0,
	} {
		got := expired(header, now)
		if want == 0 && !got.IsZero() || want != 0 && got.Unix() != want {
			t.Errorf("%s: got %s", header, got)
		}
	}
}

// never is a server that doesn't answer.
type never struct{}

func (never) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func TestRetrier_timeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &retrier{next: never{}, source: "s", timeout: 10 * time.Second}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://h/api", nil)
		start := time.Now()
		resp, err := r.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		var slow *kube.SlowError
		var silent *kube.UnreachableError
		if !errors.As(err, &silent) || !errors.As(silent.Err, &slow) || kube.AnswerOf(kube.Ref{}, err) != kube.Unknown || time.Since(start) != 10*time.Second {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}

func TestRetrier_watchesHaveNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &retrier{next: never{}, source: "s", timeout: 10 * time.Second}
		ctx, cancel := kube.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://h/api?watch=true", nil)
		start := time.Now()
		resp, err := r.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if err == nil || time.Since(start) != time.Hour {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}
