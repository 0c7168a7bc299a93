package planning

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// PodChange is what a change of pod amounts to.
type PodChange int

const (
	// podSame is the same Pod in other words.
	podSame PodChange = iota
	// podHeld declares more of what the Pod already is, and removes nothing that a class didn't
	// derive.
	podHeld
	// podOther is another Pod.
	podOther
)

// ComparePod decides what a change of pod amounts to. Live reads the Pod, nil if it doesn't exist.
// Only other attributes change its spec, so the answer is the same at any time.
func ComparePod(ctx context.Context, prior, plan model.Resource, live func() (*corev1.Pod, error)) (PodChange, []string, diag.Diagnostics, error) {
	base, diags := manifest.BaseSpec(ctx, Known(ctx, plan.Instance))
	was, faults := podspec.Decode(prior.Pod)
	diags.Append(podspec.Diagnostics(faults)...)
	is, faults := podspec.Decode(plan.Pod)
	diags.Append(podspec.Diagnostics(faults)...)
	if diags.HasError() {
		return podSame, nil, diags, nil
	}
	paths := podspec.ChangedPaths(was, is, base)
	if !is.Known() {
		return podOther, paths, diags, nil
	}
	meant, err := podspec.Merge(base, is)
	if err != nil {
		return podOther, paths, diags, err
	}
	if !podspec.Holds(was.WithoutDerived(), podspec.WithDefaults(meant), manifest.ContainerName) {
		return podOther, paths, diags, nil
	}
	pod, err := live()
	if err != nil || pod == nil || !podspec.Holds(is, pod.Spec, manifest.MainContainer(pod).Name) {
		return podOther, paths, diags, err
	}
	return podHeld, nil, diags, nil
}

func podWarning(m model.Instance, paths []string) causes.Warning {
	what := "`pod`"
	if len(paths) > 0 {
		what = "`" + strings.Join(paths, "`, `") + "`"
	}
	return causes.Warning{
		Attribute: "pod", Summary: "Instance will be replaced because of its pod",
		Detail: fmt.Sprintf("A change of %s can't be made in place: a new Pod replaces %s.", what, m.Key().Ref()),
	}
}
