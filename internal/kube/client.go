// Package kube talks to the API server. It knows Kubernetes and nothing of
// Terraform: it connects, creates, applies, watches, deletes and tells the
// server's refusals apart. Words for people are made of its errors in fw.
package kube

import (
	"cmp"
	"fmt"
	"net/http"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

// FieldManager owns, on the server, every field that the provider applies.
const FieldManager = "terraform-provider-mar"

// Client is one connection to one API server. It is safe for concurrent use.
type Client struct {
	Clientset kubernetes.Interface
	Metadata  metadata.Interface
	Discovery discovery.DiscoveryInterface

	// FieldManager is sent with every write.
	FieldManager string
	// ForceConflicts takes over fields that other managers apply.
	ForceConflicts bool
	// formerManager is set where objects were written under another name before.
	formerManager string
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

// NewClient makes the client for a resolved configuration, which came from
// source, such as "the environment variable KUBE_HOST". It sends nothing.
func NewClient(cfg *rest.Config, source, userAgent string) (*Client, error) {
	cfg = rest.CopyConfig(cfg)
	cfg.UserAgent = userAgent
	// The API server's own priority and fairness paces clients better than
	// client-go's default of 5 requests a second.
	cfg.QPS = -1
	cfg.WarningHandlerWithContext = warningHandler{}
	cfg.Wrap(func(next http.RoundTripper) http.RoundTripper { return &retrier{next: next, source: source} })

	httpClient, err := rest.HTTPClientFor(cfg)
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
		FieldManager: FieldManager,
	}, nil
}
