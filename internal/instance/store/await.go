package store

import (
	"cmp"
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Await waits until the Pod reaches the goal. It returns the Pod as it was last seen, and a
// *kube.WaitError if the goal can't be reached or the time is up.
func (s *Store) Await(ctx context.Context, pod *corev1.Pod, g waiting.Goal) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	start := time.Now()
	var (
		status waiting.Status
		course = waiting.NewTracker(g, start)
		follow = s.follow(ref)
	)
	last, err := s.client.PodWatches.Until(ctx, ref, pod, func(p *corev1.Pod) (bool, error) {
		status = course.Observe(s.Quotable(p), time.Now())
		if status.Failure != "" {
			return false, errors.New(status.Failure)
		}
		if !status.Done {
			follow(cmp.Or(status.Waiting, "the API server"))
		}
		return status.Done, nil
	})
	switch {
	case err == nil:
		return last, nil
	case status.Failure == "" && status.Problem != "" && g.Size == nil && errors.Is(err, context.Canceled):
		// Whoever cancels a run is in a hurry: events aren't asked for.
		return last, &kube.WaitError{Ref: ref, Goal: g.String(), Reason: status.Problem, Advice: status.Advice, Elapsed: time.Since(start), Err: err}
	case status.Failure == "" && !timedOut(err):
		return last, err
	}
	seen := s.diagnose(ctx, last)
	if better := course.Judge(g.Facts(s.Quotable(last), seen.Known, time.Now())); !better.Done && (status.Failure == "" || better.Failure != "") {
		status = better
	}
	return last, &kube.WaitError{
		Ref: ref, Goal: g.String(), Reason: status.Ended(err), Advice: status.Advice, Elapsed: time.Since(start),
		State: seen.State, Events: seen.Events, Logs: seen.Logs, Err: err,
	}
}

func timedOut(err error) bool {
	var timeout kube.TimeoutError
	return errors.As(err, &timeout) || errors.Is(err, context.DeadlineExceeded)
}

// diagnose gathers what explains a failed wait. It has a time limit of its own, and leaves out what
// the credentials may not read.
func (s *Store) diagnose(ctx context.Context, pod *corev1.Pod) waiting.Diagnosis {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return waiting.Diagnose(s.Quotable(pod), s.events(ctx, pod.Namespace, string(pod.UID)), s.log(ctx, pod))
}

// Quotable is the Pod with as many log lines as the provider block allows in messages.
func (s *Store) Quotable(pod *corev1.Pod) *corev1.Pod {
	return waiting.Quotable(pod, s.client.LogLines)
}

func (s *Store) log(ctx context.Context, pod *corev1.Pod) []string {
	container, previous, found := waiting.LogsOf(pod)
	most := s.client.LogLines
	if !found || most == 0 {
		return nil
	}
	data, err := s.client.Clientset.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, &corev1.PodLogOptions{
		Container: container, Previous: previous, TailLines: ptr.To(int64(most)), LimitBytes: ptr.To[int64](64 << 10),
	}).DoRaw(ctx)
	if err != nil {
		return nil
	}
	return waiting.LastLines(string(data), most)
}
