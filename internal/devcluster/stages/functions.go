package stages

import (
	"encoding/json"
	"fmt"
	"text/template"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/podstatus"
)

// Functions are what the stages' templates call. Each returns JSON.
func Functions() template.FuncMap {
	return template.FuncMap{
		"creating":        status(podstatus.Creating),
		"running":         status(podstatus.Running),
		"replacing":       status(podstatus.Replacing),
		"notReady":        status(podstatus.NotReady),
		"failed":          status(podstatus.Failed),
		"succeeded":       status(podstatus.Succeeded),
		"crashLooping":    status(podstatus.CrashLooping),
		"restarted":       status(podstatus.Restarted),
		"evicted":         status(podstatus.Evicted),
		"pullFailed":      status(podstatus.PullFailed),
		"pullBackedOff":   status(podstatus.PullBackedOff),
		"configError":     status(podstatus.ConfigError),
		"lost":            status(podstatus.Lost),
		"stopped":         status(podstatus.Stopped),
		"resized":         status(podstatus.Resized),
		"resizePending":   status(podstatus.ResizePending),
		"nodeReady":       nodeReady,
		"warning":         event(corev1.EventTypeWarning),
		"normal":          event(corev1.EventTypeNormal),
		"target":          text(podstatus.Target),
		"ref":             text(podstatus.Ref),
		"evictionMessage": text(podstatus.EvictionMessage),
		"configMessage":   text(podstatus.ConfigMessage),
		"waitingImage":    text(func(pod *corev1.Pod) string { return podstatus.Unpulled(pod).Image }),
		"waitingMessage":  text(func(pod *corev1.Pod) string { return podstatus.Unpulled(pod).State.Waiting.Message }),
	}
}

func status(of func(*corev1.Pod, podstatus.Node) corev1.PodStatus) func(object any, hostIP, podIP string) (string, error) {
	return func(object any, hostIP, podIP string) (string, error) {
		pod, err := decode(object)
		if err != nil {
			return "", err
		}
		return encode(of(pod, podstatus.Node{Now: now(), HostIP: hostIP, PodIP: podIP}))
	}
}

func event(kind string) func(object any, reason, message string) (string, error) {
	return func(object any, reason, message string) (string, error) {
		pod, err := decode(object)
		if err != nil {
			return "", err
		}
		return encode(podstatus.NewEvent(pod, podstatus.Node{Now: now()}, kind, reason, message))
	}
}

func text(of func(*corev1.Pod) string) func(object any) (string, error) {
	return func(object any) (string, error) {
		pod, err := decode(object)
		if err != nil {
			return "", err
		}
		return of(pod), nil
	}
}

// decode reads the Pod that KWOK gives to templates as a map.
func decode(object any) (*corev1.Pod, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encoding the Pod: %w", err)
	}
	var pod corev1.Pod
	if err := json.Unmarshal(data, &pod); err != nil {
		return nil, fmt.Errorf("decoding the Pod: %w", err)
	}
	return &pod, nil
}

func encode(value any) (string, error) {
	data, err := json.Marshal(value)
	return string(data), err
}
