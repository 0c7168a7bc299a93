package podspec

import (
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// unionOf returns the fields of a type of which exactly one must be set.
func unionOf(t reflect.Type, fields map[string]*field) []string {
	all := func(but ...string) []string {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(fields)), func(name string) bool { return slices.Contains(but, name) })
	}
	switch t {
	case reflect.TypeFor[corev1.Probe]():
		return []string{"exec", "grpc", "httpGet", "tcpSocket"}
	case reflect.TypeFor[corev1.EnvFromSource]():
		return all("prefix")
	case reflect.TypeFor[corev1.DownwardAPIVolumeFile]():
		return []string{"fieldRef", "resourceFieldRef"}
	case reflect.TypeFor[corev1.Volume](), reflect.TypeFor[corev1.PodResourceClaim]():
		return all("name")
	case reflect.TypeFor[corev1.VolumeProjection](), reflect.TypeFor[corev1.EnvVarSource](), reflect.TypeFor[corev1.LifecycleHandler]():
		return all()
	}
	return nil
}

// unionWords returns what the alternatives are called.
func unionWords(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[corev1.Probe](), reflect.TypeFor[corev1.LifecycleHandler]():
		return "handler"
	case reflect.TypeFor[corev1.PodResourceClaim]():
		return "claim"
	}
	return "source"
}
