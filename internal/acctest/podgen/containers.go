package podgen

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// texts are such as are easily lost on the way through HCL, JSON and YAML.
func (g *Generator) text() string {
	return pick(g, "", "a", "x y", "1.10", "0644", "yes", "null", "~", "é ü 日本", "a \"quoted\" text", "${a} %{ if } $${b}", "line\nbreak\n", "\ttab", "$(HOST):$$(PORT)", "{\"a\": [1, true]}", strings.Repeat("long ", 50), " padded ")
}

func (g *Generator) container(name string) corev1.Container {
	c := corev1.Container{
		Name:            name,
		Image:           Image,
		Command:         some(g, 2, g.text),
		Args:            some(g, 3, g.text),
		WorkingDir:      pick(g, "", "", "/srv", "srv"),
		Env:             g.env(name),
		EnvFrom:         some(g, 2, g.envFrom),
		Ports:           g.ports(),
		Resources:       g.resources(),
		VolumeMounts:    g.mounts(),
		SecurityContext: g.containerSecurity(),
		ImagePullPolicy: pick(g, "", "", corev1.PullAlways, corev1.PullIfNotPresent),
		Stdin:           g.one(8),
		TTY:             g.one(8),
	}
	if g.one(6) {
		c.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
		c.TerminationMessagePath = "/dev/log"
	}
	for _, probe := range []**corev1.Probe{&c.LivenessProbe, &c.ReadinessProbe, &c.StartupProbe} {
		if g.one(4) {
			*probe = g.probe(probe == &c.ReadinessProbe)
		}
	}
	if g.one(5) {
		c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 1}}}
		if g.one(2) {
			c.Lifecycle.PostStart = &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"true", g.text()}}}
		}
	}
	return c
}

func (g *Generator) initContainer(name string) corev1.Container {
	c := g.container(name)
	c.Lifecycle, c.LivenessProbe, c.ReadinessProbe, c.StartupProbe = nil, nil, nil, nil
	if g.one(3) {
		c.RestartPolicy = ptr.To(corev1.ContainerRestartPolicyAlways)
	}
	return c
}

// env has names twice, names that no shell reads, and uses before what they use. A
// variable with a source that is hidden isn't used, which couldn't be said otherwise.
func (g *Generator) env(container string) []corev1.EnvVar {
	names := []string{"HOST", "PORT", "URL", "A", "a.b-c", "Logging:Level", "1st"}
	const sources = 2
	used := append([]string{"POD_IP"}, names...)
	var env []corev1.EnvVar
	for i := range g.r.IntN(6) {
		v := corev1.EnvVar{Name: pick(g, names...)}
		if i == 2 && g.one(3) {
			env = append(env, corev1.EnvVar{Name: "POD_IP", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "status.podIP"}}})
		}
		kind := g.r.IntN(6)
		if kind <= sources {
			v.Name = pick(g, "FROM", "from.b")
		}
		switch kind {
		case 0:
			v.ValueFrom = &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: pick(g, "status.podIP", "metadata.name", "metadata.labels['team']", "spec.nodeName")}}
		case 1:
			v.ValueFrom = &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: pick(g, "limits.cpu", "requests.memory"), ContainerName: pick(g, "", container)}}
		case 2:
			v.ValueFrom = &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}, Key: pick(g, "a", "b.c", "1"), Optional: ptr.To(true)}}
		case 3:
			v.Value = fmt.Sprintf("http://$(%s)/$(%s)/$$(A)", pick(g, used...), pick(g, used...))
		default:
			v.Value = g.text()
		}
		env = append(env, v)
	}
	return env
}

func (g *Generator) envFrom() corev1.EnvFromSource {
	from := corev1.EnvFromSource{Prefix: pick(g, "", "C_", "a.b:")}
	if name := (corev1.LocalObjectReference{Name: "settings"}); g.one(2) {
		from.ConfigMapRef = &corev1.ConfigMapEnvSource{LocalObjectReference: name, Optional: ptr.To(true)}
	} else {
		from.SecretRef = &corev1.SecretEnvSource{LocalObjectReference: name, Optional: ptr.To(true)}
	}
	return from
}

func (g *Generator) ports() []corev1.ContainerPort {
	var ports []corev1.ContainerPort
	for range g.r.IntN(3) {
		g.made++
		ports = append(ports, corev1.ContainerPort{
			Name:          pick(g, "", fmt.Sprintf("p-%d", g.made)),
			ContainerPort: int32(1000 + g.made),
			Protocol:      pick(g, "", corev1.ProtocolTCP, corev1.ProtocolUDP),
		})
	}
	return ports
}

func (g *Generator) resources() corev1.ResourceRequirements {
	var r corev1.ResourceRequirements
	set := func(list *corev1.ResourceList, name corev1.ResourceName, amounts ...string) {
		if g.one(2) {
			return
		}
		if *list == nil {
			*list = corev1.ResourceList{}
		}
		(*list)[name] = resource.MustParse(pick(g, amounts...))
	}
	set(&r.Limits, corev1.ResourceCPU, "1", "1500m", "0.5", "2e0")
	set(&r.Limits, corev1.ResourceMemory, "1Gi", "512M", "1.5Gi")
	set(&r.Limits, "ephemeral-storage", "10Gi")
	set(&r.Requests, corev1.ResourceCPU, "100m", "0.1", "0")
	set(&r.Requests, corev1.ResourceMemory, "64Mi", "100M")
	if g.one(8) {
		set(&r.Limits, "example.com/gpu", "1", "2")
	}
	return r
}

func (g *Generator) probe(ready bool) *corev1.Probe {
	p := &corev1.Probe{
		InitialDelaySeconds: pick[int32](g, 0, 3),
		TimeoutSeconds:      pick[int32](g, 0, 5),
		PeriodSeconds:       pick[int32](g, 0, 7),
		FailureThreshold:    pick[int32](g, 0, 30),
	}
	if ready {
		p.SuccessThreshold = pick[int32](g, 0, 2)
	}
	switch g.r.IntN(4) {
	case 0:
		p.HTTPGet = &corev1.HTTPGetAction{Path: pick(g, "", "/live", "live?a=b c"), Port: pick(g, intstr.FromInt32(8080), intstr.FromString("http")), Scheme: pick(g, "", corev1.URISchemeHTTPS), Host: pick(g, "", "", "localhost")}
		if g.one(2) {
			p.HTTPGet.HTTPHeaders = []corev1.HTTPHeader{{Name: "X-Check", Value: g.text()}}
		}
	case 1:
		p.TCPSocket = &corev1.TCPSocketAction{Port: pick(g, intstr.FromInt32(80), intstr.FromString("db"))}
	case 2:
		p.GRPC = &corev1.GRPCAction{Port: 50051, Service: maybe(g, "", "health")}
	default:
		p.Exec = &corev1.ExecAction{Command: []string{"sh", "-c", g.text()}}
	}
	return p
}

// mounts has some volumes, some of them twice.
func (g *Generator) mounts() []corev1.VolumeMount {
	var mounts []corev1.VolumeMount
	for _, v := range g.volumes {
		for range g.r.IntN(3) {
			g.made++
			m := corev1.VolumeMount{Name: v.Name, MountPath: fmt.Sprintf("%s%d", pick(g, "/mnt/", "relative", "/with space "), g.made), ReadOnly: g.one(2)}
			switch g.r.IntN(6) {
			case 0:
				m.SubPath = "a/b"
			case 1:
				m.SubPathExpr = "$(A)/b"
			case 2:
				m.MountPropagation = ptr.To(corev1.MountPropagationHostToContainer)
			}
			mounts = append(mounts, m)
		}
	}
	return slices.Clip(mounts)
}
