package connect

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
)

// checkTLS checks what says whether the server is the right one.
func (c Config) checkTLS() error {
	switch {
	case c.Insecure && (c.CACertificate != "" || c.CACertificateFile != ""):
		return unusable("insecure", "the argument insecure turns off the check of the server's certificate, and cluster_ca_certificate turns it on: set only one of them")
	case c.CACertificate != "" && !hasCertificate(c.CACertificate):
		return unusable("cluster_ca_certificate", "the CA certificate can't be parsed: %s", notPEM(c.CACertificate, "-----BEGIN CERTIFICATE-----"))
	}
	if c.CACertificateFile == "" {
		return nil
	}
	content, err := os.ReadFile(c.CACertificateFile)
	if err != nil {
		return unusable("in_cluster", "the CA certificate in %s can't be read: %w", c.CACertificateFile, withoutPath(err))
	}
	if !hasCertificate(string(content)) {
		return unusable("in_cluster", "the CA certificate in %s can't be parsed", c.CACertificateFile)
	}
	return nil
}

// checkCredentials checks what says who asks.
func (c Config) checkCredentials() error {
	switch {
	case c.ClientCertificate != "" && c.ClientKey == "":
		return unusable("client_certificate", "the arguments client_certificate and client_key belong together, and only client_certificate is set")
	case c.ClientCertificate == "" && c.ClientKey != "":
		return unusable("client_key", "the arguments client_certificate and client_key belong together, and only client_key is set")
	case c.Username != "" && c.Password == "":
		return unusable("username", "the arguments username and password belong together, and only username is set")
	case c.Username == "" && c.Password != "":
		return unusable("password", "the arguments username and password belong together, and only password is set")
	case strings.ContainsAny(strings.TrimSpace(c.Token), " \t\r\n"):
		return unusable("token", "the token has spaces or line breaks in it, so it isn't valid")
	}
	if c.ClientCertificate != "" {
		if err := checkKeyPair(c.ClientCertificate, c.ClientKey); err != nil {
			return err
		}
	}
	if c.TokenFile != "" {
		if err := checkTokenFile(c.TokenFile); err != nil {
			return err
		}
	}
	if c.Exec != nil {
		if _, err := exec.LookPath(c.Exec.Command); err != nil {
			return unusable("exec.command", "the program %q, which prints the credentials, can't be run here: %w", c.Exec.Command, errors.Unwrap(err))
		}
	}
	return nil
}

func checkKeyPair(certificate, key string) error {
	if !hasCertificate(certificate) {
		return unusable("client_certificate", "the client certificate can't be parsed: %s", notPEM(certificate, "-----BEGIN CERTIFICATE-----"))
	}
	if !strings.Contains(key, "PRIVATE KEY-----") {
		return unusable("client_key", "the client key can't be parsed: %s", notPEM(key, "-----BEGIN PRIVATE KEY-----"))
	}
	if _, err := tls.X509KeyPair([]byte(certificate), []byte(key)); err != nil {
		return unusable("client_key", "the client certificate and its key can't be used: %w", err)
	}
	return nil
}

func hasCertificate(pem string) bool { return x509.NewCertPool().AppendCertsFromPEM([]byte(pem)) }

// notPEM says what is wrong with a text that ought to begin so. The usual mistake is
// to take it out of a kubeconfig, where it is in base64.
func notPEM(text, begin string) string {
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err == nil && strings.Contains(string(decoded), "-----BEGIN ") {
		return "it is in base64, as in a kubeconfig; pass it through base64decode()"
	}
	return "it must be PEM text, which begins with " + begin
}

// withoutPath cuts the path off an error about a file, where the message has it
// already.
func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
