package serve

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

const (
	// patienceAtFirst is how long the provider waits for Terraform to connect. Terraform gives a
	// plugin the same time to start.
	patienceAtFirst = time.Minute
	// patience is how long it waits for Terraform to connect again.
	patience = 3 * time.Second
	// patienceWithTerraform is how long after a SIGTERM it waits for Terraform to cancel it.
	patienceWithTerraform = 10 * time.Second
	// patienceWithCalls is how long calls may take to end after the provider itself cancelled them.
	patienceWithCalls = 30 * time.Second
	// sending is the time for the last answer to be sent.
	sending = 500 * time.Millisecond
)

// lifetime ends the provider at the right time:
//
//  1. A SIGTERM doesn't end it while Terraform is connected. CI systems, systemd and timeout
//     send it to Terraform and its providers alike. Terraform then cancels the provider, saves
//     what the provider answers, and ends it. SIGINT is ignored as well, by go-plugin.
//  2. If Terraform doesn't cancel it after a SIGTERM, then only the provider was meant. So it
//     cancels its calls itself, answers them, refuses new ones, and ends.
//  3. Without a connection Terraform is gone, killed perhaps, and the provider ends. A
//     connection tells more than the parent process: that may be a script in between, and
//     Windows doesn't say when it is gone. go-plugin keeps a stream open on it, so that it
//     never goes idle.
type lifetime struct {
	// cancel cancels the running calls.
	cancel func()
	// stop ends the process. It may be called more than once.
	stop func()

	mu                 sync.Mutex
	connections, calls int
	// alone ends the provider when there has been no connection for too long.
	alone *time.Timer
	// terminated is set after a SIGTERM, cancelled after Terraform cancelled the provider, and
	// closing after the provider cancelled itself.
	terminated, cancelled, closing bool
}

func (l *lifetime) begin(stop func()) {
	l.stop = stop
	l.alone = time.AfterFunc(patienceAtFirst, l.endIfAlone)
}

// heed terminates at each SIGTERM.
func (l *lifetime) heed() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	for range signals {
		l.terminate()
	}
}

func (l *lifetime) endIfAlone() {
	l.mu.Lock()
	alone := l.connections == 0
	l.mu.Unlock()
	if alone {
		l.stop()
	}
}

// terminate handles a SIGTERM. Further ones change nothing.
func (l *lifetime) terminate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.terminated {
		return
	}
	l.terminated = true
	time.AfterFunc(patienceWithTerraform, l.cancelUnlessTerraformHas)
}

func (l *lifetime) cancelUnlessTerraformHas() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cancelled {
		return
	}
	l.closing = true
	time.AfterFunc(patienceWithCalls, l.stop)
	if l.calls == 0 {
		time.AfterFunc(sending, l.stop)
		return
	}
	go l.cancel()
}

// enter counts a call, or refuses it.
func (l *lifetime) enter(method string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cancelled = l.cancelled || strings.HasSuffix(method, "/StopProvider")
	if l.closing {
		return status.Error(codes.Aborted, "the provider's process received SIGTERM and stops. Run Terraform again; what was done is in the state")
	}
	l.calls++
	return nil
}

func (l *lifetime) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls--
	if l.closing && l.calls == 0 {
		time.AfterFunc(sending, l.stop)
	}
}

// isProviders reports whether a call belongs to the provider, and not to go-plugin.
func isProviders(method string) bool { return strings.HasPrefix(method, "/tfplugin6.Provider/") }

func (l *lifetime) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if !isProviders(info.FullMethod) {
		return handle(ctx, req)
	}
	if err := l.enter(info.FullMethod); err != nil {
		return nil, err
	}
	defer l.leave()
	return handle(ctx, req)
}

func (l *lifetime) stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if !isProviders(info.FullMethod) {
		return handle(service, stream)
	}
	if err := l.enter(info.FullMethod); err != nil {
		return err
	}
	defer l.leave()
	if info.FullMethod != invokeAction {
		return handle(service, stream)
	}
	action := &actionStream{ServerStream: stream}
	if err := handle(service, action); err != nil {
		return err
	}
	return action.end()
}

// HandleConn counts connections.
func (l *lifetime) HandleConn(_ context.Context, event stats.ConnStats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch event.(type) {
	case *stats.ConnBegin:
		l.connections++
		l.alone.Stop()
	case *stats.ConnEnd:
		l.connections--
		if l.connections == 0 {
			l.alone.Reset(patience)
		}
	}
}

// TagConn, TagRPC and HandleRPC complete a stats.Handler.
func (l *lifetime) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// TagRPC see TagConn.
func (l *lifetime) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC see TagConn.
func (l *lifetime) HandleRPC(context.Context, stats.RPCStats) {}
