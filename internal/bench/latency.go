package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// delayed is a proxy before the API server that keeps each request waiting. It speaks plain HTTP, on
// loopback, and adds the control plane's own credentials. It returns a kubeconfig for it.
func (s *server) delayed(latency time.Duration, dir string) (kubeconfig string, stop func(), err error) {
	target, err := url.Parse(s.rest.Host)
	if err != nil {
		return "", nil, err
	}
	transport, err := rest.TransportFor(s.rest)
	if err != nil {
		return "", nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1,
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	front := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(latency):
			proxy.ServeHTTP(w, r)
		}
	})}
	go func() { _ = front.Serve(listener) }()

	const name = "delayed"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: "http://" + listener.Addr().String()}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	kubeconfig = filepath.Join(dir, "delayed.kubeconfig")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		return "", nil, fmt.Errorf("write %s: %w", kubeconfig, err)
	}
	return kubeconfig, func() { _ = front.Close() }, nil
}
