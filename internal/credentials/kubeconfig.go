package credentials

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

// kubeconfigOf writes a kubeconfig with one context: the cluster's Namespace, at the API server
// that issued the token.
func kubeconfigOf(server connect.Endpoint, cluster, account, token string) (string, error) {
	config := clientcmdapi.NewConfig()
	config.Clusters[cluster] = &clientcmdapi.Cluster{
		Server:                   server.URL,
		CertificateAuthorityData: []byte(server.CA),
		TLSServerName:            server.ServerName,
		InsecureSkipTLSVerify:    server.Insecure,
		ProxyURL:                 server.Proxy,
	}
	config.AuthInfos[account] = &clientcmdapi.AuthInfo{Token: token}
	config.Contexts[cluster] = &clientcmdapi.Context{Cluster: cluster, AuthInfo: account, Namespace: cluster}
	config.CurrentContext = cluster
	text, err := clientcmd.Write(*config)
	if err != nil {
		return "", fmt.Errorf("write the kubeconfig of %s/%s: %w", cluster, account, err)
	}
	return string(text), nil
}
