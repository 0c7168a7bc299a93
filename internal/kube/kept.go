package kube

import (
	"reflect"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// KeptPod returns what of a Pod may be kept: in a state, in private state, in a plan. It
// is the one place that decides this.
//
// The status of a Pod has free text in it. A container's termination message is the end of
// its log, where terminationMessagePolicy is FallbackToLogsOnError; a condition's message is
// what any controller has written. Such text may hold a secret, and whoever reads a state
// isn't whoever may read logs. So every message is left out, and a reason that isn't one
// word. What stays has a fixed vocabulary or is a number, a time, a name.
//
// Diagnostics are made of the whole Pod: they are shown once and kept nowhere.
func KeptPod(pod *corev1.Pod) *corev1.Pod {
	kept := *pod
	kept.Status = *pod.Status.DeepCopy()
	leaveOutProse(reflect.ValueOf(&kept.Status).Elem())
	return &kept
}

// KeptNamespace is KeptPod for a Namespace. A message that only counts what is left in the
// Namespace stays: the namespace controller has a form for it, with nothing but the names of
// kinds and finalizers.
func KeptNamespace(ns *corev1.Namespace) *corev1.Namespace {
	kept := *ns
	kept.Status = *ns.Status.DeepCopy()
	leaveOutProse(reflect.ValueOf(&kept.Status).Elem())
	for i, c := range ns.Status.Conditions {
		if isCountOfContents(c.Message) {
			kept.Status.Conditions[i].Message = c.Message
		}
	}
	return &kept
}

// isCountOfContents recognises "Some resources are remaining: pods. has 2 resource instances"
// and "Some content in the namespace has finalizers remaining: example.com/x in 1 resource
// instances".
func isCountOfContents(message string) bool {
	return regexp.MustCompile(`^Some (resources are|content in the namespace has finalizers) remaining: [\w./-]+ (has|in) \d+ resource instances(, [\w./-]+ (has|in) \d+ resource instances)*$`).MatchString(message)
}

// leaveOutProse empties each field called Message, and each field called Reason that isn't one
// word, however deep. So it holds for fields that Kubernetes gains.
func leaveOutProse(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			leaveOutProse(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaveOutProse(v.Index(i))
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			switch {
			case !field.IsExported():
			case field.Name == "Message", field.Name == "Reason" && !isWord(value):
				value.SetZero()
			default:
				leaveOutProse(value)
			}
		}
	}
}

// isWord reports whether a reason has the characters that Kubernetes allows in those of
// conditions (metav1.Condition), and isn't longer than any that it has.
func isWord(reason reflect.Value) bool {
	const longest = 128
	allowed := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_,:", r)
	}
	return reason.Kind() == reflect.String && reason.Len() <= longest && strings.TrimFunc(reason.String(), allowed) == ""
}
