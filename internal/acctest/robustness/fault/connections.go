package fault

import (
	"context"
	"net/http"
	"net/http/httptest"
	"time"
)

// silence is how long a silent server is silent.
const silence = 20 * time.Second

// connections are faults of what lies between the provider and the API server.
func connections() []Fault {
	return []Fault{
		{Name: "lost", About: "the answer is lost, after the API server has carried out what was asked", Applies: writes, Ridden: always, Act: lose},
		{Name: "dropped", About: "the connection breaks before the API server sees the request", Applies: always, Ridden: always, Act: drop},
		{Name: "cut", About: "the answer ends in the middle of its body", Applies: answered, Ridden: always, Act: cut},
		{Name: "silence", About: "20 s of silence, then the answer", Applies: answered, Ridden: always, Act: wait, Slow: true},
	}
}

func lose(h Hit) {
	commit(h)
	drop(h)
}

// commit has the API server carry the request out, whatever becomes of the client.
func commit(h Hit) {
	h.Server.ServeHTTP(httptest.NewRecorder(), h.R.WithContext(context.WithoutCancel(h.R.Context())))
}

func drop(Hit) { panic(http.ErrAbortHandler) }

func cut(h Hit) {
	whole := httptest.NewRecorder()
	h.Server.ServeHTTP(whole, h.R)
	for key, values := range whole.Header() {
		h.W.Header()[key] = values
	}
	h.W.Header().Del("Content-Length")
	h.W.WriteHeader(whole.Code)
	body := whole.Body.Bytes()
	_, _ = h.W.Write(body[:len(body)/2])
	_ = http.NewResponseController(h.W).Flush()
	panic(http.ErrAbortHandler)
}

func wait(h Hit) {
	select {
	case <-h.R.Context().Done():
	case <-time.After(silence):
		h.Server.ServeHTTP(h.W, h.R)
	}
}
