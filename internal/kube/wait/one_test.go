package wait

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// answered is the error that client-go makes of a response with that code, a Status of
// Kubernetes or any other text.
func answered(code int, isText bool) error {
	return apierrors.NewGenericServerResponse(code, http.MethodGet, corev1.Resource("pods"), "web", "", 0, isText)
}

// scripted is a server whose watches break and end as told, which a real one
// can't be made to do at a given moment.
type scripted struct {
	gets    []any // *corev1.Pod or error, the last stays
	watches []any // []watch.Event or error, the last stays
	got     int
	watched int
}

func (s *scripted) Get(context.Context, string, metav1.GetOptions) (*corev1.Pod, error) {
	s.got++
	switch answer := s.gets[min(s.got, len(s.gets))-1].(type) {
	case *corev1.Pod:
		return answer, nil
	case error:
		return nil, answer
	}
	panic("a script holds Pods and errors")
}

func (s *scripted) Watch(context.Context, metav1.ListOptions) (watch.Interface, error) {
	s.watched++
	switch answer := s.watches[min(s.watched, len(s.watches))-1].(type) {
	case []watch.Event:
		w := watch.NewFakeWithChanSize(len(answer), false)
		for _, e := range answer {
			w.Action(e.Type, e.Object)
		}
		if len(answer) == 0 || answer[len(answer)-1].Type == "" {
			w.Stop()
		}
		return w, nil
	case error:
		return nil, answer
	}
	panic("a script holds events and errors")
}

func podIn(uid types.UID, phase corev1.PodPhase) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", UID: uid}, Status: corev1.PodStatus{Phase: phase}}
}

var errFailed = errors.New("it failed")

func running(p *corev1.Pod) (bool, error) {
	if p.Status.Phase == corev1.PodFailed {
		return false, errFailed
	}
	return p.Status.Phase == corev1.PodRunning, nil
}

func TestUntil(t *testing.T) {
	pending, up := podIn("1", corev1.PodPending), podIn("1", corev1.PodRunning)
	modified := func(p *corev1.Pod) []watch.Event { return []watch.Event{{Type: watch.Modified, Object: p}} }
	forbidden := answered(403, false)
	var (
		gone    *kube.GoneError
		timeout kube.TimeoutError
	)
	isStranger := func(err error) bool {
		return kube.AnswerOf(kube.Ref{Kind: "Pod", Name: "web"}, err) == kube.NotKubernetes
	}
	isGone := func(err error) bool { return errors.As(err, &gone) }
	both := func(a, b *corev1.Pod) []watch.Event { return append(modified(a), modified(b)...) }
	failed := podIn("1", corev1.PodFailed)
	for name, c := range map[string]struct {
		server *scripted
		ok     func(error) bool
		took   time.Duration
	}{
		"there at once":           {&scripted{gets: []any{up}}, nil, 0},
		"seen by the watch":       {&scripted{gets: []any{pending}, watches: []any{modified(up)}}, nil, 0},
		"lost at once":            {&scripted{gets: []any{pending}, watches: []any{both(up, failed)}}, func(err error) bool { return errors.Is(err, errFailed) }, 0},
		"lost, and there again":   {&scripted{gets: []any{pending}, watches: []any{append(both(up, pending), modified(up)...)}}, nil, 0},
		"gone at once":            {&scripted{gets: []any{pending}, watches: []any{append(modified(up), watch.Event{Type: watch.Deleted, Object: up})}}, isGone, 0},
		"after a broken watch":    {&scripted{gets: []any{pending}, watches: []any{[]watch.Event{}, modified(up)}}, nil, resumeInterval},
		"after an expired watch":  {&scripted{gets: []any{pending}, watches: []any{[]watch.Event{{Type: watch.Error, Object: &metav1.Status{}}}, modified(up)}}, nil, resumeInterval},
		"polled":                  {&scripted{gets: []any{pending, pending, up}, watches: []any{forbidden}}, nil, 2 * pollInterval},
		"after a restart":         {&scripted{gets: []any{answered(503, false), up}}, nil, pollInterval},
		"never there":             {&scripted{gets: []any{apierrors.NewNotFound(corev1.Resource("pods"), "web")}}, isGone, 0},
		"a namesake":              {&scripted{gets: []any{podIn("2", corev1.PodRunning)}}, isGone, 0},
		"replaced while watching": {&scripted{gets: []any{pending}, watches: []any{modified(podIn("2", corev1.PodRunning))}}, isGone, 0},
		"deleted while watching":  {&scripted{gets: []any{pending}, watches: []any{[]watch.Event{{Type: watch.Deleted, Object: pending}}}}, isGone, 0},
		"something else's 404":    {&scripted{gets: []any{answered(404, true)}}, isStranger, 0},
		"a 500, once":             {&scripted{gets: []any{answered(500, false), up}}, nil, pollInterval},
		"a silent watch":          {&scripted{gets: []any{pending, up}, watches: []any{[]watch.Event{{Type: watch.Modified, Object: pending}}}}, nil, watchDoubt},
		"heard of too late":       {&scripted{gets: []any{pending, pending, up}, watches: []any{modified(pending)}}, nil, 45 * time.Second},
		"gone when time is up":    {&scripted{gets: []any{pending, pending, apierrors.NewNotFound(corev1.Resource("pods"), "web")}, watches: []any{modified(pending)}}, isGone, 45 * time.Second},
		"out of time":             {&scripted{gets: []any{pending}, watches: []any{modified(pending)}}, func(err error) bool { return errors.As(err, &timeout) }, 45 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := kube.WithTimeout(t.Context(), 45*time.Second)
				defer cancel()
				start := time.Now()
				_, err := Until(ctx, kube.Ref{Kind: "Pod", Name: "web"}, "1", c.server, running)
				if c.ok == nil && err != nil || c.ok != nil && !c.ok(err) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(start); took != c.took {
					t.Errorf("took %s, want %s", took, c.took)
				}
			})
		})
	}
}

func TestUntil_asksAgainWithoutRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{gets: []any{podIn("1", corev1.PodPending)}, watches: []any{[]watch.Event{{Type: watch.Modified, Object: podIn("1", corev1.PodPending)}}}}
		start, hopeless := time.Now(), errors.New("hopeless")
		_, err := Until(t.Context(), kube.Ref{}, "1", server, func(*corev1.Pod) (bool, error) {
			if time.Since(start) >= 10*time.Second {
				return false, hopeless
			}
			return false, nil
		})
		if !errors.Is(err, hopeless) || server.got != 1 || server.watched != 1 {
			t.Errorf("got %v with %d reads and %d watches", err, server.got, server.watched)
		}
	})
}

func TestUntilGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pod := podIn("1", corev1.PodRunning)
		last, err := UntilGone(t.Context(), kube.Ref{}, "1", &scripted{gets: []any{pod}, watches: []any{[]watch.Event{{Type: watch.Deleted, Object: pod}}}})
		if err != nil || last != pod {
			t.Errorf("got %v, %v", last, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := UntilGone(ctx, kube.Ref{}, "1", &scripted{gets: []any{pod}, watches: []any{[]watch.Event{{Type: watch.Modified, Object: pod}}}}); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled wait gave %v", err)
		}
	})
}
