package status

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// MAR's words for how a cluster fares.
const (
	statusReady    = "ready"
	statusScaling  = "scaling"
	statusDegraded = "degraded"
	statusFailed   = "failed"
	// statusUnknown is null in Terraform.
	statusUnknown = ""
)

// stuckAfter is how long a deletion may take before it counts as stuck: as long as
// a destroy waits by default.
const stuckAfter = child.DeleteTimeout

// Census is what a cluster is judged by.
type Census struct {
	Namespace *corev1.Namespace
	// Quotas are all of the Namespace, whoever made them.
	Quotas []*corev1.ResourceQuota
	// Pods are all of the Namespace, those of controllers too.
	Pods []*corev1.Pod
	// PodsHidden is set where the credentials may not list Pods.
	PodsHidden bool
	// Templates are the names of the PodTemplates that stopped instances are kept as.
	Templates []string
	// TemplatesHidden is set where the credentials may not list PodTemplates.
	TemplatesHidden bool
}

// rule gives a status to a cluster of which it has something to say.
type rule struct {
	Status string
	// Reason is a sentence for people, empty where the rule doesn't hold.
	Reason func(evidence) string
}

// rules are read from the top, and the first that holds gives the status; where
// none does, the cluster is ready. What makes an instance broken, impaired or
// moving is for judge to say.
//
//	failed    the deletion fails, or takes longer than 10 minutes
//	(unknown) Pods may not be listed
//	failed    every instance is broken, and there is one
//	degraded  an instance is broken or impaired
//	degraded  more is used than a quota allows
//	scaling   the cluster is being deleted
//	scaling   an instance is moving
//	scaling   a quota isn't counted yet
//	ready     none of these
//
// A quota that is used up to its last bit is no fault by itself: a cluster may be
// cut to size. Its usage says so.
func rules() []rule {
	return []rule{
		{statusFailed, stuckInDeletion},
		{statusUnknown, hiddenPods},
		{statusFailed, noneWorks},
		{statusDegraded, someInTrouble},
		{statusDegraded, quotaExceeded},
		{statusScaling, beingDeleted},
		{statusScaling, someMoving},
		{statusScaling, quotaUncounted},
	}
}

// HealthOf is the cluster's status at that time, and the reason for any but ready.
func HealthOf(c Census, now time.Time) (status, reason string) {
	c = c.kept()
	e := evidence{Census: c, instances: judgeAll(c.Pods, now), now: now}
	for _, r := range rules() {
		if reason := r.Reason(e); reason != "" {
			return r.Status, reason
		}
	}
	return statusReady, ""
}

// kept is the census without free text, for the reason of a status is in Terraform's state.
func (c Census) kept() Census {
	c.Namespace = kube.KeptNamespace(c.Namespace)
	pods := make([]*corev1.Pod, 0, len(c.Pods))
	for _, pod := range c.Pods {
		pods = append(pods, kube.KeptPod(pod))
	}
	c.Pods = pods
	return c
}

// Unkept is what the API server says of a deletion that doesn't finish, where that has free
// text in it, so that the reason of the status is without it.
func Unkept(c Census, now time.Time) string {
	whole := stuckInDeletion(evidence{Census: c, now: now})
	if whole == stuckInDeletion(evidence{Census: c.kept(), now: now}) {
		return ""
	}
	return whole
}

// evidence is a census and what its instances were found to be.
type evidence struct {
	Census
	instances []judged
	now       time.Time
}

// which are the instances that were found to be one of these.
func (e evidence) which(are ...bearing) []judged {
	var some []judged
	for _, i := range e.instances {
		if slices.Contains(are, i.Is) {
			some = append(some, i)
		}
	}
	return some
}

func stuckInDeletion(e evidence) string {
	since := e.Namespace.DeletionTimestamp
	if since == nil {
		return ""
	}
	failing := slices.ContainsFunc(e.Namespace.Status.Conditions, func(c corev1.NamespaceCondition) bool {
		return c.Status == corev1.ConditionTrue && (c.Type == corev1.NamespaceDeletionDiscoveryFailure ||
			c.Type == corev1.NamespaceDeletionGVParsingFailure || c.Type == corev1.NamespaceDeletionContentFailure)
	})
	if !failing && e.now.Sub(since.Time) < stuckAfter {
		return ""
	}
	reason := fmt.Sprintf("Its deletion, requested at %s, doesn't finish", since.UTC().Format(time.RFC3339))
	if why := objects.StuckOn(e.Namespace); len(why) > 0 {
		reason += ": " + strings.Join(why, "; ")
	}
	return sentence(reason)
}

func hiddenPods(e evidence) string {
	if !e.PodsHidden {
		return ""
	}
	return fmt.Sprintf("Not known, because these credentials may not list pods in the namespace %s.", e.Namespace.Name)
}

func noneWorks(e evidence) string {
	are := e.which(broken)
	if len(are) == 0 || len(are) < len(e.instances) {
		return ""
	}
	if len(are) == 1 {
		return fmt.Sprintf("Its only instance doesn't work: %s.", named(are))
	}
	return fmt.Sprintf("None of its %d instances works: %s.", len(are), named(are))
}

func someInTrouble(e evidence) string {
	are := e.which(broken, impaired)
	if len(are) == 0 {
		return ""
	}
	// Those that don't work come first.
	slices.SortStableFunc(are, func(a, b judged) int { return cmp.Compare(b.Is, a.Is) })
	return fmt.Sprintf("%s in trouble: %s.", share(are, e), named(are))
}

func someMoving(e evidence) string {
	are := e.which(moving)
	if len(are) == 0 {
		return ""
	}
	return fmt.Sprintf("%s starting, changing or stopping: %s.", share(are, e), named(are))
}

func beingDeleted(e evidence) string {
	if e.Namespace.DeletionTimestamp == nil {
		return ""
	}
	return "It is being deleted."
}

func quotaExceeded(e evidence) string {
	var over []string
	for _, quota := range e.Quotas {
		for key, hard := range quota.Spec.Hard {
			if used, counted := quota.Status.Used[key]; counted && used.Cmp(hard) > 0 {
				over = append(over, fmt.Sprintf("%s uses %s of %s (%s)", quota.Name, used.String(), hard.String(), key))
			}
		}
	}
	if len(over) == 0 {
		return ""
	}
	slices.Sort(over)
	return fmt.Sprintf("More is used than a quota allows: %s.", firstFew(over))
}

// quotaUncounted: the controller that counts has yet to take note of the quota.
func quotaUncounted(e evidence) string {
	var names []string
	for _, quota := range e.Quotas {
		for key, hard := range quota.Spec.Hard {
			noted, ok := quota.Status.Hard[key]
			if _, counted := quota.Status.Used[key]; !ok || !counted || noted.Cmp(hard) != 0 {
				names = append(names, quota.Name)
				break
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return fmt.Sprintf("Kubernetes hasn't yet counted what is used of its quota: %s.", firstFew(names))
}

// stoppedIn are the instances that are kept as a PodTemplate and have no Pod.
func stoppedIn(c Census) []string {
	var names []string
	for _, name := range c.Templates {
		if !slices.ContainsFunc(c.Pods, func(pod *corev1.Pod) bool { return pod.Name == name }) {
			names = append(names, name)
		}
	}
	return names
}

// share says how many of how many.
func share(some []judged, e evidence) string {
	verb := "are"
	if len(some) == 1 {
		verb = "is"
	}
	noun := "instances"
	if len(e.instances) == 1 {
		noun = "instance"
	}
	return fmt.Sprintf("%d of %d %s %s", len(some), len(e.instances), noun, verb)
}

func named(instances []judged) string {
	var texts []string
	for _, i := range instances {
		texts = append(texts, fmt.Sprintf("%s (%s)", i.Name, i.Why))
	}
	return firstFew(texts)
}

func firstFew(texts []string) string {
	const few = 3
	if len(texts) <= few {
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(texts[:few], ", "), len(texts)-few)
}

func sentence(text string) string { return strings.TrimRight(strings.TrimSpace(text), ".") + "." }
