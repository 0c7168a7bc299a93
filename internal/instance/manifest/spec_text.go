package manifest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// The record of a spec in AnnotationSpec is JSON, for people to read, or above
// plainSpec the same compressed. Where it doesn't fit, there is none: a
// mar_instance can do without, and an action can't.
const (
	plainSpec = 32 << 10
	// AnnotationsLimit is what the API server takes in all of an object's annotations
	// (TotalAnnotationSizeLimitB in apimachinery).
	AnnotationsLimit = 256 << 10
	// annotationsOfOthers is left for what the tools of a cluster note on a Pod.
	annotationsOfOthers = 32 << 10
	// ObjectLimit is the most that etcd takes in one request, if it isn't told otherwise.
	ObjectLimit = 3 << 19
	// compressed begins a record that isn't plain JSON.
	compressed = "gzip:"
)

// RecordSpec stores the spec that a Pod is created from in its annotation, if it fits.
func RecordSpec(pod *corev1.Pod) {
	delete(pod.Annotations, mar.AnnotationSpec)
	room := AnnotationsLimit - annotationsOfOthers
	for key, value := range pod.Annotations {
		room -= len(key) + len(value)
	}
	if text := SpecText(pod.Spec, min(room, ObjectLimit-AnnotationsLimit-pod.Spec.Size())); text != "" {
		pod.Annotations[mar.AnnotationSpec] = text
	}
}

// SpecText is a spec as AnnotationSpec holds it, in no more bytes than there is room
// for; nothing where it doesn't fit.
func SpecText(spec corev1.PodSpec, room int) string {
	data, err := json.Marshal(spec)
	if err != nil {
		panic(fmt.Sprintf("a PodSpec doesn't marshal: %v", err))
	}
	if len(data) <= min(plainSpec, room) {
		return string(data)
	}
	if text := compressed + packed(data); len(text) <= room {
		return text
	}
	return ""
}

func packed(data []byte) string {
	var out bytes.Buffer
	// A bytes.Buffer takes all that it is given.
	writer, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = writer.Write(data)
	_ = writer.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// SpecIn is the spec that a Pod's annotation records.
func SpecIn(pod *corev1.Pod) (corev1.PodSpec, error) {
	var spec corev1.PodSpec
	text, there := pod.Annotations[mar.AnnotationSpec]
	if !there {
		return spec, errors.New("it doesn't exist: a spec that is too large for an annotation isn't recorded")
	}
	data, err := unpacked(text)
	if err != nil {
		return spec, err
	}
	return spec, json.Unmarshal(data, &spec)
}

func unpacked(text string) ([]byte, error) {
	body, isPacked := strings.CutPrefix(text, compressed)
	if !isPacked {
		return []byte(text), nil
	}
	reader, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(body)))
	if err != nil {
		return nil, err
	}
	// What is recorded came from an object that fits into etcd.
	return io.ReadAll(io.LimitReader(reader, 4*ObjectLimit))
}
