package instance_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// BenchmarkAccInstance_wait measures what a wait adds: from the moment at which
// the API server tells of a Pod that it is ready until the create is answered.
// Pods take half a second to become ready.
func BenchmarkAccInstance_wait(b *testing.B) {
	acctest.NeedsEmbedded(b)
	cluster := acctest.Namespace(b)
	s := serve(b)
	const start, most = 500 * time.Millisecond, 50 * time.Millisecond
	var lags []time.Duration
	for i := range b.N {
		name := "web-" + strconv.Itoa(i)
		ready := readyAt(b, cluster, name)
		applied := s.create(b.Context(), map[string]tftypes.Value{
			"cluster": text(cluster), "name": text(name), "image": text(image),
			"annotations": textMap(behavior+"start-delay", start.String()),
		})
		answered := time.Now()
		if len(applied.Diagnostics) > 0 {
			b.Fatal(texts(applied.Diagnostics))
		}
		lags = append(lags, answered.Sub(<-ready))
	}
	slices.Sort(lags)
	median := lags[len(lags)/2]
	if median > most {
		b.Errorf("a wait ends %s after its Pod is ready, more than %s", median, most)
	}
	b.ReportMetric(float64(median.Microseconds())/1000, "ms-after-ready")
	b.ReportMetric(float64(lags[len(lags)-1].Microseconds())/1000, "max-ms-after-ready")
	b.ReportMetric(median.Seconds()/start.Seconds(), "of-the-start")
}

// readyAt tells when the API server first shows the Pod as ready to a watch of
// its own.
func readyAt(b *testing.B, cluster, name string) <-chan time.Time {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	events, err := acctest.Client(b).CoreV1().Pods(cluster).Watch(ctx, metav1.ListOptions{FieldSelector: fmt.Sprintf("metadata.name=%s", name)})
	if err != nil {
		cancel()
		b.Fatal(err)
	}
	ready := make(chan time.Time, 1)
	go func() {
		defer cancel()
		for event := range events.ResultChan() {
			pod, ok := event.Object.(*corev1.Pod)
			if ok && slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
				return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
			}) {
				ready <- time.Now()
				return
			}
		}
	}()
	return ready
}
