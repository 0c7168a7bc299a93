// Package kube talks to the API server. It knows Kubernetes and nothing of
// Terraform: it connects, creates, applies, watches, deletes and tells the
// server's refusals apart. Words for people are made of its errors in fw.
package kube

import (
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
