// Package podgen makes Pods for tests: such as an API server takes, with as much in
// them as people write, and the same with something broken. A seed always makes the
// same Pod. Only tests import it.
//
// A Pod is made by a function for each part of it (containers.go, volumes.go, …).
// What breaks one knows nothing of Pods (broken.go): it walks the types of the
// linked API, and so reaches fields that these functions don't know yet.
package podgen

import (
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// Image is the image of every container.
const Image = "registry.k8s.io/pause:3.10"

// Generator makes one Pod.
type Generator struct {
	r *rand.Rand
	// made counts names, so that no two are the same.
	made int
	// volumes are those that containers may mount.
	volumes []corev1.Volume
}

// New returns what makes the Pod of that seed.
func New(seed uint64) *Generator {
	return &Generator{r: rand.New(rand.NewPCG(seed, seed))}
}

// Pod is a Pod that an API server takes.
func (g *Generator) Pod(name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: g.labels(), Annotations: g.annotations()},
		Spec:       g.Spec(),
	}
}

// Spec is the spec of such a Pod.
func (g *Generator) Spec() corev1.PodSpec {
	var spec corev1.PodSpec
	for range g.r.IntN(4) {
		g.volumes = append(g.volumes, g.volume())
	}
	spec.Volumes = g.volumes
	spec.RestartPolicy = pick(g, corev1.RestartPolicyAlways, corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever)
	names := []string{pick(g, "app", "web", "main"), "side-a", "side-b"}
	g.r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:1+g.r.IntN(3)] {
		spec.Containers = append(spec.Containers, g.container(name))
	}
	if g.one(4) {
		for _, name := range []string{pick(g, "init", "app-init"), pick(g, "setup", "log")} {
			spec.InitContainers = append(spec.InitContainers, g.initContainer(name))
		}
	}
	g.security(&spec)
	g.scheduling(&spec)
	g.network(&spec)
	if ptr.Deref(spec.TerminationGracePeriodSeconds, 30) < 2 {
		for i := range spec.Containers {
			spec.Containers[i].Lifecycle = nil // which sleeps for a second
		}
	}
	return spec
}

// one is true once in so many times.
func (g *Generator) one(in int) bool { return g.r.IntN(in) == 0 }

// name is one that no other has.
func (g *Generator) name(prefix string) string {
	g.made++
	return fmt.Sprintf("%s-%d", prefix, g.made)
}

func pick[T any](g *Generator, values ...T) T { return values[g.r.IntN(len(values))] }

// maybe is a pointer to one of the values, or nil as often as it isn't.
func maybe[T any](g *Generator, values ...T) *T {
	if g.one(2) {
		return nil
	}
	value := pick(g, values...)
	return &value
}

// some are up to so many of what one makes.
func some[T any](g *Generator, most int, one func() T) []T {
	var all []T
	for range g.r.IntN(most + 1) {
		all = append(all, one())
	}
	return all
}

func (g *Generator) labels() map[string]string {
	all := map[string]string{}
	for _, key := range []string{"app", "team", "app.kubernetes.io/name", "example.com/A_b.c", "empty"} {
		if g.one(3) {
			all[key] = pick(g, "", "shop", "1.2", "A_b-C")
		}
	}
	return all
}

func (g *Generator) annotations() map[string]string {
	all := map[string]string{}
	for _, key := range []string{"note", "example.com/Owner", "example.com/json"} {
		if g.one(4) {
			all[key] = pick(g, "", "a \"quoted\" text", "${a} %{ b } \\ \n", `{"a": [1, null]}`)
		}
	}
	return all
}
