package provider_test

import (
	"context"
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// kube.AnswerOf reads sentences of the API server. Here the real one says them.
func TestAccAnswerOf(t *testing.T) {
	namespace := acctest.Namespace(t)
	client := acctest.Client(t)
	maps, ctx := client.CoreV1().ConfigMaps(namespace), t.Context()
	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Data: map[string]string{"a": "1"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	apply := func(ctx context.Context, manager, name string, uid types.UID, value string) error {
		config := corev1ac.ConfigMap(name, namespace).WithData(map[string]string{"b": value})
		if uid != "" {
			config.WithUID(uid)
		}
		_, err := maps.Apply(ctx, config, metav1.ApplyOptions{FieldManager: manager})
		return err
	}
	if err := apply(ctx, "argocd", "web", "", "1"); err != nil {
		t.Fatal(err)
	}
	patch := func(ctx context.Context, kind types.PatchType, body any) error {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		_, err = maps.Patch(ctx, "web", kind, data, metav1.PatchOptions{})
		return err
	}
	ref := kube.Ref{Kind: "ConfigMap", Namespace: namespace, Name: "web"}
	other := kube.Ref{Kind: "ConfigMap", Namespace: namespace, Name: "none"}
	for name, c := range map[string]struct {
		ref  kube.Ref
		do   func(context.Context) error
		want kube.Answer
	}{
		"found": {ref, func(ctx context.Context) error {
			_, err := maps.Get(ctx, "web", metav1.GetOptions{})
			return err
		}, kube.Done},
		"not found": {other, func(ctx context.Context) error {
			_, err := maps.Get(ctx, "none", metav1.GetOptions{})
			return err
		}, kube.NotFound},
		"no namespace": {kube.Ref{Kind: "ConfigMap", Namespace: "mar-none", Name: "web"}, func(ctx context.Context) error {
			_, err := client.CoreV1().ConfigMaps("mar-none").Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "web"}}, metav1.CreateOptions{})
			return err
		}, kube.NoNamespace},
		"exists": {ref, func(ctx context.Context) error {
			_, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "web"}}, metav1.CreateOptions{})
			return err
		}, kube.Exists},
		"a deletion of another UID": {ref, func(ctx context.Context) error {
			return maps.Delete(ctx, "web", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: ptr.To(types.UID("other"))}})
		}, kube.AnotherObject},
		"an apply to another UID": {ref, func(ctx context.Context) error { return apply(ctx, "mar", "web", "other", "1") }, kube.AnotherObject},
		"an apply to a UID that is gone": {other, func(ctx context.Context) error {
			return apply(ctx, "mar", "none", "gone", "1")
		}, kube.NotFound},
		"a merge patch of another UID": {ref, func(ctx context.Context) error {
			return patch(ctx, types.StrategicMergePatchType, map[string]any{"metadata": map[string]any{"uid": "other"}})
		}, kube.AnotherObject},
		"an update of an old version": {ref, func(ctx context.Context) error {
			_, err := maps.Update(ctx, made, metav1.UpdateOptions{})
			return err
		}, kube.MovedOn},
		"a JSON patch of an old version": {ref, func(ctx context.Context) error {
			return patch(ctx, types.JSONPatchType, []any{map[string]any{"op": "replace", "path": "/metadata/resourceVersion", "value": made.ResourceVersion}})
		}, kube.MovedOn},
		"a JSON patch whose test fails": {ref, func(ctx context.Context) error {
			return patch(ctx, types.JSONPatchType, []any{map[string]any{"op": "test", "path": "/metadata/uid", "value": "other"}})
		}, kube.MovedOn},
		"applied by another": {ref, func(ctx context.Context) error { return apply(ctx, "mar", "web", "", "2") }, kube.AppliedByOthers},
		"invalid": {ref, func(ctx context.Context) error {
			return patch(ctx, types.MergePatchType, map[string]any{"metadata": map[string]any{"labels": map[string]any{"a b": "c"}}})
		}, kube.Refused},
		"an unserved kind": {ref, func(ctx context.Context) error {
			return client.CoreV1().RESTClient().Get().AbsPath("/apis/none.example.com/v1/things/web").Do(ctx).Error()
		}, kube.NotKubernetes},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.do(t.Context())
			if got := kube.AnswerOf(c.ref, err); got != c.want {
				t.Errorf("got %q of %v, want %q", got, err, c.want)
			}
		})
	}
}
