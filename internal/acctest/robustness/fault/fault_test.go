package fault_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/fault"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// TestAll_carriesOutWhatItSays holds, for each fault on a write, whether the API server has
// carried it out, what the client is answered, and which signal is sent.
func TestAll_carriesOutWhatItSays(t *testing.T) {
	type outcome struct {
		carried bool
		// status is 0 where no whole answer comes.
		status int
		signal syscall.Signal
		core   bool
	}
	wants := map[string]outcome{
		"lost": {carried: true}, "dropped": {}, "cut": {carried: true},
		"404": {status: 404}, "404-on": {status: 404}, "200-foreign": {status: 200}, "403": {status: 403}, "429": {status: 429}, "500": {status: 500}, "503": {status: 503},
		"409-moved": {status: 409}, "409-uid": {status: 409}, "409-applied": {status: 409}, "409-quota": {status: 409}, "409-webhook": {status: 409},
		"410": {status: 410}, "watch-error": {status: 200}, "watch-ends": {status: 200},
		"sigint": {carried: true, status: 201, signal: syscall.SIGINT}, "sigterm": {carried: true, status: 201, signal: syscall.SIGTERM},
		"sigkill": {carried: true, signal: syscall.SIGKILL}, "sigkill-core": {carried: true, core: true},
	}
	names := map[string]bool{}
	for _, f := range fault.All() {
		if names[f.Name] {
			t.Errorf("two faults are called %s", f.Name)
		}
		names[f.Name] = true
		if f.Slow {
			continue
		}
		want, known := wants[f.Name]
		if !known {
			t.Errorf("nothing is known of %s", f.Name)
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			var mu sync.Mutex
			var got outcome
			note := func(what func(*outcome)) {
				mu.Lock()
				defer mu.Unlock()
				what(&got)
			}
			var carried atomic.Bool
			api := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				carried.Store(true)
				w.WriteHeader(http.StatusCreated)
				_, _ = w.Write([]byte(`{"kind":"Pod"}`))
			})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				f.Act(fault.Hit{
					Request: witness.Request{Verb: "patch", Resource: "pods", Name: "web"}, W: w, R: r, Server: api,
					Signal:   func(s syscall.Signal) { note(func(o *outcome) { o.signal = s }) },
					KillCore: func() { note(func(o *outcome) { o.core = true }) },
				})
			}))
			defer server.Close()
			client := http.Client{Timeout: 10 * time.Second}
			if resp, err := client.Post(server.URL, "application/json", nil); err == nil {
				code := resp.StatusCode
				if f.Name == "cut" {
					code = 0
					if _, err := resp.Body.Read(make([]byte, 100)); err != nil {
						t.Log(err)
					}
				}
				_ = resp.Body.Close()
				note(func(o *outcome) { o.status = code })
			}
			note(func(o *outcome) {
				if o.carried = carried.Load(); *o != want {
					t.Errorf("%+v, want %+v", *o, want)
				}
			})
		})
	}
}
