package kube

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// managed is what a manager has set of labels and annotations, below the fields in within.
func managed(manager string, operation metav1.ManagedFieldsOperationType, within []string, keys ...string) metav1.ManagedFieldsEntry {
	var fields []string
	for _, key := range keys {
		fields = append(fields, fmt.Sprintf(`"f:%s":{}`, key))
	}
	all := strings.Join(fields, ",")
	text := fmt.Sprintf(`{"f:metadata":{"f:labels":{%[1]s},"f:annotations":{%[1]s}}}`, all)
	for _, name := range within {
		text = fmt.Sprintf(`{"f:%s":%s}`, name, text)
	}
	return metav1.ManagedFieldsEntry{Manager: manager, Operation: operation, FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(text)}
}

func alike(keys ...string) Keys { return Keys{Labels: keys, Annotations: keys} }

func TestDroppedKeys(t *testing.T) {
	before := &metav1.ObjectMeta{Labels: map[string]string{"b": "1", "a": "1", "stays": "1"}, Annotations: map[string]string{"c": "1"}}
	after := &metav1.ObjectMeta{Labels: map[string]string{"stays": "2"}}
	want := Keys{Labels: []string{"a", "b"}, Annotations: []string{"c"}}
	if diff := cmp.Diff(want, DroppedKeys(before, after)); diff != "" {
		t.Error(diff)
	}
}

// Whoever holds a key, only what another manager applies stays.
func TestAppliedByOthers(t *testing.T) {
	const apply, update = metav1.ManagedFieldsOperationApply, metav1.ManagedFieldsOperationUpdate
	for name, c := range map[string]struct {
		entries []metav1.ManagedFieldsEntry
		client  Writer
		want    string
	}{
		"nobody":                 {want: ""},
		"applied here":           {entries: []metav1.ManagedFieldsEntry{managed("mar", apply, nil, "k")}},
		"applied here before":    {entries: []metav1.ManagedFieldsEntry{managed("old", apply, nil, "k")}, client: Writer{previousManager: "old"}},
		"edited":                 {entries: []metav1.ManagedFieldsEntry{managed("kubectl-edit", update, nil, "k")}},
		"applied there":          {entries: []metav1.ManagedFieldsEntry{managed("argocd", apply, nil, "k")}, want: "argocd"},
		"applied here and there": {entries: []metav1.ManagedFieldsEntry{managed("mar", apply, nil, "k"), managed("argocd", apply, nil, "k")}, want: "argocd"},
		"edited and applied":     {entries: []metav1.ManagedFieldsEntry{managed("argocd", update, nil, "k"), managed("argocd", apply, nil, "k")}, want: "argocd"},
		"another key":            {entries: []metav1.ManagedFieldsEntry{managed("argocd", apply, nil, "other")}},
		"the same of a template": {entries: []metav1.ManagedFieldsEntry{managed("argocd", apply, []string{"template"}, "k")}},
		"taken by force":         {entries: []metav1.ManagedFieldsEntry{managed("argocd", apply, nil, "k")}, client: Writer{ForceConflicts: true}},
	} {
		t.Run(name, func(t *testing.T) {
			client := c.client
			client.FieldManager = "mar"
			got, err := client.AppliedByOthers(Ref{}, &metav1.ObjectMeta{ManagedFields: c.entries}, alike("k"))
			if err != nil {
				t.Fatal(err)
			}
			var want []AppliedKey
			if c.want != "" {
				want = []AppliedKey{{IsLabel: true, Key: "k", Manager: c.want}, {Key: "k", Manager: c.want}}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOthersKeys(t *testing.T) {
	const apply, update = metav1.ManagedFieldsOperationApply, metav1.ManagedFieldsOperationUpdate
	within := []string{"template"}
	o := &metav1.ObjectMeta{ManagedFields: []metav1.ManagedFieldsEntry{
		managed("mar", update, within, "ours", "ours-dropped", "shared"),
		managed("kubectl-edit", update, within, "theirs", "theirs-dropped", "shared"),
		managed("argocd", apply, within, "applied", "applied-dropped"),
	}}
	all := alike("ours", "ours-dropped", "shared", "theirs", "theirs-dropped", "applied", "applied-dropped", "nobodys")
	got, err := (&Writer{FieldManager: "mar"}).OthersKeys(Ref{}, o, all, alike("ours-dropped", "theirs-dropped", "applied-dropped"), within...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alike("theirs", "applied", "applied-dropped"), got); diff != "" {
		t.Error(diff)
	}
}

// Imported are the keys that others gave an object to which nothing was written here.
func TestRemovalOf(t *testing.T) {
	const apply, update = metav1.ManagedFieldsOperationApply, metav1.ManagedFieldsOperationUpdate
	theirs := []metav1.ManagedFieldsEntry{managed("kubectl", update, nil, "edited"), managed("argocd", apply, nil, "applied")}
	for name, c := range map[string]struct {
		more metav1.ManagedFieldsEntry
		want Keys
	}{
		"imported":              {want: alike("edited")},
		"written here":          {more: managed("mar", apply, nil, "x")},
		"written under another": {more: managed("old", update, nil, "x")},
	} {
		t.Run(name, func(t *testing.T) {
			o := &metav1.ObjectMeta{ManagedFields: append([]metav1.ManagedFieldsEntry{c.more}, theirs...)}
			got, err := (&Writer{FieldManager: "mar", previousManager: "old"}).RemovalOf(Ref{}, o, alike("applied", "edited"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(Removal{Kept: []AppliedKey{{IsLabel: true, Key: "applied", Manager: "argocd"}, {Key: "applied", Manager: "argocd"}}, Imported: c.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReserved(t *testing.T) {
	for _, c := range []struct {
		key      string
		reserved []mar.KeyPlace
		system   []mar.KeyPlace
	}{
		{key: "team"},
		{key: "app"},
		{key: "pod-security.kubernetes.io/enforce"},
		{key: "app.kubernetes.io/managed-by", reserved: []mar.KeyPlace{mar.NamespaceLabels, mar.PodLabels}},
		{key: "instance-id", reserved: []mar.KeyPlace{mar.NamespaceLabels, mar.PodLabels}},
		{key: "topology.kubernetes.io/region", reserved: []mar.KeyPlace{mar.NamespaceLabels, mar.PodLabels}},
		{key: "topology.kubernetes.io/zone", reserved: []mar.KeyPlace{mar.PodLabels}},
		{key: "topology.kubernetes.io/rack", system: []mar.KeyPlace{mar.PodLabels}},
		{key: "mar.headgym.com/spec", reserved: []mar.KeyPlace{mar.NamespaceLabels, mar.NamespaceAnnotations, mar.PodLabels, mar.PodAnnotations}},
		{key: "kubectl.kubernetes.io/last-applied-configuration", reserved: []mar.KeyPlace{mar.NamespaceAnnotations, mar.PodAnnotations}},
		{key: "kubectl.kubernetes.io/restartedAt", system: []mar.KeyPlace{mar.NamespaceAnnotations, mar.PodAnnotations}},
		{key: "kubernetes.io/limit-ranger", reserved: []mar.KeyPlace{mar.PodAnnotations}},
		{key: "container.apparmor.security.beta.kubernetes.io/app", reserved: []mar.KeyPlace{mar.PodAnnotations}},
	} {
		for _, place := range []mar.KeyPlace{mar.NamespaceLabels, mar.NamespaceAnnotations, mar.PodLabels, mar.PodAnnotations} {
			refused, system := mar.Reserved(c.key, place) != "", mar.IsSystemKey(place, c.key)
			wantRefused := slices.Contains(c.reserved, place)
			if wantSystem := wantRefused || slices.Contains(c.system, place); refused != wantRefused || system != wantSystem {
				t.Errorf("%s in place %d: refused %t, a system's %t", c.key, place, refused, system)
			}
		}
	}
}
