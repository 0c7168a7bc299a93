package connect

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// access adds the credentials that a program prints, tells what is wrong with credentials, and
// sends a request once more where new ones can be had: what was answered 401 surely wasn't
// processed, so that this holds for a POST too.
type access struct {
	next        http.RoundTripper
	credentials string
	// rereads is set where what is below reads a token file again because of a 401.
	rereads bool
	// plugin is nil where no program prints credentials.
	plugin *execPlugin
}

func (a *access) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	credentials, err := a.plugin.current(ctx)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, a.explain(ctx, err)
	}
	resp, err := a.send(req, credentials)
	var notRenewed error
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		var renewed *execCredentials
		var differ bool
		if renewed, differ, notRenewed = a.renew(ctx, credentials); differ {
			if again, rewindErr := rewind(req); rewindErr == nil {
				drain(resp)
				resp, err = a.send(again, renewed)
			}
		}
	}
	if err != nil {
		return nil, a.explain(ctx, err)
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return nil, a.rejected(resp, notRenewed)
	case http.StatusForbidden:
		return a.forbidden(resp)
	}
	return resp, nil
}

// send leaves the request itself as it is, so that it can be sent again with others.
func (a *access) send(req *http.Request, credentials *execCredentials) (*http.Response, error) {
	sent := req.Clone(req.Context())
	if credentials != nil && credentials.token != "" && sent.Header.Get("Authorization") == "" {
		sent.Header.Set("Authorization", "Bearer "+credentials.token)
	}
	return a.next.RoundTrip(sent)
}

// renew returns credentials instead of those that weren't accepted, and whether they differ. It
// errs where the program fails that ought to print them.
func (a *access) renew(ctx context.Context, refused *execCredentials) (renewed *execCredentials, differ bool, err error) {
	if a.plugin == nil {
		return nil, a.rereads, nil
	}
	renewed, err = a.plugin.renewed(ctx, refused)
	return renewed, err == nil && renewed != refused, err
}

// explain tells an error about the credentials from one about the server, all of
// which the retrier below has marked.
func (a *access) explain(ctx context.Context, err error) error {
	var unreachable *kube.UnreachableError
	if ctx.Err() != nil || errors.As(err, &unreachable) || errors.As(err, new(*kube.NotKubernetesError)) {
		return err
	}
	failed := &kube.CredentialsError{Credentials: a.credentials, Err: err}
	var program *execError
	if errors.As(err, &program) {
		failed.Output = program.said
	}
	return failed
}

func (a *access) rejected(resp *http.Response, notRenewed error) error {
	defer drain(resp)
	status := apierrors.NewUnauthorized("Unauthorized")
	rejected := &kube.AccessError{Credentials: a.credentials, Plugin: notRenewed, Err: status}
	if resp.Request != nil {
		rejected.Host = resp.Request.URL.Host
		rejected.Expired = expired(resp.Request.Header.Get("Authorization"), time.Now())
	}
	var program *execError
	if errors.As(notRenewed, &program) && program.said != "" {
		rejected.Plugin = fmt.Errorf("%w: %s", notRenewed, program.said)
	}
	return rejected
}

// forbidden adds to what RBAC refuses whose rights these are. Other refusals, of a
// quota say, pass as they are.
func (a *access) forbidden(resp *http.Response) (*http.Response, error) {
	resp, body, err := whole(resp)
	if err != nil {
		return nil, err
	}
	status, ok := statusIn(body)
	if !ok {
		return resp, nil
	}
	denied := &apierrors.StatusError{ErrStatus: *status}
	if kind, _ := kube.RefusalOf(denied); kind != kube.RefusedByRBAC {
		return resp, nil
	}
	return nil, &kube.AccessError{Credentials: a.credentials, Err: denied}
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
