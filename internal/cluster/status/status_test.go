package status

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// noon is when the tests look.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func before(d time.Duration) metav1.Time { return metav1.NewTime(noon.Add(-d)) }

// pod is one that has been ready for an hour, changed by the edits.
func pod(name string, edits ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: before(time.Hour)},
		Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyAlways},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning,
			Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionTrue},
				{Type: corev1.ContainersReady, Status: corev1.ConditionTrue},
				{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: before(time.Hour)},
			},
			ContainerStatuses: []corev1.ContainerStatus{{
				Name: "app", Ready: true,
				State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: before(time.Hour)}},
			}},
		},
	}
	for _, edit := range edits {
		edit(p)
	}
	return p
}

func phase(is corev1.PodPhase, reason string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Phase, p.Status.Reason = is, reason
		p.Status.Conditions, p.Status.ContainerStatuses = nil, nil
	}
}

func condition(c corev1.PodCondition) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		for i := range p.Status.Conditions {
			if p.Status.Conditions[i].Type == c.Type {
				p.Status.Conditions[i] = c
				return
			}
		}
		p.Status.Conditions = append(p.Status.Conditions, c)
	}
}

// unready turns Ready as the kubelet does, at that time.
func unready(at metav1.Time) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		for _, kind := range []corev1.PodConditionType{corev1.ContainersReady, corev1.PodReady} {
			condition(corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse, Reason: "ContainersNotReady", LastTransitionTime: at})(p)
		}
		p.Status.ContainerStatuses[0].Ready = false
	}
}

func stateIs(state corev1.ContainerState) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Status.ContainerStatuses[0].State = state }
}

func waiting(reason string) func(*corev1.Pod) {
	return stateIs(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}})
}

func startedAt(at metav1.Time) func(*corev1.Pod) {
	return stateIs(corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at}})
}

func exited(code int32, reason string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, FinishedAt: before(time.Minute)}}
}

func crashedBefore(p *corev1.Pod) {
	p.Status.ContainerStatuses[0].RestartCount, p.Status.ContainerStatuses[0].LastTerminationState = 4, exited(1, "Error")
}

// gated waits for a readiness gate; its containers are ready.
func gated(p *corev1.Pod) {
	p.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/open"}}
	condition(corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionFalse, Reason: "ReadinessGatesNotReady", LastTransitionTime: before(time.Minute)})(p)
}

func job(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyNever }

func createdAt(at metav1.Time) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.CreationTimestamp = at }
}

func controlled(p *corev1.Pod) {
	p.OwnerReferences = []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "web", Controller: ptr.To(true)}}
}

func leaving(until metav1.Time) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.DeletionTimestamp = &until }
}

// quotaOf is a quota that allows, and uses, so much.
func quotaOf(name string, key corev1.ResourceName, used, hard string) *corev1.ResourceQuota {
	list := func(amount string) corev1.ResourceList { return corev1.ResourceList{key: resource.MustParse(amount)} }
	return &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ResourceQuotaSpec{Hard: list(hard)},
		Status:     corev1.ResourceQuotaStatus{Hard: list(hard), Used: list(used)},
	}
}

func lagging(q *corev1.ResourceQuota) *corev1.ResourceQuota {
	q.Status = corev1.ResourceQuotaStatus{}
	return q
}

func namespace(deleted *metav1.Time, conditions ...corev1.NamespaceCondition) *corev1.Namespace {
	return &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: "dev", DeletionTimestamp: deleted},
		Status:     corev1.NamespaceStatus{Conditions: conditions},
	}
}

// What a single instance is found to be, and why.
func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		pod *corev1.Pod
		is  bearing
		why string
	}{
		"ready":                         {pod("web"), well, ""},
		"a finished job":                {pod("job", job, phase(corev1.PodSucceeded, "")), well, ""},
		"a job with one container done": {pod("job", job, unready(before(time.Minute)), stateIs(exited(0, "Completed"))), well, ""},

		"ready after a crash": {pod("web", crashedBefore), well, ""},

		"a crash loop while it runs":       {pod("web", crashedBefore, startedAt(before(time.Second))), impaired, "keeps ending: exit code 1"},
		"ready again for long":             {pod("web", crashedBefore, startedAt(before(11*time.Minute))), well, ""},
		"a container ended beside another": {pod("web", job, unready(before(time.Minute)), stateIs(exited(3, "Error")), func(p *corev1.Pod) { p.Spec.Containers = []corev1.Container{{Name: "app"}} }), broken, "exit code 3"},
		"evicted for its volume":           {pod("web", phase(corev1.PodFailed, "Evicted"), func(p *corev1.Pod) { p.Status.Message = `Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ` }), broken, "Failed: Evicted"},

		"just made":                        {pod("web", phase(corev1.PodPending, ""), createdAt(before(time.Second))), moving, "starting"},
		"creating":                         {pod("web", createdAt(before(time.Second)), unready(before(time.Second)), waiting("ContainerCreating")), moving, "starting"},
		"started, not ready yet":           {pod("web", createdAt(before(time.Minute)), unready(before(time.Minute)), startedAt(before(time.Minute))), moving, "starting"},
		"restarted well, not ready yet":    {pod("web", unready(before(time.Minute)), startedAt(before(time.Second))), moving, "starting"},
		"between an image and the next":    {pod("web", unready(before(time.Minute)), waiting("ContainerCreating"), func(p *corev1.Pod) { p.Status.ContainerStatuses[0].LastTerminationState = exited(0, "Completed") }), moving, "starting"},
		"held back by a gate":              {pod("web", phase(corev1.PodPending, ""), condition(corev1.PodCondition{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonSchedulingGated})), moving, "SchedulingGated"},
		"a readiness gate that isn't open": {pod("web", createdAt(before(time.Minute)), startedAt(before(time.Minute)), gated), moving, "starting"},
		"a job's readiness gate":           {pod("web", job, createdAt(before(time.Minute)), startedAt(before(time.Minute)), gated), moving, "starting"},
		"being deleted":                    {pod("web", leaving(before(-30*time.Second))), moving, "being deleted"},
		"a resize that waits for room":     {pod("web", condition(corev1.PodCondition{Type: corev1.PodResizePending, Status: corev1.ConditionTrue, Reason: corev1.PodReasonDeferred})), moving, "being resized"},
		"a resize in progress":             {pod("web", condition(corev1.PodCondition{Type: corev1.PodResizeInProgress, Status: corev1.ConditionTrue})), moving, "being resized"},
		"a resize that can't be":           {pod("web", condition(corev1.PodCondition{Type: corev1.PodResizePending, Status: corev1.ConditionTrue, Reason: corev1.PodReasonInfeasible})), impaired, "its node can't resize it"},
		"failed": {pod("web", phase(corev1.PodFailed, ""), func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{State: exited(3, "Error")}}
		}), broken, "Failed: exit code 3"},
		"out of memory": {pod("web", phase(corev1.PodFailed, ""), func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{State: exited(137, "OOMKilled")}}
		}), broken, "Failed: OOMKilled"},
		"evicted":                {pod("web", phase(corev1.PodFailed, "Evicted")), broken, "Failed: Evicted"},
		"unknown":                {pod("web", phase(corev1.PodUnknown, "")), broken, "Unknown"},
		"a server that finished": {pod("web", phase(corev1.PodSucceeded, "")), broken, "finished, though its restart policy is Always"},
		"crash looping":          {pod("web", unready(before(time.Minute)), waiting("CrashLoopBackOff")), broken, "CrashLoopBackOff"},
		"between two crashes":    {pod("web", unready(before(time.Minute)), startedAt(before(time.Second)), crashedBefore), broken, "restarted after exit code 1"},
		"crashed this moment":    {pod("web", unready(before(time.Minute)), stateIs(exited(137, "OOMKilled"))), broken, "OOMKilled"},
		"no image":               {pod("web", unready(before(time.Second)), waiting("ImagePullBackOff")), broken, "ImagePullBackOff"},
		"no ConfigMap":           {pod("web", unready(before(time.Second)), waiting("CreateContainerConfigError")), broken, "CreateContainerConfigError"},
		"an init container without image": {pod("web", unready(before(time.Second)), waiting("PodInitializing"), func(p *corev1.Pod) {
			p.Status.InitContainerStatuses = []corev1.ContainerStatus{{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull"}}}}
		}), broken, "ErrImagePull"},
		"no node has room": {pod("web", phase(corev1.PodPending, ""), condition(corev1.PodCondition{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable})), broken, "Unschedulable"},
		"its node is lost": {pod("web", condition(corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionFalse, LastTransitionTime: before(time.Second)})), broken, "its node doesn't answer"},
		"was ready":        {pod("web", unready(before(time.Second))), broken, "not ready any more: ContainersNotReady"},
		"never ready":      {pod("web", unready(before(time.Hour))), broken, "not ready after 60 minutes"},
		"never created":    {pod("web", unready(before(time.Hour)), waiting("ContainerCreating")), broken, "not ready after 60 minutes"},
		"doesn't go":       {pod("web", leaving(before(2*time.Minute))), broken, "its grace period ended at 2026-03-01T11:58:00Z"},
	} {
		if is, why := judge(c.pod, noon); is != c.is || why != c.why {
			t.Errorf("%s: got %d, %q, want %d, %q", name, is, why, c.is, c.why)
		}
	}
}

// A row or more for each rule, in their order; and what goes before what.
func TestHealth_rules(t *testing.T) {
	minute, hour := ptr.To(before(time.Minute)), ptr.To(before(time.Hour))
	crashing := func(name string) *corev1.Pod {
		return pod(name, unready(before(time.Minute)), waiting("CrashLoopBackOff"))
	}
	starting := pod("new", phase(corev1.PodPending, ""), createdAt(before(time.Second)))
	done := pod("job", job, phase(corev1.PodSucceeded, ""))
	evicted := phase(corev1.PodFailed, "Evicted")
	failing := corev1.NamespaceCondition{Type: corev1.NamespaceDeletionContentFailure, Status: corev1.ConditionTrue, Reason: "ContentDeletionFailed", Message: "some pods can't be deleted."}
	remaining := corev1.NamespaceCondition{Type: corev1.NamespaceFinalizersRemaining, Status: corev1.ConditionTrue, Reason: "SomeFinalizersRemain", Message: "Some content in the namespace has finalizers remaining: a/b in 1 resource instances"}

	for name, c := range map[string]struct {
		census         Census
		status, reason string
	}{
		"the deletion fails":             {Census{Namespace: namespace(minute, failing)}, statusFailed, "Its deletion, requested at 2026-03-01T11:59:00Z, doesn't finish: condition NamespaceDeletionContentFailure: ContentDeletionFailed."},
		"the deletion takes too long":    {Census{Namespace: namespace(hour, remaining)}, statusFailed, "Its deletion, requested at 2026-03-01T11:00:00Z, doesn't finish: condition NamespaceFinalizersRemaining: SomeFinalizersRemain: Some content in the namespace has finalizers remaining: a/b in 1 resource instances."},
		"also without Pods to be seen":   {Census{Namespace: namespace(hour), PodsHidden: true}, statusFailed, "Its deletion, requested at 2026-03-01T11:00:00Z, doesn't finish."},
		"Pods may not be listed":         {Census{Namespace: namespace(nil), PodsHidden: true, Quotas: []*corev1.ResourceQuota{quotaOf("q", "pods", "3", "2")}}, statusUnknown, "Not known, because these credentials may not list pods in the namespace dev."},
		"the only instance is broken":    {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{crashing("web")}}, statusFailed, "Its only instance doesn't work: web (CrashLoopBackOff)."},
		"all instances are broken":       {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{crashing("d"), crashing("c"), crashing("b"), pod("a", evicted), crashing("e")}}, statusFailed, "None of its 5 instances works: a (Failed: Evicted), b (CrashLoopBackOff), c (CrashLoopBackOff) and 2 more."},
		"one works":                      {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{crashing("a"), pod("b", evicted), pod("c")}}, statusDegraded, "2 of 3 instances are in trouble: a (CrashLoopBackOff), b (Failed: Evicted)."},
		"one has done its work":          {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{crashing("a"), done}}, statusDegraded, "1 of 2 instances is in trouble: a (CrashLoopBackOff)."},
		"one may still come":             {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{crashing("a"), starting}}, statusDegraded, "1 of 2 instances is in trouble: a (CrashLoopBackOff)."},
		"the worse ones come first":      {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{pod("a", condition(corev1.PodCondition{Type: corev1.PodResizePending, Status: corev1.ConditionTrue, Reason: corev1.PodReasonInfeasible})), crashing("b")}}, statusDegraded, "2 of 2 instances are in trouble: b (CrashLoopBackOff), a (its node can't resize it)."},
		"what works isn't failed":        {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{pod("a", condition(corev1.PodCondition{Type: corev1.PodResizePending, Status: corev1.ConditionTrue, Reason: corev1.PodReasonInfeasible}))}}, statusDegraded, "1 of 1 instance is in trouble: a (its node can't resize it)."},
		"above a quota":                  {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{starting}, Quotas: []*corev1.ResourceQuota{quotaOf("mar-quota", "pods", "3", "2"), quotaOf("b", "limits.cpu", "1500m", "1")}}, statusDegraded, "More is used than a quota allows: b uses 1500m of 1 (limits.cpu), mar-quota uses 3 of 2 (pods)."},
		"being deleted":                  {Census{Namespace: namespace(minute, remaining), Pods: []*corev1.Pod{pod("web", leaving(before(0)))}}, statusScaling, "It is being deleted."},
		"one starts":                     {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{starting, pod("web")}}, statusScaling, "1 of 2 instances is starting, changing or stopping: new (starting)."},
		"one goes":                       {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{pod("web", leaving(before(0)))}}, statusScaling, "1 of 1 instance is starting, changing or stopping: web (being deleted)."},
		"a quota that isn't counted":     {Census{Namespace: namespace(nil), Quotas: []*corev1.ResourceQuota{lagging(quotaOf("mar-quota", "pods", "1", "2"))}}, statusScaling, "Kubernetes hasn't yet counted what is used of its quota: mar-quota."},
		"empty":                          {Census{Namespace: namespace(nil)}, statusReady, ""},
		"all works or is done":           {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{pod("web"), done}}, statusReady, ""},
		"used up isn't above":            {Census{Namespace: namespace(nil), Quotas: []*corev1.ResourceQuota{quotaOf("q", "pods", "2", "2"), quotaOf("none", "services.loadbalancers", "0", "0")}}, statusReady, ""},
		"its controller has seen to it":  {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{pod("a", evicted, controlled), pod("b", controlled)}}, statusReady, ""},
		"what its controller takes away": {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{pod("a", evicted, controlled, leaving(before(0)))}}, statusScaling, "1 of 1 instance is starting, changing or stopping: a (being deleted)."},
		"nobody sees to a crash loop":    {Census{Namespace: namespace(nil), Pods: []*corev1.Pod{pod("a", controlled, unready(before(time.Minute)), waiting("CrashLoopBackOff")), pod("b")}}, statusDegraded, "1 of 2 instances is in trouble: a (CrashLoopBackOff)."},
		"stopped":                        {Census{Namespace: namespace(nil), Templates: []string{"web"}}, statusReady, ""},
	} {
		if status, reason := HealthOf(c.census, noon); status != c.status || reason != c.reason {
			t.Errorf("%s:\ngot  %s: %s\nwant %s: %s", name, status, reason, c.status, c.reason)
		}
	}
}

// The documentation lists the rules in their order.
func TestRules_areThoseOfTheDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../../templates/data-sources/cluster.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| status | rule |\n| --- | --- |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var documented, coded []string
	for line := range strings.Lines(table) {
		documented = append(documented, strings.Trim(strings.Fields(line)[1], "`"))
	}
	for _, r := range rules() {
		coded = append(coded, r.Status)
	}
	for i, status := range coded {
		if status == statusUnknown {
			coded[i] = "null"
		}
	}
	if coded = append(coded, statusReady); !slices.Equal(documented, coded) {
		t.Errorf("the page has %v, the code %v", documented, coded)
	}
}

func TestStoppedIn_oneWithAPodIsNotStopped(t *testing.T) {
	c := Census{Pods: []*corev1.Pod{pod("a")}, Templates: []string{"a", "b"}}
	if got := stoppedIn(c); len(got) != 1 || got[0] != "b" {
		t.Errorf("got %v", got)
	}
}
