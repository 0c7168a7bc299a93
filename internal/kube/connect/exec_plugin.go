package connect

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/pkg/apis/clientauthentication"
	"k8s.io/client-go/pkg/apis/clientauthentication/install"
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/transport"
	"k8s.io/client-go/util/connrotation"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// execMemory is how long a failure of the program is remembered, and how long credentials
// that it has just renewed aren't renewed again.
const execMemory = 30 * time.Second

// execPlugin has the credentials that a program prints, as exec in a kubeconfig names one.
//
// It stands in for client-go's own, which runs the program again for each request as long as
// it fails, for each request that is answered 401, and keeps what the program says of a
// failure to itself.
type execPlugin struct {
	config *clientcmdapi.ExecConfig
	// codecs read and write the version of the API that the program speaks.
	codecs  serializer.CodecFactory
	version schema.GroupVersion
	// cluster is what the program is told of the API server, nil where it isn't to be.
	cluster *clientauthentication.Cluster
	// connections are closed when a client certificate is replaced.
	connections *connrotation.ConnectionTracker
	// patience is how long the program may run: nobody is there to answer a prompt.
	patience time.Duration
	// turn is taken by whoever runs the program. Others wait, and share what came of it.
	turn chan struct{}

	mu       sync.Mutex
	has      *execCredentials
	failed   error
	failedAt time.Time
}

// execPatience is longer than logins by the network take.
const execPatience = 2 * time.Minute

// execCredentials are what one run of the program printed.
type execCredentials struct {
	token       string
	certificate *tls.Certificate
	expires     time.Time
	obtained    time.Time
	// renewed is set where the API server hadn't accepted those before.
	renewed bool
}

// expired reports whether there ought to be newer ones. Those that had expired before they
// were printed, by this machine's clock, are used for a while.
func (c *execCredentials) expired(now time.Time) bool {
	if c.expires.IsZero() || now.Before(c.expires) {
		return false
	}
	return c.obtained.Before(c.expires) || now.Sub(c.obtained) > execMemory
}

// newExecPlugin takes the program out of the configuration of a client. It returns nil where
// there is none, or where other credentials are used before it, as client-go has it.
func newExecPlugin(cfg *rest.Config) (*execPlugin, error) {
	config := cfg.ExecProvider
	if config == nil || cfg.BearerToken != "" || cfg.BearerTokenFile != "" || cfg.Username != "" || len(cfg.CertData) > 0 || cfg.CertFile != "" {
		return nil, nil
	}
	version, err := schema.ParseGroupVersion(config.APIVersion)
	scheme := runtime.NewScheme()
	install.Install(scheme)
	if err != nil || !scheme.IsVersionRegistered(version) {
		return nil, fmt.Errorf("the program %q is configured to print credentials in version %q, which isn't supported", config.Command, config.APIVersion)
	}
	if config.InteractiveMode == clientcmdapi.AlwaysExecInteractiveMode {
		return nil, fmt.Errorf("the program %q asks questions on a terminal (interactiveMode: Always), and Terraform doesn't give it one", config.Command)
	}
	p := &execPlugin{
		config: config, version: version, codecs: serializer.NewCodecFactory(scheme),
		connections: connrotation.NewConnectionTracker(), turn: make(chan struct{}, 1),
		patience: execPatience,
	}
	if config.ProvideClusterInfo {
		if p.cluster, err = rest.ConfigToExecCluster(cfg); err != nil {
			return nil, err
		}
	}
	cfg.ExecProvider = nil
	return p, nil
}

// transport adds to a transport that it shows the program's client certificate, if it prints
// one. Without a program it changes nothing.
func (p *execPlugin) transport(cfg *transport.Config) {
	if p == nil {
		return
	}
	cfg.TLS.GetCertHolder = &transport.GetCertHolder{GetCert: p.certificate}
	dial := (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	if cfg.DialHolder != nil {
		dial = cfg.DialHolder.Dial
	}
	cfg.DialHolder = &transport.DialHolder{Dial: connrotation.NewDialerWithTracker(dial, p.connections).DialContext}
}

func (p *execPlugin) certificate() (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.has == nil {
		return nil, nil
	}
	return p.has.certificate, nil
}

// current returns the program's credentials, nil where there is no program. It runs the
// program where there are none yet, or where they have expired.
func (p *execPlugin) current(ctx context.Context) (*execCredentials, error) {
	if p == nil {
		return nil, nil
	}
	return p.credentials(ctx, func(has *execCredentials) bool { return has == nil || has.expired(time.Now()) }, false)
}

// renewed returns other credentials than those that the API server didn't accept. It returns
// the same where they were renewed a moment ago: another run would print them again.
func (p *execPlugin) renewed(ctx context.Context, refused *execCredentials) (*execCredentials, error) {
	return p.credentials(ctx, func(has *execCredentials) bool {
		return has == refused && (!has.renewed || time.Since(has.obtained) > execMemory)
	}, true)
}

// credentials runs the program where the present credentials won't do, unless it has failed
// a moment ago. A run that the caller's own end has broken off isn't remembered.
func (p *execPlugin) credentials(ctx context.Context, wanting func(has *execCredentials) bool, renew bool) (*execCredentials, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	has, failed, failedAt := p.has, p.failed, p.failedAt
	p.mu.Unlock()
	switch {
	case !wanting(has):
		return has, nil
	case failed != nil && time.Since(failedAt) < execMemory:
		return nil, failed
	}
	made, err := p.run(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed, p.failedAt = err, time.Now(); err != nil {
		return nil, err
	}
	made.renewed, p.has = renew, made
	if has != nil && !sameCertificate(has.certificate, made.certificate) {
		p.connections.CloseAll()
	}
	return made, nil
}

func sameCertificate(a, b *tls.Certificate) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Leaf.Equal(b.Leaf)
}

// execError is a run of the program that gave no credentials.
type execError struct {
	err error
	// said is the end of what it printed to standard error.
	said string
}

func (e *execError) Error() string { return e.err.Error() }

func (e *execError) Unwrap() error { return e.err }

// run runs the program once. What it prints to standard output may be a credential, and is in
// no error.
func (p *execPlugin) run(ctx context.Context) (*execCredentials, error) {
	info, err := runtime.Encode(p.codecs.LegacyCodec(p.version), &clientauthentication.ExecCredential{Spec: clientauthentication.ExecCredentialSpec{Cluster: p.cluster}})
	if err != nil {
		return nil, fmt.Errorf("tell the program %q for which API server it is: %w", p.config.Command, err)
	}
	var printed bytes.Buffer
	said := &tail{most: 8 << 10}
	ctx, cancel := kube.WithTimeout(ctx, p.patience)
	defer cancel()
	command := exec.CommandContext(ctx, p.config.Command, p.config.Args...)
	command.Stdout, command.Stderr, command.WaitDelay = &printed, said, time.Second
	command.Env = os.Environ()
	for _, env := range p.config.Env {
		command.Env = append(command.Env, env.Name+"="+env.Value)
	}
	command.Env = append(command.Env, "KUBERNETES_EXEC_INFO="+string(info))
	if err := command.Run(); err != nil {
		if kube.IsTimeout(context.Cause(ctx)) {
			return nil, &execError{err: fmt.Errorf("the program %q hasn't ended after %s", p.config.Command, p.patience), said: lastWords(said.String(), p.config.Env)}
		}
		return nil, p.failure(err, said.String())
	}
	credentials, err := p.read(printed.Bytes())
	if err != nil {
		return nil, &execError{err: fmt.Errorf("the program %q %w", p.config.Command, err), said: lastWords(said.String(), p.config.Env)}
	}
	return credentials, nil
}

func (p *execPlugin) failure(err error, said string) error {
	failed := &execError{said: lastWords(said, p.config.Env)}
	var exit *exec.ExitError
	var missing *exec.Error
	switch {
	case errors.As(err, &exit) && exit.Exited():
		failed.err = fmt.Errorf("the program %q failed with exit code %d", p.config.Command, exit.ExitCode())
	case errors.As(err, &missing):
		failed.err = fmt.Errorf("the program %q can't be run: %w", p.config.Command, missing.Err)
		failed.said = lastWords(p.config.InstallHint, p.config.Env)
	default:
		failed.err = fmt.Errorf("the program %q failed: %w", p.config.Command, withoutPath(err))
	}
	return failed
}

// read reads what the program printed.
func (p *execPlugin) read(printed []byte) (*execCredentials, error) {
	var credential clientauthentication.ExecCredential
	_, kind, err := p.codecs.UniversalDecoder(p.version).Decode(printed, nil, &credential)
	status := credential.Status
	switch {
	// A decoder's error quotes what it stumbled over.
	case err != nil:
		return nil, fmt.Errorf("printed something other than an ExecCredential of %s", p.version)
	case kind.GroupVersion() != p.version:
		return nil, fmt.Errorf("printed an ExecCredential of %s, and %s is configured", kind.GroupVersion(), p.version)
	case status == nil || status.Token == "" && status.ClientCertificateData == "" && status.ClientKeyData == "":
		return nil, errors.New("printed an ExecCredential without a token or a client certificate")
	case (status.ClientCertificateData == "") != (status.ClientKeyData == ""):
		return nil, errors.New("printed a client certificate without its key, or a key alone")
	}
	credentials := &execCredentials{token: status.Token, obtained: time.Now()}
	if status.ExpirationTimestamp != nil {
		credentials.expires = status.ExpirationTimestamp.Time
	}
	if status.ClientCertificateData == "" {
		return credentials, nil
	}
	pair, err := tls.X509KeyPair([]byte(status.ClientCertificateData), []byte(status.ClientKeyData))
	if err != nil {
		return nil, errors.New("printed a client certificate and a key that can't be used")
	}
	if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
		return nil, errors.New("printed a client certificate that can't be read")
	}
	credentials.certificate = &pair
	return credentials, nil
}
