package instance

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

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// store is the API server's Pods.
type store struct {
	client *kube.Client
	// tell, if set, hears what is being done.
	tell func(string)
}

func newStore(client *kube.Client) *store { return &store{client: client} }

// Resizable reports whether the server has the resize subresource.
func (s *store) Resizable() (bool, error) { return s.client.HasResize() }

func (s *store) pods(ref kube.Ref) corev1client.PodInterface {
	return s.client.Clientset.CoreV1().Pods(ref.Namespace)
}

// after is the store for an instance that was last written under that name.
func (s *store) after(manager string) *store {
	return &store{client: s.client.After(manager), tell: s.tell}
}

// Manager is the name that the server records the provider's writes under.
func (s *store) Manager() string { return s.client.FieldManager }

// Written is what to remember of that name.
func (s *store) Written() string { return s.client.Written() }

func (s *store) post(ctx context.Context, ref kube.Ref, pod *corev1.Pod) (*corev1.Pod, error) {
	return kube.Create(ctx, ref, pod.Annotations[kube.AnnotationNonce],
		func(ctx context.Context) (*corev1.Pod, error) {
			return s.pods(ref).Create(ctx, pod, metav1.CreateOptions{FieldManager: s.client.FieldManager})
		},
		func(ctx context.Context) (*corev1.Pod, error) {
			return s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
		})
}

// Get reads the Pod of that name, whichever it is.
func (s *store) Get(ctx context.Context, ref kube.Ref) (*corev1.Pod, error) {
	pod, err := s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
	return pod, kube.Wrap(ref, "read", err)
}

// updated is what came of an update.
type updated struct {
	// Pod is as it was last seen, nil where the instance's isn't there.
	Pod *corev1.Pod
	// Changed is set when the change was sent and taken.
	Changed bool
	// Missed is set when the program finished before it took up the change.
	Missed bool
}

// Update carries out what was decided about the Pod with that UID, and waits for
// it to take effect. Where it errs, it looks once more at what there is then.
func (s *store) Update(ctx context.Context, ref kube.Ref, uid string, g goal, d decision) (updated, error) {
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

func (s *store) update(ctx context.Context, ref kube.Ref, uid string, g goal, d decision) (done updated, err error) {
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
	if what := d.needsProgram(); what != "" && podhealth.IsOver(pod) {
		return done, finishedError(pod, what)
	}
	if d.Resize != nil {
		if done.Pod, err = s.resize(ctx, pod, *d.Resize); err != nil {
			return done, err
		}
	}
	if d.Change == nil {
		return done, nil
	}
	if before := podhealth.StatusOf(pod.Status.ContainerStatuses, mainContainer(pod).Name); before != nil {
		g.Before = before.DeepCopy()
	}
	if done.Pod, err = s.apply(ctx, done.Pod, *d.Change); err != nil {
		return done, err
	}
	done.Changed = true
	switch {
	case d.Change.Image != "" && g.followsContainer():
		done.Pod, err = s.Await(ctx, done.Pod, g)
		done.Missed = err != nil && missed(done.Pod, g)
	case d.Resize != nil && g.holds():
		g.Before = nil
		done.Pod, err = s.Await(ctx, done.Pod, g)
	}
	return done, err
}

// apply sends a change by server-side apply, having made sure that what an
// earlier POST wrote counts as applied.
func (s *store) apply(ctx context.Context, pod *corev1.Pod, c change) (*corev1.Pod, error) {
	ref := podRef(pod)
	migrated, err := kube.MigrateManager(ctx, s.client, ref, pod, s.pods(ref))
	if err != nil {
		return pod, err
	}
	return s.send(ctx, migrated, c)
}

// resize asks for another size of the main container and waits for it. A size
// that the node can't give is taken back, for it would come true at some later
// time, unasked.
func (s *store) resize(ctx context.Context, pod *corev1.Pod, want size) (*corev1.Pod, error) {
	had := sizeOf(mainContainer(pod).Resources)
	if err := kube.Contested(s.client, podRef(pod), pod, resizedFields(mainContainer(pod).Name, had, want)...); err != nil {
		return pod, err
	}
	patched, err := s.patchSize(ctx, pod, want)
	if err != nil {
		return pod, err
	}
	last, err := s.Await(ctx, patched, goal{Size: &want})
	var waited *kube.WaitError
	if err != nil && !errors.As(err, &waited) {
		return last, fmt.Errorf("wait for %s to be resized, which is still requested and may happen at any time: %w", podRef(pod), err)
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

func (s *store) patchSize(ctx context.Context, pod *corev1.Pod, want size) (*corev1.Pod, error) {
	ref := podRef(pod)
	patch, err := json.Marshal(resizePatch(pod, want))
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
func (s *store) Delete(ctx context.Context, ref kube.Ref, uid string) error {
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
func (s *store) instancePod(ctx context.Context, ref kube.Ref) (*corev1.Pod, error) {
	pod, found, err := kube.Get(ctx, ref, s.pods(ref).Get)
	if err != nil || !found || !kube.IsInstances(pod, ref.Name) {
		return nil, err
	}
	return pod, nil
}

// deletePod deletes the Pod with that UID and no other: a namesake is a
// *kube.GoneError.
func (s *store) deletePod(ctx context.Context, ref kube.Ref, uid types.UID) error {
	s.say(ref, "deleting it")
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
func (s *store) awaitGone(ctx context.Context, leaving *corev1.Pod) error {
	ref := podRef(leaving)
	start, follow := time.Now(), s.follow(ref)
	last, err := s.client.PodWaits.AwaitGone(ctx, ref, leaving, func(*corev1.Pod) { follow("it to end") })
	reason, advice := err, podhealth.DeletionAdvice
	switch {
	case err == nil || last.ResourceVersion == "":
		return err
	case errors.Is(err, context.Canceled):
		reason, advice = errors.New("the run was cancelled, and Kubernetes is still deleting it"), adviceOnInterrupted
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
func (s *store) Await(ctx context.Context, pod *corev1.Pod, g goal) (*corev1.Pod, error) {
	ref := podRef(pod)
	start := time.Now()
	var (
		view   outlook
		course = newCourse(g, start)
		follow = s.follow(ref)
	)
	last, err := s.client.PodWaits.Await(ctx, ref, pod, func(p *corev1.Pod) (bool, error) {
		view = course.see(s.quotable(p), time.Now())
		if view.Hopeless != "" {
			return false, errors.New(view.Hopeless)
		}
		if !view.Done {
			follow(orElse(view.Waiting, "the API server"))
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
	if better := course.judge(g.facts(s.quotable(last), seen.known, time.Now())); !better.Done && (view.Hopeless == "" || better.Hopeless != "") {
		view = better
	}
	return last, &kube.WaitError{
		Ref: ref, Goal: g.String(), Reason: view.ended(err), Advice: view.Advice, Elapsed: time.Since(start),
		State: seen.State, Events: seen.Events, Logs: seen.Logs, Err: err,
	}
}

func timedOut(err error) bool {
	var timeout kube.TimeoutError
	return errors.As(err, &timeout) || errors.Is(err, context.DeadlineExceeded)
}

// diagnose gathers what there is to be had on a Pod. It is short and outlives
// the wait that failed; what the credentials may not read is left out.
func (s *store) diagnose(ctx context.Context, pod *corev1.Pod) diagnosis {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return diagnose(s.quotable(pod), s.events(ctx, pod.Namespace, string(pod.UID)), s.log(ctx, pod))
}

// quotable is the Pod with as much of its programs' logs as the provider block lets quote.
func (s *store) quotable(pod *corev1.Pod) *corev1.Pod { return quotable(pod, s.client.LogLines) }

func (s *store) log(ctx context.Context, pod *corev1.Pod) []string {
	container, previous, found := logsOf(pod)
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
	return lastLines(string(data), most)
}
