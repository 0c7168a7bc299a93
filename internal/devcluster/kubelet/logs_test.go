package kubelet

import (
	"net/url"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

func TestCut(t *testing.T) {
	for name, tc := range map[string]struct{ text, query, want string }{
		"all":               {"a\nb", "", "a\nb\n"},
		"a final newline":   {"a\nb\n", "", "a\nb\n"},
		"nothing":           {"", "tailLines=3", ""},
		"the last":          {"a\nb\nc", "tailLines=2", "b\nc\n"},
		"more than it has":  {"a", "tailLines=9", "a\n"},
		"no lines":          {"a\nb", "tailLines=0", ""},
		"few bytes":         {"abc\nd", "limitBytes=2", "ab"},
		"timestamps":        {"a", "timestamps=true", "1970-01-01T00:00:00Z a\n"},
		"the last, cut off": {"a\nbc", "tailLines=1&limitBytes=1", "b"},
	} {
		query, err := url.ParseQuery(tc.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := cut(tc.text, query); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestContainerLog(t *testing.T) {
	waiting := func(reason string) corev1.ContainerStatus {
		return corev1.ContainerStatus{Name: "app", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}}
	}
	running := corev1.ContainerStatus{Name: "app", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	crashed := waiting("CrashLoopBackOff")
	crashed.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{}

	for name, tc := range map[string]struct {
		status   corev1.ContainerStatus
		previous bool
		want     string
		wantErr  string
	}{
		"running":         {status: running, want: "now"},
		"crashed":         {status: crashed, want: "now"},
		"before":          {status: crashed, previous: true, want: "before"},
		"no before":       {status: running, previous: true, wantErr: `previous terminated container "app" in pod "p" not found`},
		"creating":        {status: waiting("ContainerCreating"), wantErr: `container "app" in pod "p" is waiting to start: ContainerCreating`},
		"image failed":    {status: waiting("ErrImagePull"), wantErr: `container "app" in pod "p" is waiting to start: image can't be pulled`},
		"image backs off": {status: waiting("ImagePullBackOff"), wantErr: `container "app" in pod "p" is waiting to start: trying and failing to pull image`},
		"unknown":         {status: corev1.ContainerStatus{Name: "other"}, wantErr: `container "app" in pod "p" is not available`},
	} {
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "p", Annotations: map[string]string{vocabulary.Logs: "now", vocabulary.PreviousLogs: "before"}},
			Status:     corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{tc.status}},
		}
		got, err := containerLog(pod, "app", tc.previous)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if got != tc.want || message != tc.wantErr {
			t.Errorf("%s: %q, %q; want %q, %q", name, got, message, tc.want, tc.wantErr)
		}
	}
}
