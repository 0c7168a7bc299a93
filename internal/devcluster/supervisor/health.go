package supervisor

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/util/cert"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
)

const healthTimeout = 2 * time.Second

// checkHealth asks a component how it is; nil is healthy.
func (s Supervisor) checkHealth(ctx context.Context, name string, port int) error {
	client, err := s.healthClient(name)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()

	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	url := fmt.Sprintf("https://%s:%d%s", controlplane.Loopback, port, healthPath(name))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
		return fmt.Errorf("%s answers %s: %s", url, response.Status, strings.TrimSpace(string(body)))
	}
	return nil
}

func healthPath(name string) string {
	switch name {
	case controlplane.Etcd:
		return "/health"
	case controlplane.APIServer:
		return "/readyz"
	default:
		return "/healthz"
	}
}

func (s Supervisor) healthClient(name string) (*http.Client, error) {
	authority, user := "ca.crt", "admin"
	if name == controlplane.Etcd {
		authority, user = "etcd-ca.crt", "apiserver-etcd-client"
	}
	file := func(name string) string { return filepath.Join(s.Paths.PKI(), name) }
	roots, err := cert.NewPool(file(authority))
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority of %s: %w", name, err)
	}
	certificate, err := tls.LoadX509KeyPair(file(user+".crt"), file(user+".key"))
	if err != nil {
		return nil, fmt.Errorf("reading the certificate to ask %s with: %w", name, err)
	}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}}, nil
}
