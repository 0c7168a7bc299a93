package kubelet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/cert"
)

type serveConfig struct {
	listen          string
	certificate     string
	key             string
	clientAuthority string
}

// serve answers as the kubelets of all nodes until the context ends. Only the API server has a certificate to be
// answered by.
func serve(ctx context.Context, c serveConfig, client kubernetes.Interface) error {
	clients, err := cert.NewPool(c.clientAuthority)
	if err != nil {
		return fmt.Errorf("reading the clients' authority: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	mux.Handle("GET /containerLogs/{namespace}/{pod}/{container}", logHandler(client))
	server := &http.Server{
		Addr:              c.listen,
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			ClientCAs:  clients,
			ClientAuth: tls.RequireAndVerifyClientCert,
		},
	}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServeTLS(c.certificate, c.key); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the kubelets' API: %w", err)
	}
	return nil
}
