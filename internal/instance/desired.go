package instance

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// containerName is the main container of every instance that is made here. One
// that was imported may have another; it has this one once it is made anew.
const containerName = podspec.Main

// making is what a Pod is made with beyond what its model says.
type making struct {
	Nonce string
	// Secret is the name of the Secret whose keys become environment variables,
	// if there is one.
	Secret string
	// Unset names what an imported Pod didn't say, see unsetIn.
	Unset []string
}

// desired is the Pod that a new instance is made from. What the model doesn't
// know yet is left to the API server.
func desired(ctx context.Context, m model, how making) (*corev1.Pod, diag.Diagnostics) {
	spec, diags := desiredSpec(ctx, m, how)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:   m.Cluster.ValueString(),
			Name:        m.Name.ValueString(),
			Labels:      withDefault(desiredLabels(m), kube.LabelApp, kube.AppValue),
			Annotations: fw.StringMap(m.AnnotationsAll),
		},
		Spec: spec,
	}
	pod.Annotations[kube.AnnotationNonce] = how.Nonce
	noteSpec(pod)
	return pod, diags
}

// desiredSpec merges what pod says over what the other attributes mean.
func desiredSpec(ctx context.Context, m model, how making) (corev1.PodSpec, diag.Diagnostics) {
	base, diags := baseSpec(ctx, m)
	declared, faults := podspec.Decode(m.Pod)
	diags.Append(podspec.Diagnostics(faults)...)
	if diags.HasError() {
		return base, diags
	}
	spec, err := podspec.Merge(base, declared)
	if err != nil {
		diags.AddAttributeError(path.Root("pod"), "Invalid pod", fw.Sentence(err.Error()))
		return base, diags
	}
	app := mainOf(&spec)
	app.Env = usedFirst(app.Env, len(mainOf(&base).Env))
	return withSecret(how.unsetAgain(spec, m), how.Secret), diags
}

// mainOf is the main container of a spec that is made here.
func mainOf(spec *corev1.PodSpec) *corev1.Container {
	i := slices.IndexFunc(spec.Containers, func(c corev1.Container) bool { return c.Name == containerName })
	return &spec.Containers[i]
}

// baseSpec is what all attributes but pod mean.
func baseSpec(ctx context.Context, m model) (corev1.PodSpec, diag.Diagnostics) {
	ports, diags := desiredPorts(ctx, m.Ports)
	podSecurity, containerSecurity, more := desiredSecurity(ctx, m.Security)
	diags.Append(more...)
	sources, more := desiredSources(ctx, m.EnvValueFrom)
	diags.Append(more...)
	probes, more := desiredChecks(ctx, m.HealthChecks)
	diags.Append(more...)
	volumes, mounts, more := desiredVolumes(ctx, m.Volumes)
	diags.Append(more...)
	return corev1.PodSpec{
		RestartPolicy:                corev1.RestartPolicy(m.RestartPolicy.ValueString()),
		ServiceAccountName:           m.ServiceAccount.ValueString(),
		AutomountServiceAccountToken: ptr.To(!m.ServiceAccount.IsNull()),
		Volumes:                      volumes,
		SecurityContext:              podSecurity,
		Containers: []corev1.Container{{
			Name:            containerName,
			Image:           m.Image.ValueString(),
			Command:         texts(m.Command),
			Args:            texts(m.Args),
			Env:             desiredEnv(fw.StringMap(m.Env), sources),
			Ports:           ports,
			Resources:       desiredResources(m),
			VolumeMounts:    mounts,
			LivenessProbe:   probes[checkLiveness],
			ReadinessProbe:  probes[checkReadiness],
			StartupProbe:    probes[checkStartup],
			SecurityContext: containerSecurity,
		}},
	}, diags
}

// declared is the plan with nothing in it but what the configuration says: CPU
// and memory that a LimitRange chose are left to that again.
func declared(plan, config model) model {
	if config.CPU.IsNull() {
		plan.CPU = config.CPU
	}
	if config.Memory.IsNull() {
		plan.Memory = config.Memory
	}
	return plan
}

// desiredLabels are those of an instance whoever made its Pod: the declared
// ones and those that the provider knows its own by.
func desiredLabels(m model) map[string]string {
	labels := fw.StringMap(m.LabelsAll)
	labels[kube.LabelInstanceID] = m.Name.ValueString()
	labels[kube.LabelManagedBy] = kube.ManagedBy
	return labels
}

// change is what an update in place sends besides a resize. An empty image is
// the one that the Pod has.
type change struct {
	Labels, Annotations map[string]string
	// Dropped are the keys that go.
	Dropped kube.Keys
	Image   string
	// Spec is what the Pod would be made anew from, as AnnotationSpec holds it.
	Spec string
}

func desiredChange(prior, plan model) change {
	c := change{Labels: desiredLabels(plan), Annotations: fw.StringMap(plan.AnnotationsAll), Dropped: droppedBetween(prior, plan)}
	if !plan.Image.Equal(prior.Image) {
		c.Image = plan.Image.ValueString()
	}
	return c
}

// applyConfiguration is everything that the manager owns on the Pod, with the
// change in it. An apply takes away whatever its manager owns and doesn't send,
// and a Pod can lose next to nothing, so the rest is sent as it is. The UID
// keeps it from making a deleted Pod anew. The keys in stay are left to the managers
// that apply them.
func applyConfiguration(pod *corev1.Pod, manager string, c change, stay kube.Keys) (*corev1ac.PodApplyConfiguration, error) {
	config, err := corev1ac.ExtractPod(pod, manager)
	if err != nil {
		return nil, err
	}
	labels, annotations := maps.Clone(c.Labels), maps.Clone(c.Annotations)
	if _, ours := config.Labels[kube.LabelApp]; ours && !slices.Contains(stay.Labels, kube.LabelApp) {
		labels = withDefault(labels, kube.LabelApp, kube.AppValue)
	}
	if nonce, ours := config.Annotations[kube.AnnotationNonce]; ours {
		annotations = withDefault(annotations, kube.AnnotationNonce, nonce)
	}
	if c.Spec != "" {
		annotations = withDefault(annotations, kube.AnnotationSpec, c.Spec)
	}
	config.Labels, config.Annotations = labels, annotations
	keepResources(config, pod)
	if c.Image != "" {
		applyImage(config, mainContainer(pod).Name, c.Image)
	}
	return config.WithUID(pod.UID), nil
}

// keepResources sends the resources that the containers have. A POST without any
// owns them as an empty whole, and giving that up takes away what a LimitRange or
// an autoscaler has filled in, which nobody else owns.
func keepResources(config *corev1ac.PodApplyConfiguration, pod *corev1.Pod) {
	if config.Spec == nil {
		return
	}
	for i := range config.Spec.Containers {
		sent := &config.Spec.Containers[i]
		for _, live := range pod.Spec.Containers {
			if live.Name != ptr.Deref(sent.Name, "") || len(live.Resources.Limits)+len(live.Resources.Requests) == 0 {
				continue
			}
			if sent.Resources == nil {
				sent.WithResources(corev1ac.ResourceRequirements())
			}
			sent.Resources.WithLimits(live.Resources.Limits).WithRequests(live.Resources.Requests)
		}
	}
}

func applyImage(config *corev1ac.PodApplyConfiguration, container, image string) {
	if config.Spec == nil {
		config.WithSpec(corev1ac.PodSpec())
	}
	for i := range config.Spec.Containers {
		if ptr.Deref(config.Spec.Containers[i].Name, "") == container {
			config.Spec.Containers[i].WithImage(image)
			return
		}
	}
	config.Spec.WithContainers(corev1ac.Container().WithName(container).WithImage(image))
}

func desiredPorts(ctx context.Context, declared types.Map) ([]corev1.ContainerPort, diag.Diagnostics) {
	byName, diags := entriesAs[portModel](ctx, declared)
	var ports []corev1.ContainerPort
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		ports = append(ports, corev1.ContainerPort{
			Name:          name,
			ContainerPort: int32(byName[name].Port.ValueInt64()),
			Protocol:      corev1.Protocol(byName[name].Protocol.ValueString()),
		})
	}
	return ports, diags
}

// droppedBetween are the labels and annotations that the configuration no longer
// declares.
func droppedBetween(prior, plan model) kube.Keys {
	return kube.DroppedKeys(
		&metav1.ObjectMeta{Labels: fw.StringMap(prior.LabelsAll), Annotations: fw.StringMap(prior.AnnotationsAll)},
		&metav1.ObjectMeta{Labels: fw.StringMap(plan.LabelsAll), Annotations: fw.StringMap(plan.AnnotationsAll)},
	)
}

// plannedRemoval is droppedBetween for a plan, of which not all is known.
func plannedRemoval(prior, plan model, defaults fw.Defaults) kube.Keys {
	return kube.DroppedKeys(
		&metav1.ObjectMeta{Labels: fw.StringMap(prior.LabelsAll), Annotations: fw.StringMap(prior.AnnotationsAll)},
		&metav1.ObjectMeta{
			Labels:      fw.PlannedKeys(defaults.Labels, plan.Labels, prior.LabelsAll),
			Annotations: fw.PlannedKeys(defaults.Annotations, plan.Annotations, prior.AnnotationsAll),
		},
	)
}

func withDefault(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	if _, declared := m[key]; !declared {
		m[key] = value
	}
	return m
}

func texts(list interface{ Elements() []attr.Value }) []string {
	var all []string
	for _, element := range list.Elements() {
		if text, ok := element.(types.String); ok {
			all = append(all, text.ValueString())
		}
	}
	return all
}
