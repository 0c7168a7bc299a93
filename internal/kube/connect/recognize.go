package connect

import (
	"io"
	"mime"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// recognizer lets only answers of a Kubernetes API pass. client-go would make a Status of
// any other, so that the 404 of a load balancer reads like a missing object.
type recognizer struct {
	next   http.RoundTripper
	source string
	// base is the path under which the API is, without a slash at its end.
	base string
}

// RoundTrip returns a *NotKubernetesError for another answer than Kubernetes'. Answers of
// an overloaded server (429, 5xx) may be plain text, and pass.
func (r recognizer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.next.RoundTrip(req)
	if err != nil || isOverload(resp.StatusCode) || resp.StatusCode == http.StatusUnauthorized {
		return resp, err
	}
	if resp.StatusCode < http.StatusBadRequest {
		return r.carriedOut(req, resp)
	}
	resp, body, err := whole(resp)
	if err != nil {
		return nil, err
	}
	if _, ok := statusIn(body); !ok {
		return nil, r.stranger(req, resp, body)
	}
	return resp, nil
}

// carriedOut passes the answer to a request that was carried out, if it is an object of the
// kind that was asked for.
func (r recognizer) carriedOut(req *http.Request, resp *http.Response) (*http.Response, error) {
	switch {
	case isText(req), isRedirect(resp), resp.StatusCode == http.StatusNoContent:
		return resp, nil
	case !isObject(resp.Header.Get("Content-Type")):
		return nil, r.stranger(req, resp, readSome(resp))
	}
	wanted, isAPI := apiPathOf(strings.TrimPrefix(req.URL.Path, r.base))
	if !isAPI || isWatch(req) {
		return resp, nil
	}
	resp, body, err := whole(resp)
	if err != nil {
		return nil, err
	}
	if !wanted.answers(req.Method, typeIn(body)) {
		return nil, r.stranger(req, resp, body)
	}
	return resp, nil
}

func isOverload(code int) bool {
	return code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
}

func isRedirect(resp *http.Response) bool { return resp.Header.Get("Location") != "" }

// isText reports whether the answer is no object. A log is plain text.
func isText(req *http.Request) bool { return strings.HasSuffix(req.URL.Path, "/log") }

func isObject(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || media == "application/yaml" || strings.HasPrefix(media, "application/vnd.kubernetes.protobuf") || strings.HasPrefix(media, "application/apply-patch"))
}

// statusIn reads a Status in JSON or protobuf.
func statusIn(body []byte) (*metav1.Status, bool) {
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, nil)
	if err != nil {
		return nil, false
	}
	status, ok := object.(*metav1.Status)
	return status, ok
}

func (r recognizer) stranger(req *http.Request, resp *http.Response, body []byte) error {
	return &kube.NotKubernetesError{Host: req.URL.Host, Source: r.source, Code: resp.StatusCode, Says: oneLine(body)}
}

// oneLine is the beginning of a text, for a message.
func oneLine(text []byte) string {
	const enough = 80
	line := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(string(text), "")), " "))
	if len(line) > enough {
		line = append(line[:enough], '…')
	}
	return string(line)
}

func readSome(resp *http.Response) []byte {
	const some = 4 << 10
	body, _ := io.ReadAll(io.LimitReader(resp.Body, some))
	_ = resp.Body.Close()
	return body
}
