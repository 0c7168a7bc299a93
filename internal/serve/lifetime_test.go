package serve

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

const (
	create = "/tfplugin6.Provider/ApplyResourceChange"
	cancel = "/tfplugin6.Provider/StopProvider"
)

// life is a lifetime whose calls end when they are cancelled.
type life struct {
	*lifetime
	began            time.Time
	cancelled, ended chan struct{}

	end sync.Mutex
	at  time.Duration
}

// endedAt is when it ended, 0 if it still lives.
func (l *life) endedAt() time.Duration {
	l.end.Lock()
	defer l.end.Unlock()
	return l.at
}

func newLife(t *testing.T) *life {
	t.Helper()
	l := &life{began: time.Now(), cancelled: make(chan struct{}), ended: make(chan struct{})}
	l.lifetime = &lifetime{cancel: func() { close(l.cancelled) }}
	l.begin(func() {
		l.end.Lock()
		defer l.end.Unlock()
		select {
		case <-l.ended:
		default:
			l.at = time.Since(l.began)
			close(l.ended)
		}
	})
	return l
}

func (l *life) connect()    { l.HandleConn(context.Background(), &stats.ConnBegin{}) }
func (l *life) disconnect() { l.HandleConn(context.Background(), &stats.ConnEnd{}) }

// call begins a call, and returns the channel for its error.
func (l *life) call(method string) chan error {
	answered := make(chan error, 1)
	go func() {
		_, err := l.unary(context.Background(), nil, &grpc.UnaryServerInfo{FullMethod: method}, func(context.Context, any) (any, error) {
			if method == create {
				<-l.cancelled
			}
			return nil, nil
		})
		answered <- err
	}()
	synctest.Wait()
	return answered
}

// TestLifetime_endsWithoutTerraform holds that the provider ends once Terraform has been gone for
// long enough, and never while Terraform is connected.
func TestLifetime_endsWithoutTerraform(t *testing.T) {
	for name, c := range map[string]struct {
		events func(*life)
		// want is when it ends, 0 for never.
		want time.Duration
	}{
		"nobody ever connects":  {func(*life) {}, patienceAtFirst},
		"Terraform stays":       {func(l *life) { l.connect() }, 0},
		"Terraform goes":        {func(l *life) { l.connect(); time.Sleep(time.Hour); l.disconnect() }, time.Hour + patience},
		"Terraform comes again": {func(l *life) { l.connect(); l.disconnect(); time.Sleep(patience / 2); l.connect() }, 0},
		"one of two goes":       {func(l *life) { l.connect(); l.connect(); l.disconnect() }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLife(t)
				c.events(l)
				time.Sleep(24 * time.Hour)
				if l.endedAt() != c.want {
					t.Errorf("it ended after %s, want %s", l.endedAt(), c.want)
				}
			})
		})
	}
}

// TestLifetime_leavesTheEndToTerraform holds that a SIGTERM doesn't end a provider that Terraform
// has cancelled, in either order.
func TestLifetime_leavesTheEndToTerraform(t *testing.T) {
	for name, events := range map[string]func(*life){
		"SIGTERM first": func(l *life) { l.terminate(); time.Sleep(patienceWithTerraform / 2); l.call(cancel) },
		"cancel first":  func(l *life) { l.call(cancel); l.terminate() },
		"twice":         func(l *life) { l.terminate(); l.call(cancel); l.terminate() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLife(t)
				l.connect()
				answered := l.call(create)
				events(l)
				time.Sleep(time.Hour)
				if l.endedAt() != 0 {
					t.Errorf("it ended after %s", l.endedAt())
				}
				close(l.cancelled)
				if err := <-answered; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestLifetime_endsByItselfIfTerraformDoesNotCancel holds that after its own SIGTERM the provider
// answers running calls, refuses new ones, and ends.
func TestLifetime_endsByItselfIfTerraformDoesNotCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		l.connect()
		answered := l.call(create)
		l.terminate()
		if err := <-l.call("/tfplugin6.Provider/ReadResource"); err != nil {
			t.Errorf("a call is refused at once: %v", err)
		}
		if err := <-answered; err != nil {
			t.Errorf("the call under way is answered by %v", err)
		}
		if took := time.Since(l.began); took != patienceWithTerraform {
			t.Errorf("it was cancelled after %s, want %s", took, patienceWithTerraform)
		}
		if err := <-l.call("/tfplugin6.Provider/ReadResource"); status.Code(err) != codes.Aborted {
			t.Errorf("a new call gets %v", err)
		}
		if err := <-l.call("/plugin.GRPCController/Shutdown"); err != nil {
			t.Errorf("go-plugin's own call gets %v", err)
		}
		<-l.ended
		if want := patienceWithTerraform + sending; l.endedAt() != want {
			t.Errorf("it ended after %s, want %s", l.endedAt(), want)
		}
		time.Sleep(time.Hour)
	})
}

// TestLifetime_waitsForNoCallForEver holds that a call that can't be cancelled doesn't keep the
// provider alive.
func TestLifetime_waitsForNoCallForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		l.cancel = func() {}
		l.connect()
		answered := l.call(create)
		l.terminate()
		<-l.ended
		if want := patienceWithTerraform + patienceWithCalls; l.endedAt() != want {
			t.Errorf("it ended after %s, want %s", l.endedAt(), want)
		}
		close(l.cancelled)
		if err := <-answered; err != nil {
			t.Errorf("the call ended in %v", err)
		}
		time.Sleep(time.Hour)
	})
}
