package pki

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// ContextName of every kubeconfig that is written here.
const ContextName = "mar-dev"

// WriteKubeconfig writes the kubeconfig of one of the users above. It holds its certificates itself, so that it
// can be copied elsewhere.
func WriteKubeconfig(dir, user, server, path string) error {
	read := func(name string) ([]byte, error) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("making the kubeconfig of %s: %w", user, err)
		}
		return data, nil
	}
	authority, err := read("ca.crt")
	if err != nil {
		return err
	}
	certificate, err := read(user + ".crt")
	if err != nil {
		return err
	}
	key, err := read(user + ".key")
	if err != nil {
		return err
	}

	config := api.NewConfig()
	config.Clusters[ContextName] = &api.Cluster{Server: server, CertificateAuthorityData: authority}
	config.AuthInfos[user] = &api.AuthInfo{ClientCertificateData: certificate, ClientKeyData: key}
	config.Contexts[ContextName] = &api.Context{Cluster: ContextName, AuthInfo: user}
	config.CurrentContext = ContextName

	data, err := clientcmd.Write(*config)
	if err != nil {
		return fmt.Errorf("encoding the kubeconfig of %s: %w", user, err)
	}
	// In one step: someone may be reading it, and an interrupted run must not leave half a file.
	temporary := path + ".new"
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return fmt.Errorf("writing the kubeconfig of %s: %w", user, err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("writing the kubeconfig of %s: %w", user, err)
	}
	return nil
}
