package manifest

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// restOf is what a Pod is beyond what the flat attributes say of it. Of a Pod
// that was made here it is taken from the record of what was sent, so that what
// others put into it isn't taken for declared, and then read off the live one.
func restOf(ctx context.Context, pod *corev1.Pod, m model.Instance) (types.Dynamic, diag.Diagnostics) {
	said, diags := BaseSpec(ctx, m)
	if diags.HasError() {
		return types.DynamicNull(), diags
	}
	sent, main := pod.Spec, MainContainer(pod).Name
	if _, there := pod.Annotations[mar.AnnotationSpec]; there {
		if recorded, err := SpecIn(pod); err != nil {
			diags.AddAttributeWarning(path.Root("pod"), "Unreadable record of an instance",
				fmt.Sprintf("The annotation %s of %s isn't a Pod's spec: %v. So the provider may take what other tools added to the instance as declared.", mar.AnnotationSpec, m.Key().Ref(), err))
		} else {
			sent, main = recorded, ContainerName
		}
	}
	sent = withEnv(withoutSecret(sent, OwnSecret(pod, m)), main, importedEnv)
	rest := podspec.Rest(sent, said, main)
	return podspec.Observed(rest, pod.Spec, MainContainer(pod).Name), diags
}

// RestNow is what a Pod is at this moment beyond what the flat attributes say.
func RestNow(ctx context.Context, pod *corev1.Pod, m model.Instance) (types.Dynamic, diag.Diagnostics) {
	said, diags := BaseSpec(ctx, m)
	main := MainContainer(pod).Name
	live := withEnv(pod.Spec, main, func(list []corev1.EnvVar) []corev1.EnvVar { return declaredEnv(list, m.Env) })
	return podspec.Rest(live, said, main), diags
}
