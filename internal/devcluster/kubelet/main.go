// Package kubelet plays the kubelets of all nodes: KWOK, with this project's stages and the part of the kubelets'
// own API that serves logs.
package kubelet

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kwok/pkg/log"
)

type config struct {
	kubeconfig string
	podCIDR    string
	serve      serveConfig
}

// Main runs until it is told to stop.
func Main(args []string) error {
	var c config
	flags := pflag.NewFlagSet("kwok", pflag.ContinueOnError)
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "kubeconfig of the user that plays the kubelets")
	flags.StringVar(&c.podCIDR, "pod-cidr", "", "range of the Pods' addresses")
	flags.StringVar(&c.serve.listen, "listen", "", "address and port of the kubelets' API")
	flags.StringVar(&c.serve.certificate, "tls-cert-file", "", "certificate of the kubelets' API")
	flags.StringVar(&c.serve.key, "tls-private-key-file", "", "key of the kubelets' API")
	flags.StringVar(&c.serve.clientAuthority, "client-ca-file", "", "authority that the API server's certificate comes from")
	if err := flags.Parse(args); err != nil {
		return err
	}

	restConfig, err := clientcmd.BuildConfigFromFlags("", c.kubeconfig)
	if err != nil {
		return fmt.Errorf("reading the kubeconfig: %w", err)
	}
	restConfig.QPS, restConfig.Burst = 500, 1000
	restConfig.UserAgent = rest.DefaultKubernetesUserAgent()
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx = log.NewContext(ctx, log.NewLogger(os.Stderr, log.LevelWarn))

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serve(ctx, c.serve, client) })
	group.Go(func() error { return play(ctx, c, restConfig, client) })
	return group.Wait()
}
