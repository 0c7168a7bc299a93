package kube_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// pages serves names in pages, as the API server does; each request's limit is
// written down. The token of the page that expires answers 410.
type pages struct {
	names   []string
	expires string
	// successor is the token that renewed gives for it.
	successor string
	limits    []int64
}

func (p *pages) list(_ context.Context, opts metav1.ListOptions) (*corev1.PodList, error) {
	p.limits = append(p.limits, opts.Limit)
	if p.expires != "" && opts.Continue == p.expires {
		return nil, apierrors.NewResourceExpired("the list is too old")
	}
	from, _ := strconv.Atoi(opts.Continue)
	to := len(p.names)
	if opts.Limit > 0 {
		to = min(to, from+int(opts.Limit))
	}
	list := &corev1.PodList{}
	for _, name := range p.names[from:to] {
		list.Items = append(list.Items, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	if to < len(p.names) {
		list.Continue = strconv.Itoa(to)
	}
	return list, nil
}

func TestList(t *testing.T) {
	five := []string{"a", "b", "c", "d", "e"}
	for name, c := range map[string]struct {
		server pages
		limit  int64
		limits []int64
	}{
		"empty":             {pages{}, 2, []int64{2}},
		"one page":          {pages{names: five}, 5, []int64{5}},
		"client-go's pages": {pages{names: five}, 0, []int64{500}},
		"three pages":       {pages{names: five}, 2, []int64{2, 2, 2}},
		// Neither twice nor not at all: the whole list takes the place of the pages.
		"expired midway": {pages{names: five, expires: "4"}, 2, []int64{2, 2, 2, 0}},
	} {
		pods, err := kube.List[*corev1.Pod](t.Context(), c.server.list, metav1.ListOptions{Limit: c.limit})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, pod := range pods {
			got = append(got, pod.Name)
		}
		if !slices.Equal(got, c.server.names) || !slices.Equal(c.server.limits, c.limits) {
			t.Errorf("%s: got %v with limits %v, want %v with %v", name, got, c.server.limits, c.server.names, c.limits)
		}
	}
}

func TestList_passesErrorsOn(t *testing.T) {
	forbidden := apierrors.NewForbidden(corev1.Resource("pods"), "", nil)
	_, err := kube.List[*corev1.Pod](t.Context(), func(context.Context, metav1.ListOptions) (*corev1.PodList, error) { return nil, forbidden }, metav1.ListOptions{})
	if !apierrors.IsForbidden(err) {
		t.Errorf("got %v", err)
	}
	_, err = kube.List[*corev1.Namespace](t.Context(), (&pages{names: []string{"a"}}).list, metav1.ListOptions{})
	if err == nil {
		t.Error("Pods passed for Namespaces")
	}
}

// renewed refuses as the API server does: with a token for going on with what is
// there by then.
func (p *pages) renewed(ctx context.Context, opts metav1.ListOptions) (*corev1.PodList, error) {
	list, err := p.list(ctx, opts)
	var expired *apierrors.StatusError
	if errors.As(err, &expired) {
		expired.ErrStatus.Continue = p.successor
	}
	return list, err
}

func TestEach(t *testing.T) {
	five := []string{"a", "b", "c", "d", "e"}
	for name, c := range map[string]struct {
		server pages
		limit  int64
		// enough is how many the caller takes, 0 for all.
		enough int
		want   []string
		limits []int64
	}{
		"empty":              {server: pages{}, limit: 2, limits: []int64{2}},
		"client-go's pages":  {server: pages{names: five}, want: five, limits: []int64{500}},
		"three pages":        {server: pages{names: five}, limit: 2, want: five, limits: []int64{2, 2, 2}},
		"enough in a page":   {server: pages{names: five}, limit: 2, enough: 1, want: []string{"a"}, limits: []int64{2}},
		"enough with a page": {server: pages{names: five}, limit: 2, enough: 4, want: []string{"a", "b", "c", "d"}, limits: []int64{2, 2}},
		"expired midway":     {server: pages{names: five, expires: "2", successor: "3"}, limit: 2, want: []string{"a", "b", "d", "e"}, limits: []int64{2, 2, 2}},
	} {
		var got []string
		for pod, err := range kube.Each[*corev1.Pod](t.Context(), c.server.renewed, metav1.ListOptions{Limit: c.limit}) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got = append(got, pod.Name); len(got) == c.enough {
				break
			}
		}
		if !slices.Equal(got, c.want) || !slices.Equal(c.server.limits, c.limits) {
			t.Errorf("%s: got %v with limits %v, want %v with %v", name, got, c.server.limits, c.want, c.limits)
		}
	}
}

func TestEach_passesErrorsOn(t *testing.T) {
	// A server that refuses its own token isn't asked for ever.
	stuck := &pages{names: []string{"a", "b", "c"}, expires: "2", successor: "2"}
	var last error
	for _, err := range kube.Each[*corev1.Pod](t.Context(), stuck.renewed, metav1.ListOptions{Limit: 2}) {
		last = err
	}
	if !apierrors.IsResourceExpired(last) {
		t.Errorf("got %v", last)
	}
	for _, err := range kube.Each[*corev1.Namespace](t.Context(), (&pages{names: []string{"a"}}).list, metav1.ListOptions{}) {
		last = err
	}
	if last == nil || apierrors.IsResourceExpired(last) {
		t.Errorf("Pods passed for Namespaces: %v", last)
	}
}
