// Package pki makes the certificates and kubeconfigs of a control plane, as kubeadm lays them out.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"

	"k8s.io/client-go/util/cert"
)

// validity of every certificate: a development cluster isn't there to exercise rotation.
const validity = 10 * 365 * 24 * time.Hour

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// pair is a certificate with its key.
type pair struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

func newKey() (crypto.Signer, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func newAuthority(commonName string) (authority, error) {
	key, err := newKey()
	if err != nil {
		return authority{}, fmt.Errorf("making the key of %s: %w", commonName, err)
	}
	certificate, err := cert.NewSelfSignedCACert(cert.Config{CommonName: commonName}, key)
	if err != nil {
		return authority{}, fmt.Errorf("making the certificate of %s: %w", commonName, err)
	}
	return authority{certificate: certificate, key: key}, nil
}

// request describes a certificate: who it names, and where, if anywhere, it may serve.
type request struct {
	commonName    string
	organizations []string
	dnsNames      []string
	ips           []net.IP
	usages        []x509.ExtKeyUsage
}

func (a authority) sign(r request) (pair, error) {
	key, err := newKey()
	if err != nil {
		return pair{}, fmt.Errorf("making the key of %s: %w", r.commonName, err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return pair{}, fmt.Errorf("making the serial number of %s: %w", r.commonName, err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: r.commonName, Organization: r.organizations},
		DNSNames:     r.dnsNames,
		IPAddresses:  r.ips,
		// An hour back, for clocks that disagree.
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(validity),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           r.usages,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return pair{}, fmt.Errorf("signing the certificate of %s: %w", r.commonName, err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return pair{}, fmt.Errorf("reading back the certificate of %s: %w", r.commonName, err)
	}
	return pair{certificate: certificate, key: key}, nil
}
