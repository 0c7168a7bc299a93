package kube

import (
	"slices"
	"testing"
)

func TestUnknownFields_areThoseOfTheSpec(t *testing.T) {
	for text, want := range map[string][]string{
		`{"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [{"name": "app"}]}}`:                                                                    nil,
		`{"kind": "Pod", "apiVersion": "v1", "spec": {"newer": {"a": 1}, "containers": [{"name": "app", "newest": true}]}, "status": {"newer": 1}, "x": 1}`: {"spec.containers[0].newest", "spec.newer"},
		`{"kind": "Pod", "apiVersion": "v1", "spec": 1}`:                                                                                                    nil,
		`{"kind": "Strange", "apiVersion": "v1"}`:                                                                                                           nil,
		`no JSON`: nil,
		``:        nil,
	} {
		if got := UnknownFields([]byte(text)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
