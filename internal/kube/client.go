// Package kube talks to the API server. It knows Kubernetes and nothing of
// Terraform: it connects, creates, applies, watches, deletes and tells the
// server's refusals apart. Words for people are made of its errors in fw.
package kube

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport"
	"k8s.io/client-go/util/flowcontrol"
)

// FieldManager owns, on the server, every field that the provider applies.
const FieldManager = "terraform-provider-mar"

// DefaultLogLines is the LogLines of a new Client.
const DefaultLogLines = 10

// Client is one connection to one API server. It is safe for concurrent use.
type Client struct {
	Clientset kubernetes.Interface
	Metadata  metadata.Interface
	Discovery discovery.DiscoveryInterface

	// DryRuns are what a plan asks about the writes of its apply.
	DryRuns *DryRuns

	// FieldManager is sent with every write.
	FieldManager string
	// ForceConflicts takes over fields that other managers apply.
	ForceConflicts bool
	// formerManager is set where objects were written under another name before.
	formerManager string

	// LogLines is how many lines of a program's log an error quotes.
	LogLines int

	// Endpoint is the API server's own.
	Endpoint Endpoint

	// HasResize reports whether the server has the Pods' resize subresource, which is
	// asked for once.
	HasResize func() (bool, error)

	// Pods and PodTemplates are for reading many one by one, PodWaits for waiting for
	// many.
	Pods         *Roster[*corev1.Pod]
	PodTemplates *Roster[*corev1.PodTemplate]
	PodWaits     *Watching[*corev1.Pod]
	// PodNames is for looking which names are taken. A Pod that isn't in a list isn't asked
	// for by name.
	PodNames *Roster[*corev1.Pod]
}

// After returns the client for an object that was last written under that field
// manager, the usual one where it is empty. What was written under it is taken
// over.
func (c *Client) After(manager string) *Client {
	after := *c
	if after.formerManager = cmp.Or(manager, FieldManager); after.formerManager == c.FieldManager {
		after.formerManager = ""
	}
	return &after
}

// Renamed reports whether the object was last written under another name.
func (c *Client) Renamed() bool { return c.formerManager != "" }

// Written is what to remember of who writes to an object: nothing where that is
// the usual manager.
func (c *Client) Written() string {
	if c.FieldManager == FieldManager {
		return ""
	}
	return c.FieldManager
}

// NewClient makes the client of a connection. It sends nothing.
func NewClient(conn Connection, userAgent string) (*Client, error) {
	cfg := rest.CopyConfig(conn.REST)
	cfg.UserAgent = userAgent
	cfg.WarningHandlerWithContext = warningHandler{}
	if cfg.QPS > 0 {
		// One for both clients below.
		cfg.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(cfg.QPS, cfg.Burst)
	}
	// Smaller on the wire than JSON, and quicker to decode on both ends.
	cfg.ContentType = runtime.ContentTypeProtobuf
	cfg.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	written, dryRuns := &ledger{}, NewDryRuns()
	cfg.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return &witness{next: next, ledger: written, dryRuns: dryRuns}
	})
	endpoint, err := endpointOf(cfg)
	if err != nil {
		return nil, err
	}
	httpClient, err := httpClientFor(cfg, conn)
	if err != nil {
		return nil, fmt.Errorf("set up the connection to %s: %w", cfg.Host, err)
	}
	clientset, err := kubernetes.NewForConfigAndClient(cfg, httpClient)
	if err != nil {
		return nil, fmt.Errorf("set up the client of %s: %w", cfg.Host, err)
	}
	objects, err := metadata.NewForConfigAndClient(metadata.ConfigFor(cfg), httpClient)
	if err != nil {
		return nil, fmt.Errorf("set up the metadata client of %s: %w", cfg.Host, err)
	}
	return &Client{
		Clientset:    clientset,
		Metadata:     objects,
		Discovery:    clientset.Discovery(),
		DryRuns:      dryRuns,
		FieldManager: FieldManager,
		LogLines:     DefaultLogLines,
		Endpoint:     endpoint,
		HasResize:    sync.OnceValues(func() (bool, error) { return hasResize(clientset.Discovery()) }),
		Pods:         podRoster(clientset, written, true),
		PodNames:     podRoster(clientset, written, false),
		PodTemplates: templateRoster(clientset, written),
		PodWaits:     podWaits(clientset),
	}, nil
}

func hasResize(server discovery.DiscoveryInterface) (bool, error) {
	list, err := server.ServerResourcesForGroupVersion(corev1.SchemeGroupVersion.String())
	if err != nil {
		return false, fmt.Errorf("list the resources that the API server has: %w", err)
	}
	return slices.ContainsFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == "pods/resize" }), nil
}

// httpClientFor puts together what a request passes: first what tells whether its
// credentials hold, then what adds them, then what rides out a server that is down.
func httpClientFor(cfg *rest.Config, conn Connection) (*http.Client, error) {
	cfg.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return recognizer{source: conn.Source, base: basePath(cfg.Host), next: &retrier{next: next, source: conn.Source, timeout: conn.RequestTimeout}}
	})
	plugin, err := newExecPlugin(cfg)
	if err != nil {
		return nil, err
	}
	outer := &access{credentials: conn.Credentials, plugin: plugin}
	if path := cfg.BearerTokenFile; path != "" {
		// client-go's own reading of it takes no notice of a 401.
		cfg.Wrap(transport.ResettableTokenSourceWrapTransport(transport.NewCachedFileTokenSource(path)))
		cfg.BearerToken, cfg.BearerTokenFile = "", ""
		outer.rereads = true
	}
	wires, err := cfg.TransportConfig()
	if err != nil {
		return nil, err
	}
	plugin.transport(wires)
	if outer.next, err = transport.New(wires); err != nil {
		return nil, err
	}
	return &http.Client{Transport: outer, Timeout: cfg.Timeout, CheckRedirect: withinServer(conn.Source)}, nil
}

// Probe asks the API server for the least that there is. It errs where there is no API server,
// where something else answers, and where the credentials aren't accepted. What they permit
// shows in the request that needs it.
func (c *Client) Probe(ctx context.Context) error {
	answer := c.Discovery.RESTClient().Get().AbsPath("/version").Do(ctx)
	text, _ := answer.Raw()
	err := answer.Error()
	switch AnswerOf(Ref{}, err) {
	case Done:
		return versionIn(text, c.Endpoint.URL)
	case Refused, NotFound, MovedOn, Exists, AppliedByOthers, AnotherObject, NoNamespace, Expired, Failed:
		if status := apierrors.APIStatus(nil); asStatus(err, &status) {
			return wrongPath(status.Status(), c.Endpoint.URL)
		}
	case NotAccepted, Overloaded, Unknown, Unreachable, NotKubernetes, Ended:
	}
	return err
}

// basePath is the path of an address, under which the API is.
func basePath(host string) string {
	address, err := url.Parse(host)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(address.Path, "/")
}

// wrongPath errs for a server to which the request came with more of a path than its own. It
// doesn't know that path, or refuses it to those who may not ask for any.
func wrongPath(status metav1.Status, from string) error {
	if status.Code == http.StatusNotFound || strings.Contains(status.Message, ` cannot get path "`) && !strings.Contains(status.Message, ` cannot get path "/version"`) {
		return &NotKubernetesError{Host: from, Code: int(status.Code), Says: oneLine([]byte(status.Message))}
	}
	return nil
}

// versionIn errs for a text that isn't a Kubernetes version.
func versionIn(text []byte, from string) error {
	var info version.Info
	if err := json.Unmarshal(text, &info); err != nil || info.GitVersion == "" {
		return &NotKubernetesError{Host: from, Code: http.StatusOK, Says: oneLine(text)}
	}
	return nil
}
