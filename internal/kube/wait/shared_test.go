package wait

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func podAt(name string, version int, phase corev1.PodPhase) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "dev", Name: name, UID: types.UID("uid-" + name), ResourceVersion: strconv.Itoa(version)},
		Status:     corev1.PodStatus{Phase: phase},
	}
}

func isRunning(pod *corev1.Pod) (bool, error) { return pod.Status.Phase == corev1.PodRunning, nil }

func unread(context.Context) (*corev1.Pod, error) {
	return nil, errors.New("the object was read")
}

// waitOn waits on the shared watch until the Pod runs, and tells how that ended.
func waitOn(t *testing.T, s *sharedWatch[*corev1.Pod], known *corev1.Pod, get func(context.Context) (*corev1.Pod, error)) <-chan error {
	t.Helper()
	result := make(chan error, 1)
	go func() {
		_, err := s.await(t.Context(), kube.Ref{Kind: "Pod", Namespace: "dev", Name: known.Name}, known, get, isRunning)
		result <- err
	}()
	synctest.Wait()
	return result
}

func TestStream(t *testing.T) {
	gone := func(err error) bool {
		var is *kube.GoneError
		return errors.As(err, &is)
	}
	fine := func(err error) bool { return err == nil }
	for name, c := range map[string]struct {
		before, after func(*sharedWatch[*corev1.Pod])
		want          func(error) bool
	}{
		"an event after the wait began": {
			after: func(s *sharedWatch[*corev1.Pod]) { s.see(podAt("web", 12, corev1.PodRunning), false) },
			want:  fine,
		},
		"an event that was faster than the answer to the POST": {
			before: func(s *sharedWatch[*corev1.Pod]) { s.see(podAt("web", 12, corev1.PodRunning), false) },
			want:   fine,
		},
		"a deletion that was faster": {
			before: func(s *sharedWatch[*corev1.Pod]) { s.see(podAt("web", 12, corev1.PodPending), true) },
			want:   gone,
		},
		"a deletion": {
			after: func(s *sharedWatch[*corev1.Pod]) { s.see(podAt("web", 12, corev1.PodPending), true) },
			want:  gone,
		},
		"an older event counts for nothing": {
			after: func(s *sharedWatch[*corev1.Pod]) {
				s.see(podAt("web", 8, corev1.PodRunning), false)
				s.see(podAt("web", 13, corev1.PodFailed), true)
			},
			want: gone,
		},
		"forbidden": {
			after: func(s *sharedWatch[*corev1.Pod]) {
				s.notice(apierrors.NewForbidden(corev1.Resource("pods"), "", nil))
			},
			want: func(err error) bool { return errors.Is(err, errUnwatchable) },
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSharedWatch[*corev1.Pod]()
			if c.before != nil {
				c.before(s)
			}
			result := waitOn(t, s, podAt("web", 10, corev1.PodPending), unread)
			if c.after != nil {
				c.after(s)
			}
			if err := <-result; !c.want(err) {
				t.Errorf("%s: got %v", name, err)
			}
			if len(s.subs) != 0 {
				t.Errorf("%s: a wait that is over is still told of events", name)
			}
		})
	}
}

// What the shared watch has seen and forgotten is read, once.
func TestSharedWatch_catchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSharedWatch[*corev1.Pod]()
		s.see(podAt("web", 11, corev1.PodRunning), false)
		for i := range 3 * recentMost {
			s.see(podAt(fmt.Sprintf("other-%d", i), 20+i, corev1.PodPending), false)
		}
		reads := 0
		get := func(context.Context) (*corev1.Pod, error) {
			reads++
			return podAt("web", 11, corev1.PodRunning), nil
		}
		if err := <-waitOn(t, s, podAt("web", 10, corev1.PodPending), get); err != nil || reads != 1 {
			t.Errorf("got %v after %d reads", err, reads)
		}
		if kept := len(s.latest.young) + len(s.latest.old); kept > 2*recentMost {
			t.Errorf("%d objects are kept", kept)
		}
	})
}

// A Pod that is deleted at once is answered with the version of its end, and the watch
// may have begun at that very version.
func TestSharedWatch_beginsWithTheDeletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSharedWatch[*corev1.Pod]()
		s.begin("12")
		gone := func(context.Context) (*corev1.Pod, error) {
			return nil, apierrors.NewNotFound(corev1.Resource("pods"), "web")
		}
		start := time.Now()
		var is *kube.GoneError
		if err := <-waitOn(t, s, podAt("web", 12, corev1.PodPending), gone); !errors.As(err, &is) || time.Since(start) > 0 {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}

// Whatever else a watch may fail to tell is found out all the same.
func TestSharedWatch_looksForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, start, reads := newSharedWatch[*corev1.Pod](), time.Now(), 0
		get := func(context.Context) (*corev1.Pod, error) {
			if reads++; reads == 1 {
				return podAt("web", 11, corev1.PodPending), nil
			}
			return podAt("web", 12, corev1.PodRunning), nil
		}
		if err := <-waitOn(t, s, podAt("web", 10, corev1.PodPending), get); err != nil || time.Since(start) != 2*watchDoubt {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}

// TestStream_takesWhatIsToldMeanwhile holds that what the watch tells while a check is made counts:
// an object that was as wished for a moment, and failed.
func TestSharedWatch_takesWhatIsToldMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, checks := newSharedWatch[*corev1.Pod](), 0
		last, err := s.await(t.Context(), kube.Ref{Kind: "Pod", Namespace: "dev", Name: "web"}, podAt("web", 10, corev1.PodRunning), unread, func(pod *corev1.Pod) (bool, error) {
			if checks++; checks == 1 {
				s.see(podAt("web", 11, corev1.PodFailed), false)
			}
			return running(pod)
		})
		if !errors.Is(err, errFailed) || last.Status.Phase != corev1.PodFailed || checks != 2 {
			t.Errorf("got %v after %d checks", err, checks)
		}
	})
}

func TestSharedWatch_catchesUpWithANamesake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSharedWatch[*corev1.Pod]()
		s.begin("50")
		get := func(context.Context) (*corev1.Pod, error) {
			namesake := podAt("web", 40, corev1.PodRunning)
			namesake.UID = "another"
			return namesake, nil
		}
		var gone *kube.GoneError
		if err := <-waitOn(t, s, podAt("web", 10, corev1.PodPending), get); !errors.As(err, &gone) || gone.ReplacedBy != "another" {
			t.Errorf("got %v", err)
		}
	})
}

// podSource is a namespace with one Pod, whose versions the test tells of.
type podSource struct {
	mu      sync.Mutex
	pod     *corev1.Pod
	version int
	watches []*watch.FakeWatcher
	// expired is the latest version that is forgotten.
	expired int
	reads   int
}

func (s *podSource) source() Source {
	return Source{
		List: func(_ context.Context, opts metav1.ListOptions) (runtime.Object, error) {
			if opts.Limit != 1 {
				return nil, errors.New("the namespace was listed")
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			return &corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: strconv.Itoa(s.version)}}, nil
		},
		Watch: func(_ context.Context, opts metav1.ListOptions) (watch.Interface, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if from, err := strconv.Atoi(opts.ResourceVersion); err != nil || from <= s.expired {
				return nil, apierrors.NewResourceExpired("too old")
			}
			w := watch.NewFakeWithOptions(watch.FakeOptions{ChannelSize: 10})
			s.watches = append(s.watches, w)
			return w, nil
		},
	}
}

func (s *podSource) get(context.Context) (*corev1.Pod, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return s.pod, nil
}

// watch is the one that was begun as that, from 0.
func (s *podSource) watch(number int) *watch.FakeWatcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watches[number]
}

func (s *podSource) readTimes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// A watch that breaks goes on where it was; one that the server has forgotten begins anew,
// and who waits looks once whether something was missed.
func TestSharedWatch_run(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(*podSource)
		reads   int
	}{
		"an event": {func(s *podSource) { s.watch(0).Modify(podAt("web", 12, corev1.PodRunning)) }, 1},
		"a break": {func(s *podSource) {
			s.watch(0).Modify(podAt("web", 11, corev1.PodPending))
			s.watch(0).Stop()
			time.Sleep(5 * time.Second)
			s.watch(1).Modify(podAt("web", 12, corev1.PodRunning))
		}, 1},
		"a version that is forgotten": {func(s *podSource) {
			s.mu.Lock()
			s.pod, s.version, s.expired = podAt("web", 12, corev1.PodRunning), 30, 20
			s.mu.Unlock()
			s.watch(0).Stop()
		}, 2},
		"a version that is forgotten while it is watched": {func(s *podSource) {
			s.mu.Lock()
			s.pod, s.version = podAt("web", 12, corev1.PodRunning), 30
			s.mu.Unlock()
			s.watch(0).Error(&apierrors.NewResourceExpired("too old").ErrStatus)
		}, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			from := &podSource{pod: podAt("web", 10, corev1.PodPending), version: 10}
			s := newSharedWatch[*corev1.Pod]()
			ctx, stop := context.WithCancel(t.Context())
			over := make(chan struct{})
			result := waitOn(t, s, from.pod, from.get)
			go func() {
				defer close(over)
				s.run(ctx, from.source())
			}()
			synctest.Wait()
			c.happens(from)
			if err := <-result; err != nil || from.readTimes() != c.reads {
				t.Errorf("%s: got %v after %d reads, want %d", name, err, from.readTimes(), c.reads)
			}
			stop()
			<-over
		})
	}
}

// The first waits of a namespace have watches of their own; the others share one,
// which ends some time after the last of them.
func TestWatches_join(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse := func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		w := &Watches[*corev1.Pod]{Source: func(string) Source {
			return Source{
				List:  func(ctx context.Context, _ metav1.ListOptions) (runtime.Object, error) { return nil, refuse(ctx) },
				Watch: func(ctx context.Context, _ metav1.ListOptions) (watch.Interface, error) { return nil, refuse(ctx) },
			}
		}}
		var leave []func()
		for i := range watchSingly + 5 {
			of, done := w.join(t.Context(), "dev")
			if single := of == nil; single != (i < watchSingly) {
				t.Errorf("wait %d has a watch of its own: %t", i, single)
			}
			leave = append(leave, done)
		}
		for _, done := range leave {
			done()
		}
		watches := func() int {
			w.mu.Lock()
			defer w.mu.Unlock()
			return len(w.shared)
		}
		if watches() != 1 {
			t.Error("the shared watch didn't linger")
		}
		time.Sleep(watchLinger + time.Second)
		synctest.Wait()
		if watches() != 0 {
			t.Error("the shared watch is left over")
		}
	})
}
