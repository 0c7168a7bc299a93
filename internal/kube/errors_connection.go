package kube

import (
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/net/http2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// AccessError is a request whose credentials the API server didn't accept, or that
// they don't permit. As an API error it is what the server said.
type AccessError struct {
	Host string
	// Credentials is where they came from; empty where none were sent.
	Credentials string
	// Expired is when a token of its own accord ceased to hold.
	Expired time.Time
	// Plugin is why a program that prints credentials didn't print new ones.
	Plugin error
	Err    *apierrors.StatusError
}

func (e *AccessError) Error() string { return e.Err.Error() }

func (e *AccessError) Unwrap() error { return e.Err }

// CredentialsError is a request that wasn't sent, for its credentials couldn't be
// had.
type CredentialsError struct {
	Credentials string
	// Output is what a program that is to print credentials said of its failure.
	Output string
	Err    error
}

func (e *CredentialsError) Error() string { return e.Err.Error() }

func (e *CredentialsError) Unwrap() error { return e.Err }

// UnreachableError is a request that wasn't answered. It has no Unwrap, since client-go repeats
// a read by itself where it sees a broken connection, which multiplies the patience.
type UnreachableError struct {
	Host string
	// Source says where the connection's settings came from.
	Source string
	// Sent is set where the request may have been carried out.
	Sent bool
	Err  error
}

func (e *UnreachableError) Error() string { return "no answer from " + e.Host }

// SlowError is a request that wasn't answered in the time that the configuration
// allows one.
type SlowError struct{ After time.Duration }

func (e *SlowError) Error() string {
	return fmt.Sprintf("no answer within %s (request_timeout)", e.After)
}

// NotKubernetesError is an answer that no Kubernetes API gives: that of a load balancer
// without a back end, of a proxy, of a login page, or of a wrong path.
type NotKubernetesError struct {
	Host string
	// Source says where the connection's settings came from.
	Source string
	// Verb and Ref are what was asked for, empty where it was no object.
	Verb string
	Ref  Ref
	// Code is the HTTP status, Says the beginning of the answer's text, in one line.
	Code int
	Says string
}

func (e *NotKubernetesError) Error() string {
	said := ""
	if e.Says != "" {
		said = fmt.Sprintf(", and says %q", e.Says)
	}
	return fmt.Sprintf("%s answers with HTTP status %d%s", e.Host, e.Code, said)
}

// CutOffError is an answer of which only the beginning came.
type CutOffError struct{ Err error }

func (e *CutOffError) Error() string { return "the answer was cut off: " + e.Err.Error() }

func (e *CutOffError) Unwrap() error { return e.Err }

func NeverSent(err error) bool {
	var op *net.OpError
	return utilnet.IsConnectionRefused(err) || errors.As(err, &op) && op.Op == "dial" && !isLookup(err)
}

// isLookup tells a name that doesn't resolve, which no waiting mends.
func isLookup(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

// ConnectionLost tells errors after which nobody knows whether the request was
// carried out.
func ConnectionLost(err error) bool {
	var stream http2.StreamError
	var slow *SlowError
	var cut *CutOffError
	return errors.As(err, &stream) || errors.As(err, &slow) || errors.As(err, &cut) ||
		utilnet.IsConnectionReset(err) || utilnet.IsHTTP2ConnectionLost(err) ||
		utilnet.IsProbableEOF(err) || errors.Is(err, io.ErrUnexpectedEOF)
}
