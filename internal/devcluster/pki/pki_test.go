package pki

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/cert"
)

func ensure(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pki")
	if err := Ensure(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestEnsure_certificates(t *testing.T) {
	dir := ensure(t)
	for name, tc := range map[string]struct {
		authority     string
		commonName    string
		organizations []string
		usage         x509.ExtKeyUsage
		serves        string
	}{
		"admin":                     {"ca", "kubernetes-admin", []string{"system:masters"}, x509.ExtKeyUsageClientAuth, ""},
		"kube-controller-manager":   {"ca", "system:kube-controller-manager", nil, x509.ExtKeyUsageClientAuth, ""},
		"kube-scheduler":            {"ca", "system:kube-scheduler", nil, x509.ExtKeyUsageClientAuth, ""},
		"kwok":                      {"ca", KWOKUser, nil, x509.ExtKeyUsageClientAuth, ""},
		"apiserver":                 {"ca", "kube-apiserver", nil, x509.ExtKeyUsageServerAuth, "kubernetes.default.svc"},
		"apiserver-kubelet-client":  {"ca", "kube-apiserver-kubelet-client", nil, x509.ExtKeyUsageClientAuth, ""},
		"apiserver-etcd-client":     {"etcd-ca", "kube-apiserver-etcd-client", nil, x509.ExtKeyUsageClientAuth, ""},
		"etcd":                      {"etcd-ca", "etcd", nil, x509.ExtKeyUsageServerAuth, "127.0.0.1"},
		"front-proxy-client":        {"front-proxy-ca", "front-proxy-client", nil, x509.ExtKeyUsageClientAuth, ""},
		"controller-manager-server": {"ca", "kube-controller-manager", nil, x509.ExtKeyUsageServerAuth, "127.0.0.1"},
		"scheduler-server":          {"ca", "kube-scheduler", nil, x509.ExtKeyUsageServerAuth, "127.0.0.1"},
		"kubelet-server":            {"ca", "kwok", nil, x509.ExtKeyUsageServerAuth, "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			pair, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
			if err != nil {
				t.Fatal(err)
			}
			roots, err := cert.NewPool(filepath.Join(dir, tc.authority+".crt"))
			if err != nil {
				t.Fatal(err)
			}
			options := x509.VerifyOptions{Roots: roots, DNSName: tc.serves, KeyUsages: []x509.ExtKeyUsage{tc.usage}}
			if _, err := pair.Leaf.Verify(options); err != nil {
				t.Error(err)
			}
			if got := pair.Leaf.Subject; got.CommonName != tc.commonName || !slices.Equal(got.Organization, tc.organizations) {
				t.Errorf("it names %s of %q", got.CommonName, got.Organization)
			}
		})
	}
}

func TestEnsure_keepsWhatIsThere(t *testing.T) {
	dir := ensure(t)
	path := filepath.Join(dir, "ca.crt")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Ensure(dir); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the authority was made anew (%v)", err)
	}
}

func TestEnsure_keysArePrivate(t *testing.T) {
	dir := ensure(t)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the mode of %s is %v (%v)", entry.Name(), info.Mode(), err)
		}
	}
}

func TestWriteKubeconfig(t *testing.T) {
	dir := ensure(t)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := WriteKubeconfig(dir, Admin, "https://127.0.0.1:6443", path); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	context := config.Contexts[config.CurrentContext]
	if config.CurrentContext != "mar-dev" || config.Clusters[context.Cluster].Server != "https://127.0.0.1:6443" {
		t.Errorf("the kubeconfig is %+v", config)
	}
	user := config.AuthInfos[context.AuthInfo]
	if _, err := tls.X509KeyPair(user.ClientCertificateData, user.ClientKeyData); err != nil {
		t.Error(err)
	}
	if err := WriteKubeconfig(dir, "nobody", "https://127.0.0.1:6443", path); err == nil {
		t.Error("a user without a certificate is no error")
	}
}
