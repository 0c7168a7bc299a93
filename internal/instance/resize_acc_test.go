package instance_test

import (
	"context"
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/instance"
)

// resources are limits and requests of CPU and memory; empty is none.
func resources(limitCPU, limitMemory, requestCPU, requestMemory string) corev1.ResourceRequirements {
	list := func(cpu, memory string) corev1.ResourceList {
		amounts := corev1.ResourceList{}
		for name, text := range map[corev1.ResourceName]string{corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory} {
			if text != "" {
				amounts[name] = amount(text)
			}
		}
		return amounts
	}
	return corev1.ResourceRequirements{Limits: list(limitCPU, limitMemory), Requests: list(requestCPU, requestMemory)}
}

// exactly is a patch that also takes away what isn't wanted any more.
func exactly(have, want corev1.ResourceRequirements) map[string]any {
	list := func(have, want corev1.ResourceList) map[corev1.ResourceName]any {
		all := map[corev1.ResourceName]any{}
		for name := range have {
			all[name] = nil
		}
		for name, amount := range want {
			all[name] = amount
		}
		return all
	}
	return map[string]any{"limits": list(have.Limits, want.Limits), "requests": list(have.Requests, want.Requests)}
}

// TestAccInstance_resizesAreJudgedAsTheServerJudgesThem asks the API server about each
// resize that a plan may have to decide on: what it refuses a plan has to replace for,
// and what it takes is to be had in place. It also takes what a Pod that has finished
// gains nothing by, and from some version on what one with resources of its own does.
func TestAccInstance_resizesAreJudgedAsTheServerJudgesThem(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	guaranteed, burstable := resources("1", "1Gi", "1", "1Gi"), resources("2", "2Gi", "1", "1Gi")
	beside := func(other corev1.ResourceRequirements, sidecar bool) func(*corev1.Pod) {
		return func(pod *corev1.Pod) {
			c := corev1.Container{Name: "side", Image: image, Resources: other}
			if sidecar {
				c.RestartPolicy = ptr.To(corev1.ContainerRestartPolicyAlways)
				pod.Spec.InitContainers = []corev1.Container{c}
				return
			}
			pod.Spec.Containers = append(pod.Spec.Containers, c)
		}
	}
	cases := map[string]struct {
		have, want corev1.ResourceRequirements
		edit       func(*corev1.Pod)
	}{
		"more":                             {have: guaranteed, want: resources("2", "2Gi", "2", "2Gi")},
		"less":                             {have: guaranteed, want: resources("500m", "512Mi", "500m", "512Mi")},
		"to Burstable":                     {have: guaranteed, want: burstable},
		"to Guaranteed":                    {have: burstable, want: guaranteed},
		"limits of a Burstable one":        {have: burstable, want: resources("3", "3Gi", "1", "1Gi")},
		"requests of a Burstable one":      {have: burstable, want: resources("2", "2Gi", "500m", "512Mi")},
		"to BestEffort":                    {have: burstable, want: resources("", "", "", "")},
		"from BestEffort":                  {want: burstable},
		"without a limit":                  {have: burstable, want: resources("2", "", "1", "1Gi")},
		"without a request":                {have: resources("2", "", "1", "1Gi"), want: resources("2", "", "1", "")},
		"with one more limit":              {have: resources("2", "", "1", "1Gi"), want: resources("2", "2Gi", "1", "1Gi")},
		"with one more request":            {have: resources("2", "", "1", ""), want: resources("2", "", "1", "1Gi")},
		"with its first limit":             {have: resources("", "", "1", "1Gi"), want: resources("2", "", "1", "1Gi")},
		"to equal beside a Burstable one":  {have: burstable, want: guaranteed, edit: beside(burstable, false)},
		"to equal beside a Burstable side": {have: burstable, want: guaranteed, edit: beside(burstable, true)},
		"to equal beside a Guaranteed one": {have: burstable, want: guaranteed, edit: beside(guaranteed, false)},
		"to less beside a Guaranteed one":  {have: guaranteed, want: burstable, edit: beside(guaranteed, true)},
		"from nothing beside a Burstable":  {want: guaranteed, edit: beside(burstable, false)},
		"from nothing beside a Guaranteed": {want: guaranteed, edit: beside(guaranteed, false)},
		"to nothing beside a Burstable":    {have: burstable, want: resources("", "", "", ""), edit: beside(burstable, false)},
		"on Windows":                       {have: guaranteed, want: resources("2", "2Gi", "2", "2Gi"), edit: func(pod *corev1.Pod) { pod.Spec.OS = &corev1.PodOS{Name: corev1.Windows} }},
		"with zero for nothing":            {have: resources("", "", "0", ""), want: resources("", "", "1", "")},
		"a request alone":                  {have: resources("", "", "1", ""), want: resources("", "", "2", "")},
	}
	cluster, client := acctest.Namespace(t), acctest.Client(t)
	for what, c := range cases {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			pod := &corev1.Pod{
				ObjectMeta: metav1.ObjectMeta{GenerateName: "sized-"},
				Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "app", Image: image, Resources: c.have}}},
			}
			if c.edit != nil {
				c.edit(pod)
			}
			made, err := client.CoreV1().Pods(cluster).Create(t.Context(), pod, metav1.CreateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			acctest.Eventually(t, "the Pod to start", func(ctx context.Context) (bool, error) {
				made, err = client.CoreV1().Pods(cluster).Get(ctx, made.Name, metav1.GetOptions{})
				return err == nil && (made.Status.Phase == corev1.PodRunning || what == "on Windows"), err
			})
			patch, err := json.Marshal(map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "app", "resources": exactly(c.have, c.want)}}}})
			if err != nil {
				t.Fatal(err)
			}
			_, refusal := client.CoreV1().Pods(cluster).Patch(t.Context(), made.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}}, "resize")
			if refusal != nil && !apierrors.IsInvalid(refusal) && !apierrors.IsForbidden(refusal) {
				t.Fatal(refusal)
			}
			obstacle := instance.ResizeObstacle(made, c.want)
			if (refusal != nil) != (obstacle != "") {
				t.Errorf("a plan says %q, and the API server %v", obstacle, refusal)
			}
		})
	}
}
