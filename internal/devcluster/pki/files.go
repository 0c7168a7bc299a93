package pki

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// Users of the API server, each with a certificate of that name.
const (
	Admin             = "admin"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	KWOK              = "kwok"
)

// KWOKUser is who KWOK is to the API server. It plays all kubelets, which no built-in role allows.
const KWOKUser = "mar-devcluster:kwok"

// clusterServiceIP is the first address of controlplane.ServiceCIDR: Pods would reach the API server there.
const clusterServiceIP = "10.96.0.1"

// Ensure makes all keys and certificates, unless they are there. They appear all at once or not at all.
func Ensure(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("looking for the cluster's certificates: %w", err)
	}

	temporary := dir + ".new"
	if err := os.RemoveAll(temporary); err != nil {
		return fmt.Errorf("removing half-made certificates: %w", err)
	}
	if err := os.MkdirAll(temporary, 0o700); err != nil {
		return fmt.Errorf("making the folder of the cluster's certificates: %w", err)
	}
	if err := generate(temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, dir); err != nil {
		return fmt.Errorf("moving the cluster's certificates to their place: %w", err)
	}
	return nil
}

func generate(dir string) error {
	cluster, err := writeAuthority(dir, "ca", "kubernetes")
	if err != nil {
		return err
	}
	etcd, err := writeAuthority(dir, "etcd-ca", "etcd-ca")
	if err != nil {
		return err
	}
	frontProxy, err := writeAuthority(dir, "front-proxy-ca", "front-proxy-ca")
	if err != nil {
		return err
	}
	if err := writeServiceAccountKey(dir); err != nil {
		return err
	}

	client := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	server := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	both := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	loopback := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	local := []string{"localhost"}

	for _, c := range []struct {
		file   string
		signer authority
		request
	}{
		{"apiserver", cluster, request{
			commonName: "kube-apiserver",
			usages:     server,
			ips:        append([]net.IP{net.ParseIP(clusterServiceIP)}, loopback...),
			dnsNames: []string{
				"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
			},
		}},
		{"apiserver-kubelet-client", cluster, request{commonName: "kube-apiserver-kubelet-client", usages: client}},
		{"apiserver-etcd-client", etcd, request{commonName: "kube-apiserver-etcd-client", usages: client}},
		{"etcd", etcd, request{commonName: "etcd", usages: both, ips: loopback, dnsNames: local}},
		{"front-proxy-client", frontProxy, request{commonName: "front-proxy-client", usages: client}},
		{"controller-manager-server", cluster, request{commonName: "kube-controller-manager", usages: server, ips: loopback, dnsNames: local}},
		{"scheduler-server", cluster, request{commonName: "kube-scheduler", usages: server, ips: loopback, dnsNames: local}},
		{"kubelet-server", cluster, request{commonName: "kwok", usages: server, ips: loopback, dnsNames: local}},
		{Admin, cluster, request{commonName: "kubernetes-admin", organizations: []string{"system:masters"}, usages: client}},
		{ControllerManager, cluster, request{commonName: "system:kube-controller-manager", usages: client}},
		{Scheduler, cluster, request{commonName: "system:kube-scheduler", usages: client}},
		{KWOK, cluster, request{commonName: KWOKUser, usages: client}},
	} {
		signed, err := c.signer.sign(c.request)
		if err != nil {
			return err
		}
		if err := writePair(dir, c.file, signed); err != nil {
			return err
		}
	}
	return nil
}

func writeAuthority(dir, name, commonName string) (authority, error) {
	made, err := newAuthority(commonName)
	if err != nil {
		return authority{}, err
	}
	return made, writePair(dir, name, pair(made))
}

// writeServiceAccountKey makes the key that signs tokens. No certificate belongs to it.
func writeServiceAccountKey(dir string) error {
	key, err := newKey()
	if err != nil {
		return fmt.Errorf("making the service accounts' key: %w", err)
	}
	return writeKey(filepath.Join(dir, "sa.key"), key)
}

func writePair(dir, name string, p pair) error {
	certificates, err := cert.EncodeCertificates(p.certificate)
	if err != nil {
		return fmt.Errorf("encoding the certificate %s: %w", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".crt"), certificates, 0o600); err != nil {
		return fmt.Errorf("writing the certificate %s: %w", name, err)
	}
	return writeKey(filepath.Join(dir, name+".key"), p.key)
}

func writeKey(path string, key crypto.Signer) error {
	encoded, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return fmt.Errorf("encoding the key %s: %w", path, err)
	}
	if err := os.WriteFile(path, encoded, 0o600); err != nil {
		return fmt.Errorf("writing the key %s: %w", path, err)
	}
	return nil
}
