package connect

import (
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

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/cache"
	"github.com/headgym/terraform-provider-mar/internal/kube/wait"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// DefaultLogLines is the LogLines of a new Client.
const DefaultLogLines = 10

// Client is one connection to one API server. It is safe for concurrent use.
type Client struct {
	Clientset kubernetes.Interface
	Metadata  metadata.Interface
	Discovery discovery.DiscoveryInterface

	// DryRuns are what a plan asks about the writes of its apply.
	DryRuns *kube.DryRuns

	// Writer says under which name the client writes.
	kube.Writer

	// LogLines is how many lines of a program's log an error quotes.
	LogLines int

	// Endpoint is the API server's own.
	Endpoint Endpoint

	// HasResize reports whether the server has the Pods' resize subresource, which is
	// asked for once.
	HasResize func() (bool, error)

	// Pods and PodTemplates are for reading many one by one, PodWaits for waiting for
	// many.
	Pods         *cache.Lists[*corev1.Pod]
	PodTemplates *cache.Lists[*corev1.PodTemplate]
	PodWatches   *wait.Watches[*corev1.Pod]
	// PodNames is for looking which names are taken. A Pod that isn't in a list isn't asked
	// for by name.
	PodNames *cache.Lists[*corev1.Pod]
}

// WithPreviousManager returns the client for an object whose fields that manager owns, the usual one where it
// is empty. The client takes over what was written under that name.
func (c *Client) WithPreviousManager(manager string) *Client {
	after := *c
	after.Writer = c.WithPrevious(manager)
	return &after
}

// New makes the client of a connection. It sends nothing.
func New(conn Connection, userAgent string) (*Client, error) {
	cfg := rest.CopyConfig(conn.REST)
	cfg.UserAgent = userAgent
	cfg.WarningHandlerWithContext = kube.WarningHandler{}
	if cfg.QPS > 0 {
		// One for both clients below.
		cfg.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(cfg.QPS, cfg.Burst)
	}
	// Smaller on the wire than JSON, and quicker to decode on both ends.
	cfg.ContentType = runtime.ContentTypeProtobuf
	cfg.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	written, dryRuns := &cache.WriteCounter{}, kube.NewDryRuns()
	cfg.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return &cache.CountingTransport{Next: next, Counter: written, DryRuns: dryRuns}
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
		Writer:       kube.Writer{FieldManager: mar.FieldManager},
		LogLines:     DefaultLogLines,
		Endpoint:     endpoint,
		HasResize:    sync.OnceValues(func() (bool, error) { return hasResize(clientset.Discovery()) }),
		Pods:         podLists(clientset, written, true),
		PodNames:     podLists(clientset, written, false),
		PodTemplates: templateLists(clientset, written),
		PodWatches:   podWatches(clientset),
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
	switch kube.AnswerOf(kube.Ref{}, err) {
	case kube.Done:
		return versionIn(text, c.Endpoint.URL)
	case kube.Refused, kube.NotFound, kube.MovedOn, kube.Exists, kube.AppliedByOthers, kube.AnotherObject, kube.NoNamespace, kube.Expired, kube.Failed:
		if status := apierrors.APIStatus(nil); kube.AsStatus(err, &status) {
			return wrongPath(status.Status(), c.Endpoint.URL)
		}
	case kube.NotAccepted, kube.Overloaded, kube.Unknown, kube.Unreachable, kube.NotKubernetes, kube.Ended:
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
		return &kube.NotKubernetesError{Host: from, Code: int(status.Code), Says: oneLine([]byte(status.Message))}
	}
	return nil
}

// versionIn errs for a text that isn't a Kubernetes version.
func versionIn(text []byte, from string) error {
	var info version.Info
	if err := json.Unmarshal(text, &info); err != nil || info.GitVersion == "" {
		return &kube.NotKubernetesError{Host: from, Code: http.StatusOK, Says: oneLine(text)}
	}
	return nil
}
