package kubelet

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

// logHandler answers what the API server asks a kubelet for when a user asks it for a container's log.
func logHandler(client kubernetes.Interface) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pod, err := client.CoreV1().Pods(r.PathValue("namespace")).Get(r.Context(), r.PathValue("pod"), metav1.GetOptions{})
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		query := r.URL.Query()
		text, err := containerLog(pod, r.PathValue("container"), query.Get("previous") == "true")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = w.Write([]byte(cut(text, query)))
		if query.Get("follow") == "true" {
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	})
}

// containerLog is what the container has said, which its Pod's annotations hold. Its errors are the kubelet's.
func containerLog(pod *corev1.Pod, name string, previous bool) (string, error) {
	statuses := slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses)
	index := slices.IndexFunc(statuses, func(s corev1.ContainerStatus) bool { return s.Name == name })
	if index < 0 {
		return "", fmt.Errorf("container %q in pod %q is not available", name, pod.Name)
	}
	status := statuses[index]
	before := status.LastTerminationState.Terminated

	if previous && before == nil {
		return "", fmt.Errorf("previous terminated container %q in pod %q not found", name, pod.Name)
	}
	if waiting := status.State.Waiting; waiting != nil && before == nil {
		switch waiting.Reason {
		case "ErrImagePull":
			return "", fmt.Errorf("container %q in pod %q is waiting to start: image can't be pulled", name, pod.Name)
		case "ImagePullBackOff":
			return "", fmt.Errorf("container %q in pod %q is waiting to start: trying and failing to pull image", name, pod.Name)
		default:
			return "", fmt.Errorf("container %q in pod %q is waiting to start: %s", name, pod.Name, waiting.Reason)
		}
	}
	if text, ok := pod.Annotations[vocabulary.PreviousLogs]; ok && previous {
		return text, nil
	}
	return pod.Annotations[vocabulary.Logs], nil
}

// cut takes from a log what the request's options leave of it. All lines count as said at the same, long past time.
func cut(text string, query url.Values) string {
	if text == "" {
		return ""
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if tail, err := strconv.Atoi(query.Get("tailLines")); err == nil {
		lines = lines[max(0, len(lines)-tail):]
	}
	if query.Get("timestamps") == "true" {
		for i := range lines {
			lines[i] = time.Unix(0, 0).UTC().Format(time.RFC3339Nano) + " " + lines[i]
		}
	}
	if len(lines) == 0 {
		return ""
	}
	rest := strings.Join(lines, "\n") + "\n"
	if limit, err := strconv.Atoi(query.Get("limitBytes")); err == nil && limit < len(rest) {
		rest = rest[:limit]
	}
	return rest
}
