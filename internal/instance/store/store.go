package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Store is the API server's Pods.
type Store struct {
	client *connect.Client
	// tell, if set, hears what is being done.
	report func(string)
}

func New(client *connect.Client) *Store { return &Store{client: client} }

// Resizable reports whether the server has the resize subresource.
func (s *Store) Resizable() (bool, error) { return s.client.HasResize() }

func (s *Store) pods(ref kube.Ref) corev1client.PodInterface {
	return s.client.Clientset.CoreV1().Pods(ref.Namespace)
}

// After is the store for an instance that was last written under that name.
func (s *Store) After(manager string) *Store {
	return &Store{client: s.client.WithPreviousManager(manager), report: s.report}
}

// Manager is the name that the server records the provider's writes under.
func (s *Store) Manager() string { return s.client.FieldManager }

// Written is what to remember of that name.
func (s *Store) Written() string { return s.client.FieldManagerUsed() }

func (s *Store) post(ctx context.Context, ref kube.Ref, pod *corev1.Pod) (*corev1.Pod, error) {
	return kube.Create(ctx, ref, pod.Annotations[mar.AnnotationNonce],
		func(ctx context.Context) (*corev1.Pod, error) {
			return s.pods(ref).Create(ctx, pod, metav1.CreateOptions{FieldManager: s.client.FieldManager})
		},
		func(ctx context.Context) (*corev1.Pod, error) {
			return s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
		})
}

// Get reads the Pod of that name, whichever it is.
func (s *Store) Get(ctx context.Context, ref kube.Ref) (*corev1.Pod, error) {
	pod, err := s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
	return pod, kube.Wrap(ref, "read", err)
}

// Update carries out what was decided about the Pod with that UID, and waits for
// it to take effect. Where it errs, it looks once more at what there is then.
func (s *Store) Update(ctx context.Context, ref kube.Ref, uid string, g waiting.Goal, d planning.Decision) (planning.Applied, error) {
	done, err := s.update(ctx, ref, uid, g, d)
	if err == nil || done.Pod == nil {
		return done, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if now, found, _ := kube.Get(ctx, ref, s.pods(ref).Get); found && now.UID == done.Pod.UID {
		done.Pod = now
	}
	return done, err
}

func (s *Store) update(ctx context.Context, ref kube.Ref, uid string, g waiting.Goal, d planning.Decision) (done planning.Applied, err error) {
	pod, found, err := kube.Get(ctx, ref, s.pods(ref).Get)
	switch {
	case err != nil:
		return done, err
	case !found:
		return done, &kube.GoneError{Ref: ref}
	case string(pod.UID) != uid:
		return done, &kube.GoneError{Ref: ref, ReplacedBy: pod.UID}
	}
	done.Pod = pod
	if what := d.NeedsProgram(); what != "" && podhealth.IsOver(pod) {
		return done, waiting.FinishedError(pod, what)
	}
	if d.Resize != nil {
		if done.Pod, err = s.resize(ctx, pod, *d.Resize); err != nil {
			return done, err
		}
	}
	if d.Change == nil {
		return done, nil
	}
	if before := podhealth.StatusOf(pod.Status.ContainerStatuses, manifest.MainContainer(pod).Name); before != nil {
		g.Before = before.DeepCopy()
	}
	if done.Pod, err = s.apply(ctx, done.Pod, *d.Change); err != nil {
		return done, err
	}
	done.Changed = true
	switch {
	case d.Change.Image != "" && g.FollowsContainer():
		done.Pod, err = s.Await(ctx, done.Pod, g)
		done.Missed = err != nil && waiting.Missed(done.Pod, g)
	case d.Resize != nil && g.Holds():
		g.Before = nil
		done.Pod, err = s.Await(ctx, done.Pod, g)
	}
	return done, err
}

// apply sends a change by server-side apply, having made sure that what an
// earlier POST wrote counts as applied.
func (s *Store) apply(ctx context.Context, pod *corev1.Pod, c manifest.Change) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	migrated, err := kube.MigrateManager(ctx, &s.client.Writer, ref, pod, s.pods(ref))
	if err != nil {
		return pod, err
	}
	return s.send(ctx, migrated, c)
}

// resize asks for another size of the main container and waits for it. A size
// that the node can't give is taken back, for it would come true at some later
// time, unasked.
func (s *Store) resize(ctx context.Context, pod *corev1.Pod, want manifest.Size) (*corev1.Pod, error) {
	had := manifest.SizeOf(manifest.MainContainer(pod).Resources)
	if err := kube.Contested(&s.client.Writer, manifest.Ref(pod), pod, manifest.ResizedFields(manifest.MainContainer(pod).Name, had, want)...); err != nil {
		return pod, err
	}
	patched, err := s.patchSize(ctx, pod, want)
	if err != nil {
		return pod, err
	}
	last, err := s.Await(ctx, patched, waiting.Goal{Size: &want})
	var waited *kube.WaitError
	if err != nil && !errors.As(err, &waited) {
		return last, fmt.Errorf("wait for %s to be resized, which is still requested and may happen at any time: %w", manifest.Ref(pod), err)
	}
	if err == nil || podhealth.JudgeResize(podhealth.Facts{Pod: last}).Cause == podhealth.None {
		return last, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	restored, restoreErr := s.patchSize(ctx, last, had)
	if restoreErr != nil {
		waited.Advice += fmt.Sprintf(" The request couldn't be withdrawn (%s), so the resize may still happen.", restoreErr)
		return last, err
	}
	waited.Advice += " The request was withdrawn: the instance keeps its old size."
	return restored, err
}

func (s *Store) patchSize(ctx context.Context, pod *corev1.Pod, want manifest.Size) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	patch, err := json.Marshal(manifest.ResizePatch(pod, want))
	if err != nil {
		return pod, kube.Wrap(ref, "resize", err)
	}
	err = kube.OnMovedOn(ctx, ref, func(ctx context.Context) error {
		patched, err := s.pods(ref).Patch(ctx, ref.Name, types.StrategicMergePatchType, patch,
			metav1.PatchOptions{FieldManager: s.client.FieldManager}, "resize")
		if err == nil {
			pod = patched
		}
		return kube.Wrap(ref, "resize", err)
	})
	return pod, err
}

// Delete has the instance's Pod go, in its own time, and waits until it is no
// more. That it is gone already is fine. A Pod with another UID is looked at again:
// the same instance, made anew meanwhile, is deleted in its stead, and a stranger's
// Pod is left alone.
func (s *Store) Delete(ctx context.Context, ref kube.Ref, uid string) error {
	for {
		err := s.deletePod(ctx, ref, types.UID(uid))
		var gone *kube.GoneError
		if !errors.As(err, &gone) {
			return err
		}
		now, err := s.instancePod(ctx, ref)
		if err != nil || now == nil || string(now.UID) == uid {
			return err
		}
		uid = string(now.UID)
	}
}

// instancePod reads the Pod of the instance of that name, nil where there is none
// or where it is somebody else's.
func (s *Store) instancePod(ctx context.Context, ref kube.Ref) (*corev1.Pod, error) {
	pod, found, err := kube.Get(ctx, ref, s.pods(ref).Get)
	if err != nil || !found || !mar.IsInstances(pod, ref.Name) {
		return nil, err
	}
	return pod, nil
}

// deletePod deletes the Pod with that UID and no other: a namesake is a
// *kube.GoneError.
func (s *Store) deletePod(ctx context.Context, ref kube.Ref, uid types.UID) error {
	s.Say(ref, "deleting it")
	leaving := podKnownBy(ref, uid)
	err := kube.OnMovedOn(ctx, ref, func(ctx context.Context) error {
		return kube.Delete(ctx, ref, uid, s.pods(ref).Get, func(ctx context.Context, name string, opts metav1.DeleteOptions) error {
			// The typed client throws the answer away, which is the Pod with the time that
			// it has left: who begins to wait with it has missed nothing, and needn't ask.
			var answer corev1.Pod
			err := s.client.Clientset.CoreV1().RESTClient().Delete().Namespace(ref.Namespace).Resource("pods").Name(name).Body(&opts).Do(ctx).Into(&answer)
			if answer.UID == uid {
				leaving = &answer
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	return s.awaitGone(ctx, leaving)
}

// podKnownBy is a Pod of which only the UID is known.
func podKnownBy(ref kube.Ref, uid types.UID) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name, UID: uid}}
}

// awaitGone waits until that very Pod is no more.
func (s *Store) awaitGone(ctx context.Context, leaving *corev1.Pod) error {
	ref := manifest.Ref(leaving)
	start, follow := time.Now(), s.follow(ref)
	last, err := s.client.PodWatches.UntilGone(ctx, ref, leaving, func(*corev1.Pod) { follow("it to end") })
	reason, advice := err, podhealth.DeletionAdvice
	switch {
	case err == nil || last.ResourceVersion == "":
		return err
	case errors.Is(err, context.Canceled):
		reason, advice = errors.New("the run was cancelled, and Kubernetes is still deleting it"), waiting.AdviceOnInterrupted
	case !timedOut(err):
		return err
	}
	seen := s.diagnose(ctx, last)
	return &kube.WaitError{
		Ref: ref, Goal: "be gone", Reason: reason.Error(), Advice: advice(last),
		Elapsed: time.Since(start), State: seen.State, Events: seen.Events, Err: err,
	}
}

// Await waits until the Pod has come to the goal. It returns the Pod as it was
// last seen, and a *kube.WaitError when the goal is out of reach or the time is
// up.
func (s *Store) Await(ctx context.Context, pod *corev1.Pod, g waiting.Goal) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	start := time.Now()
	var (
		view   waiting.Status
		course = waiting.NewCourse(g, start)
		follow = s.follow(ref)
	)
	last, err := s.client.PodWatches.Until(ctx, ref, pod, func(p *corev1.Pod) (bool, error) {
		view = course.See(s.Quotable(p), time.Now())
		if view.Hopeless != "" {
			return false, errors.New(view.Hopeless)
		}
		if !view.Done {
			follow(waiting.OrElse(view.Waiting, "the API server"))
		}
		return view.Done, nil
	})
	switch {
	case err == nil:
		return last, nil
	case view.Hopeless == "" && view.Problem != "" && g.Size == nil && errors.Is(err, context.Canceled):
		// Whoever cancels a run is in a hurry: events aren't asked for.
		return last, &kube.WaitError{Ref: ref, Goal: g.String(), Reason: view.Problem, Advice: view.Advice, Elapsed: time.Since(start), Err: err}
	case view.Hopeless == "" && !timedOut(err):
		return last, err
	}
	seen := s.diagnose(ctx, last)
	if better := course.Judge(g.Facts(s.Quotable(last), seen.Known, time.Now())); !better.Done && (view.Hopeless == "" || better.Hopeless != "") {
		view = better
	}
	return last, &kube.WaitError{
		Ref: ref, Goal: g.String(), Reason: view.Ended(err), Advice: view.Advice, Elapsed: time.Since(start),
		State: seen.State, Events: seen.Events, Logs: seen.Logs, Err: err,
	}
}

func timedOut(err error) bool {
	var timeout kube.TimeoutError
	return errors.As(err, &timeout) || errors.Is(err, context.DeadlineExceeded)
}

// diagnose gathers what there is to be had on a Pod. It is short and outlives
// the wait that failed; what the credentials may not read is left out.
func (s *Store) diagnose(ctx context.Context, pod *corev1.Pod) waiting.Diagnosis {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return waiting.Diagnose(s.Quotable(pod), s.events(ctx, pod.Namespace, string(pod.UID)), s.log(ctx, pod))
}

// Quotable is the Pod with as much of its programs' logs as the provider block lets quote.
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
