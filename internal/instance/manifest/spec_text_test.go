package manifest

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// TestRecordSpec_fitsOrIsLeftOut holds that the record of a Pod never takes what an API
// server would refuse, and is read as it was written.
func TestRecordSpec_fitsOrIsLeftOut(t *testing.T) {
	noise := func(n int) string {
		data := make([]byte, n)
		_, _ = rand.Read(data)
		return base64.StdEncoding.EncodeToString(data)
	}
	for name, c := range map[string]struct {
		env         string
		annotations int
		form        string
	}{
		"small":                            {"x", 0, "{"},
		"small beside many annotations":    {"x", AnnotationsLimit - annotationsOfOthers - 50, ""},
		"300 KiB of text":                  {strings.Repeat("text ", 60<<10), 0, compressed},
		"a megabyte of text":               {strings.Repeat("text ", 200<<10), 0, compressed},
		"100 KiB of noise":                 {noise(75 << 10), 0, compressed},
		"300 KiB of noise":                 {noise(225 << 10), 0, ""},
		"as much as etcd takes, in all":    {strings.Repeat("x", ObjectLimit-AnnotationsLimit), 0, ""},
		"annotations that fill their room": {"x", AnnotationsLimit, ""},
	} {
		pod := &corev1.Pod{
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: ContainerName, Env: []corev1.EnvVar{{Name: "A", Value: c.env}}}}},
		}
		pod.Annotations = map[string]string{"a": strings.Repeat("a", c.annotations)}
		RecordSpec(pod)
		text, there := pod.Annotations[mar.AnnotationSpec]
		if !strings.HasPrefix(text, c.form) || there != (c.form != "") || len(text)+c.annotations > AnnotationsLimit && c.form != "" {
			t.Errorf("%s: the record has %d bytes: %.40s", name, len(text), text)
		}
		if !there {
			continue
		}
		if spec, err := SpecIn(pod); err != nil || !equality.Semantic.DeepEqual(spec, pod.Spec) {
			t.Errorf("%s: read is %+v, %v", name, spec, err)
		}
	}
}

func TestSpecIn_unreadable(t *testing.T) {
	for _, text := range []string{"", "{", "gzip:", "gzip:AAAA", "gzip:é"} {
		pod := &corev1.Pod{}
		pod.Annotations = map[string]string{mar.AnnotationSpec: text}
		if _, err := SpecIn(pod); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
