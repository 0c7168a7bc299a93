package cache

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// podServer answers as an API server with those Pods, and counts what it is asked.
type podServer struct {
	mu    sync.Mutex
	names []string
	// version is put into each answer, so that it shows of when it is.
	version     int
	gets, lists int
	listErr     error
	listTakes   time.Duration
}

func (s *podServer) pod(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: strconv.Itoa(s.version)}}
}

func (s *podServer) get(_ context.Context, _, name string) (*corev1.Pod, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets++
	for _, known := range s.names {
		if known == name {
			return s.pod(name), nil
		}
	}
	return nil, apierrors.NewNotFound(corev1.Resource("pods"), name)
}

func (s *podServer) list(ctx context.Context, _ string) ([]*corev1.Pod, error) {
	s.mu.Lock()
	s.lists++
	err, takes := s.listErr, s.listTakes
	var all []*corev1.Pod
	for _, name := range s.names {
		all = append(all, s.pod(name))
	}
	s.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(takes):
		return all, err
	}
}

func (s *podServer) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func listsOf(s *podServer, sure bool) (*Lists[*corev1.Pod], *WriteCounter) {
	w := &WriteCounter{}
	return &Lists[*corev1.Pod]{List: s.list, Get: s.get, Sure: sure, Writes: w}, w
}

func names(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("web-%d", i))
	}
	return all
}

// findAll reads all of the names at once.
func findAll(t *testing.T, r *Lists[*corev1.Pod], all []string) {
	t.Helper()
	var group sync.WaitGroup
	for _, name := range all {
		group.Go(func() {
			pod, err := r.Find(t.Context(), "dev", name)
			if err != nil || pod.Name != name {
				t.Errorf("%s: got %v, %v", name, pod, err)
			}
		})
	}
	group.Wait()
}

func TestLists_readsManyByOneList(t *testing.T) {
	s := &podServer{names: names(1000)}
	r, _ := listsOf(s, true)
	findAll(t, r, s.names)
	if s.lists != 1 || s.gets != readSingly {
		t.Errorf("%d lists and %d reads, want 1 and %d", s.lists, s.gets, readSingly)
	}
}

func TestLists_readsFewByThemselves(t *testing.T) {
	s := &podServer{names: names(readSingly)}
	r, _ := listsOf(s, true)
	findAll(t, r, s.names)
	if s.lists != 0 {
		t.Error("a few reads made a list")
	}
}

// A write followed by a read sees the write.
func TestLists_isNeverOlderThanAWrite(t *testing.T) {
	s := &podServer{names: names(20), version: 1}
	r, w := listsOf(s, true)
	findAll(t, r, s.names[:10])
	s.set(func() { s.version = 2 })
	w.note("dev", 1)
	w.note("dev", -1)
	for _, name := range s.names[10:] {
		if pod, err := r.Find(t.Context(), "dev", name); err != nil || pod.ResourceVersion != "2" {
			t.Fatalf("got version %s, %v, of before the write", pod.ResourceVersion, err)
		}
	}
	if s.lists != 2 {
		t.Errorf("%d lists, want one before the write and one after", s.lists)
	}
}

// Neither a list that a write overtakes nor one that is asked for meanwhile is used.
func TestLists_writesDuringAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &podServer{names: names(20), version: 1, listTakes: time.Second}
		r, w := listsOf(s, true)
		findAll(t, r, s.names[:readSingly])
		got := make(chan string)
		go func() {
			pod, _ := r.Find(t.Context(), "dev", "web-10")
			got <- pod.ResourceVersion
		}()
		synctest.Wait()
		s.set(func() { s.version = 2 })
		w.note("dev", 1)
		if version := <-got; version != "2" {
			t.Errorf("got version %s from a list of before the write", version)
		}
		lists := s.lists
		for i := range 10 {
			if _, err := r.Find(t.Context(), "dev", fmt.Sprintf("web-%d", i)); err != nil {
				t.Fatal(err)
			}
		}
		if s.lists != lists {
			t.Error("listed while a write was under way")
		}
	})
}

func TestLists_otherNamespacesWritesDontCount(t *testing.T) {
	s := &podServer{names: names(20)}
	r, w := listsOf(s, true)
	findAll(t, r, s.names[:10])
	w.note("prod", 1)
	findAll(t, r, s.names[10:])
	if s.lists != 1 {
		t.Errorf("%d lists, want 1", s.lists)
	}
}

func TestLists_ages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &podServer{names: names(20)}
		r, _ := listsOf(s, true)
		findAll(t, r, s.names[:10])
		time.Sleep(maxAge + time.Second)
		findAll(t, r, s.names[10:])
		if s.lists != 2 {
			t.Errorf("%d lists, want 2", s.lists)
		}
	})
}

// One caller's cancel fails no other.
func TestLists_cancelledReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &podServer{names: names(20), listTakes: time.Second}
		r, _ := listsOf(s, true)
		findAll(t, r, s.names[:readSingly])
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error)
		go func() {
			_, err := r.Find(ctx, "dev", "web-10")
			first <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled one got %v", err)
		}
		findAll(t, r, s.names[11:])
		if s.lists != 1 {
			t.Errorf("%d lists, want the first's", s.lists)
		}
	})
}

func TestLists_withoutAList(t *testing.T) {
	for name, err := range map[string]error{
		"forbidden": apierrors.NewForbidden(corev1.Resource("pods"), "", nil),
		"broken":    errors.New("a broken server"),
	} {
		s := &podServer{names: names(20), listErr: err}
		r, w := listsOf(s, true)
		findAll(t, r, s.names)
		if s.lists != 1 || s.gets != 20 {
			t.Errorf("%s: %d lists and %d reads, want 1 and 20", name, s.lists, s.gets)
		}
		w.note("dev", 1)
		w.note("dev", -1)
		findAll(t, r, s.names)
		if again := s.lists - 1; (name == "forbidden") != (again == 0) {
			t.Errorf("%s: listed %d times more after a write", name, again)
		}
	}
}

func TestLists_missing(t *testing.T) {
	for _, sure := range []bool{true, false} {
		s := &podServer{names: names(10)}
		r, _ := listsOf(s, sure)
		findAll(t, r, s.names)
		before := s.gets
		s.set(func() { s.names = append(s.names, "late") })
		pod, err := r.Find(t.Context(), "dev", "late")
		if found := err == nil && pod.Name == "late"; found != sure || s.gets-before != map[bool]int{true: 1}[sure] {
			t.Errorf("sure %t: got %v, %v", sure, pod, err)
		}
		if !sure && !kube.IsGone(err) {
			t.Errorf("got %v", err)
		}
		// What the list has given is asked for anew.
		findAll(t, r, s.names[:10])
		before = s.gets
		findAll(t, r, s.names[:1])
		if s.gets != before+1 {
			t.Error("one object was given twice")
		}
	}
}

// Who wants all objects shares a list that is under way, and asks for another when some
// of a list's objects may be old.
func TestLists_all(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &podServer{names: names(20), version: 1, listTakes: time.Second}
		r, w := listsOf(s, true)
		var together sync.WaitGroup
		for range 3 {
			together.Go(func() {
				all, err := r.All(t.Context(), "dev")
				if err != nil || len(all) != len(s.names) {
					t.Errorf("got %d objects, %v", len(all), err)
				}
			})
		}
		synctest.Wait()
		findAll(t, r, s.names)
		together.Wait()
		if s.lists != 1 || s.gets != 0 {
			t.Errorf("%d lists and %d reads, want one list for all", s.lists, s.gets)
		}
		s.set(func() { s.version = 2 })
		if all, err := r.All(t.Context(), "dev"); err != nil || all[0].ResourceVersion != "2" {
			t.Errorf("got what was listed before it was asked for, %v", err)
		}

		overtaken := make(chan string)
		go func() {
			all, _ := r.All(t.Context(), "dev")
			overtaken <- all[0].ResourceVersion
		}()
		synctest.Wait()
		s.set(func() { s.version = 3 })
		w.note("dev", 1)
		w.note("dev", -1)
		if version := <-overtaken; version != "3" {
			t.Errorf("got version %s from a list of before the write", version)
		}
	})
}

// Has and Lacks look at a list that others have asked for, and give nothing away that
// isn't as it is said to be.
func TestLists_hasAndLacks(t *testing.T) {
	s := &podServer{names: names(20), version: 1}
	r, w := listsOf(s, true)
	first := func(pod *corev1.Pod) bool { return pod.ResourceVersion == "1" }
	if r.Has(t.Context(), "dev", "web-0", first) || r.Lacks(t.Context(), "dev", "none") || s.lists+s.gets > 0 {
		t.Error("something is known of what nobody has asked for")
	}
	findAll(t, r, s.names[:readSingly])
	if !r.Has(t.Context(), "dev", "web-10", first) || r.Has(t.Context(), "dev", "web-10", first) {
		t.Error("an object is there once")
	}
	if r.Has(t.Context(), "dev", "web-11", func(*corev1.Pod) bool { return false }) || r.Has(t.Context(), "dev", "none", first) {
		t.Error("an object is there that isn't, or is another")
	}
	if !r.Lacks(t.Context(), "dev", "none") || r.Lacks(t.Context(), "dev", "web-12") {
		t.Error("Lacks is wrong")
	}
	findAll(t, r, s.names[11:12])
	if s.lists != 1 || s.gets != readSingly {
		t.Errorf("%d lists and %d reads, want 1 and %d", s.lists, s.gets, readSingly)
	}
	s.set(func() { s.version = 2 })
	w.note("dev", 1)
	if r.Has(t.Context(), "dev", "web-15", first) || r.Lacks(t.Context(), "dev", "none") {
		t.Error("a list of before a write is looked at")
	}
}

func TestLists_allOfWhatMayNotBeListed(t *testing.T) {
	s := &podServer{names: names(20), listErr: apierrors.NewForbidden(corev1.Resource("pods"), "", nil)}
	r, _ := listsOf(s, true)
	if _, err := r.All(t.Context(), "dev"); !apierrors.IsForbidden(err) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.listErr, s.listTakes = nil, time.Minute
	if _, err := r.All(ctx, "prod"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled reader got %v", err)
	}
}

func TestWitness(t *testing.T) {
	for _, c := range []struct {
		method, url, namespace string
		counts                 bool
	}{
		{http.MethodGet, "/api/v1/namespaces/dev/pods", "dev", false},
		{http.MethodPost, "/api/v1/namespaces/dev/pods", "dev", true},
		{http.MethodPatch, "/api/v1/namespaces/dev/pods/web?fieldManager=x", "dev", true},
		{http.MethodPost, "/api/v1/namespaces/dev/pods?dryRun=All", "dev", false},
		{http.MethodDelete, "/api/v1/namespaces/dev", "dev", true},
		{http.MethodPut, "/apis/rbac.authorization.k8s.io/v1/namespaces/dev/roles/a", "dev", true},
		{http.MethodPost, "/api/v1/namespaces", "", true},
	} {
		address, err := url.Parse("https://10.0.0.1" + c.url)
		if err != nil {
			t.Fatal(err)
		}
		w := &WriteCounter{}
		during := mark{}
		transport := &CountingTransport{Counter: w, DryRuns: kube.NewDryRuns(), Next: roundTrip(func(*http.Request) (*http.Response, error) {
			during = w.mark(c.namespace)
			return nil, errors.New("no answer")
		})}
		if _, err := transport.RoundTrip(&http.Request{Method: c.method, URL: address}); err == nil { //nolint:bodyclose // there is no answer
			t.Fatal("no error")
		}
		after := w.mark(c.namespace)
		if during.quiet == c.counts || !after.quiet || (after.count > 0) != c.counts {
			t.Errorf("%s %s: %+v during it, %+v after", c.method, c.url, during, after)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
