package fw

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func explainSilence(e *kube.UnreachableError) string {
	next := "Check the address, and whether this machine can reach it: a VPN, a proxy, a firewall."
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		dns       *net.DNSError
		op        *net.OpError
		slow      *kube.SlowError
	)
	switch {
	case errors.As(e.Err, &authority):
		next = "Set the certificate of its authority: cluster_ca_certificate, KUBE_CLUSTER_CA_CERT_DATA, or certificate-authority-data in the kubeconfig. If one is set already, it belongs to another authority."
	case errors.As(e.Err, &host):
		next = "Use a host name that its certificate is for, or set tls_server_name to one."
	case errors.As(e.Err, &invalid) && invalid.Reason == x509.Expired:
		next = "Its certificate isn't valid at this time: renew it, or set this machine's clock."
	case errors.As(e.Err, &op) && strings.HasPrefix(op.Op, "proxyconnect"), errors.As(e.Err, &op) && op.Op == "socks connect":
		next = "The proxy doesn't answer. Check proxy_url, KUBE_PROXY_URL, HTTPS_PROXY, or proxy-url in the kubeconfig."
	case errors.As(e.Err, &dns):
		next = "Check the name in the address, and whether this machine can resolve it: a VPN, a proxy."
	case errors.As(e.Err, &slow):
		next = "Check whether it is overloaded, and whether something on the network path drops its answers; or raise request_timeout."
	}
	return fmt.Sprintf("Could not connect to the API server at %s, which is set by %s: %s.\n\n%s", e.Host, e.Source, strings.TrimSuffix(e.Err.Error(), "."), next)
}

// explainStranger words an answer that isn't from a Kubernetes API.
func explainStranger(e *kube.NotKubernetesError) string {
	from := ""
	if e.Source != "" {
		from = ", which is set by " + e.Source + ","
	}
	said := "."
	if e.Says != "" {
		said = fmt.Sprintf(" and says: %s", Sentence(e.Says))
	}
	asked := ""
	if e.Verb != "" {
		asked = fmt.Sprintf(" It was asked to %s %s.", e.Verb, e.Ref)
	}
	return fmt.Sprintf("What answers at %s%s isn't a Kubernetes API.%s It answers with HTTP status %d%s\n\nThe provider doesn't use such an answer. Check the address and its path, and what is on the network path: a load balancer without a back end, a proxy, a login page.", e.Host, from, asked, e.Code, said)
}

// explainRejection words credentials that the server rejects.
func explainRejection(e *kube.AccessError) string {
	if e.Credentials == "" {
		return "The API server at " + e.Host + " requires credentials, and none were sent. Set token or a client certificate, or use a kubeconfig that has them."
	}
	var why string
	if !e.Expired.IsZero() {
		why = fmt.Sprintf(" The token expired at %s.", e.Expired.UTC().Format(time.RFC3339))
	}
	if e.Plugin != nil {
		why += fmt.Sprintf(" The program that prints new ones fails: %s", Sentence(e.Plugin.Error()))
	}
	return fmt.Sprintf("The API server at %s doesn't accept the credentials, which come from %s.%s\n\nRenew them, and check that they are for this API server.", e.Host, e.Credentials, why)
}

// explainNoCredentials words a failure to get credentials.
func explainNoCredentials(e *kube.CredentialsError) string {
	text := fmt.Sprintf("There are no credentials to send. They should come from %s: %s", e.Credentials, Sentence(e.Err.Error()))
	if e.Output != "" {
		text += "\n\nThe program said:\n  " + strings.ReplaceAll(e.Output, "\n", "\n  ")
	}
	return text + "\n\nFix that, or use other credentials."
}

// origin says where credentials without a permission come from, for the end of a sentence.
func origin(err error) string {
	var access *kube.AccessError
	if !errors.As(err, &access) || access.Credentials == "" {
		return ""
	}
	return "; they come from " + access.Credentials
}
