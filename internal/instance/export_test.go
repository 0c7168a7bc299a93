package instance

import corev1 "k8s.io/api/core/v1"

// ResizeObstacle is why a Pod can't get such resources in place, empty where it can:
// for the test that asks the API server the same.
func ResizeObstacle(pod *corev1.Pod, want corev1.ResourceRequirements) string {
	return resizeObstacle(standingOf(pod, presence{Pod: podAlive}), sizeOf(want), true)
}
