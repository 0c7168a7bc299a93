package kube

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// AccessError is a request whose credentials the API server didn't accept, or that
// they don't permit. As an API error it is what the server said.
type AccessError struct {
	Host string
	// Credentials is where they came from; empty where none were sent.
	Credentials string
	// Expired is when a token of its own accord ceased to hold.
	Expired time.Time
	// Plugin is why a program that prints credentials didn't print new ones.
	Plugin error
	Err    *apierrors.StatusError
}

func (e *AccessError) Error() string { return e.Err.Error() }
func (e *AccessError) Unwrap() error { return e.Err }

// CredentialsError is a request that wasn't sent, for its credentials couldn't be
// had.
type CredentialsError struct {
	Credentials string
	// Output is what a program that is to print credentials said of its failure.
	Output string
	Err    error
}

func (e *CredentialsError) Error() string { return e.Err.Error() }
func (e *CredentialsError) Unwrap() error { return e.Err }

// access tells what is wrong with credentials, and sends a request once more where
// new ones can be had: what was answered 401 surely wasn't processed, so that this
// holds for a POST too. What is below it rereads its token file, or runs its program
// again, because of the 401.
type access struct {
	next        http.RoundTripper
	credentials string
	// renewable credentials come from a file or a program.
	renewable bool
	// plugin is that program, if there is one.
	plugin *clientcmdapi.ExecConfig
}

func (a *access) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.send(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && a.renewable {
		if again, rewindErr := rewind(req); rewindErr == nil {
			drain(resp)
			resp, err = a.send(again)
		}
	}
	if err != nil {
		return nil, a.explain(req, err)
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return nil, a.rejected(req.Context(), resp)
	case http.StatusForbidden:
		return a.forbidden(resp)
	}
	return resp, nil
}

// send keeps the request without credentials: client-go's exec plugins write theirs
// into the one that they get, and believe any that is there.
func (a *access) send(req *http.Request) (*http.Response, error) {
	return a.next.RoundTrip(req.Clone(req.Context()))
}

// explain tells an error about the credentials from one about the server, all of
// which the retrier below has marked.
func (a *access) explain(req *http.Request, err error) error {
	var unreachable *UnreachableError
	if req.Context().Err() != nil || errors.As(err, &unreachable) || errors.As(err, new(*NotKubernetesError)) {
		return err
	}
	failed := &CredentialsError{Credentials: a.credentials, Err: err}
	if a.plugin != nil {
		failed.Output, _ = complaint(req.Context(), a.plugin)
	}
	return failed
}

func (a *access) rejected(ctx context.Context, resp *http.Response) error {
	defer drain(resp)
	status := apierrors.NewUnauthorized("Unauthorized")
	rejected := &AccessError{Credentials: a.credentials, Err: status}
	if resp.Request != nil {
		rejected.Host = resp.Request.URL.Host
		rejected.Expired = expired(resp.Request.Header.Get("Authorization"), time.Now())
	}
	if a.plugin != nil {
		if output, err := complaint(ctx, a.plugin); err != nil {
			rejected.Plugin = fmt.Errorf("%w: %s", err, output)
		}
	}
	return rejected
}

// forbidden adds to what RBAC refuses whose rights these are. Other refusals, of a
// quota say, pass as they are.
func (a *access) forbidden(resp *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	// JSON or protobuf, as the client prefers it.
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, nil)
	if err != nil {
		return resp, nil //nolint:nilerr // what isn't an object is client-go's to read
	}
	status, ok := object.(*metav1.Status)
	if !ok {
		return resp, nil
	}
	denied := &apierrors.StatusError{ErrStatus: *status}
	if kind, _ := refusal(denied); kind != RefusedByRBAC {
		return resp, nil
	}
	return nil, &AccessError{Credentials: a.credentials, Err: denied}
}

// expired reads out of a JSON Web Token when it ceased to hold. It is zero for what
// isn't one, and for one that still holds.
func expired(authorization string, now time.Time) time.Time {
	token, _ := strings.CutPrefix(authorization, "Bearer ")
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil || claims.Exp == 0 {
		return time.Time{}
	}
	if end := time.Unix(int64(claims.Exp), 0); end.Before(now) {
		return end
	}
	return time.Time{}
}

// complaint runs a program that failed to give credentials once more, for client-go
// doesn't say what it printed. It returns the end of that; what goes to standard
// output may be a credential, and is left alone.
func complaint(ctx context.Context, plugin *clientcmdapi.ExecConfig) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var stderr bytes.Buffer
	command := exec.CommandContext(ctx, plugin.Command, plugin.Args...)
	command.Stderr = &stderr
	command.WaitDelay = time.Second
	command.Env = os.Environ()
	for _, env := range plugin.Env {
		command.Env = append(command.Env, env.Name+"="+env.Value)
	}
	command.Env = append(command.Env, fmt.Sprintf(`KUBERNETES_EXEC_INFO={"apiVersion":%q,"kind":"ExecCredential","spec":{"interactive":false}}`, plugin.APIVersion))
	err := command.Run()
	const enough = 2000
	output := strings.TrimSpace(stderr.String())
	return output[max(0, len(output)-enough):], err
}
