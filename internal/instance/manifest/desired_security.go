package manifest

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// desiredSecurity says what holds for the whole Pod, so that containers which
// others put into it start from it too, and what only a container can say.
func desiredSecurity(ctx context.Context, declared types.Object) (*corev1.PodSecurityContext, *corev1.SecurityContext, diag.Diagnostics) {
	var s model.Security
	diags := declared.As(ctx, &s, basetypes.ObjectAsOptions{})
	if diags.HasError() {
		return nil, nil, diags
	}
	pod := &corev1.PodSecurityContext{
		RunAsNonRoot:    s.RunAsNonRoot.ValueBoolPointer(),
		RunAsUser:       s.RunAsUser.ValueInt64Pointer(),
		RunAsGroup:      s.RunAsGroup.ValueInt64Pointer(),
		FSGroup:         s.FSGroup.ValueInt64Pointer(),
		SeccompProfile:  desiredSeccomp(s.SeccompProfile),
		AppArmorProfile: desiredAppArmor(s.AppArmorProfile),
		SELinuxOptions:  desiredSELinux(s.SELinux),
	}
	container := &corev1.SecurityContext{
		AllowPrivilegeEscalation: s.AllowPrivilegeEscalation.ValueBoolPointer(),
		ReadOnlyRootFilesystem:   s.ReadOnlyRootFilesystem.ValueBoolPointer(),
	}
	if drop, add := desiredCapabilities(s.CapabilitiesDrop), desiredCapabilities(s.CapabilitiesAdd); len(drop)+len(add) > 0 {
		container.Capabilities = &corev1.Capabilities{Drop: drop, Add: add}
	}
	return pod, container, diags
}

func desiredCapabilities(set types.Set) []corev1.Capability {
	var capabilities []corev1.Capability
	for _, name := range slices.Sorted(slices.Values(model.Texts(set))) {
		capabilities = append(capabilities, corev1.Capability(name))
	}
	return capabilities
}

func desiredSeccomp(profile types.String) *corev1.SeccompProfile {
	if profile.IsNull() {
		return nil
	}
	if file, local := strings.CutPrefix(profile.ValueString(), model.ProfileLocalhost); local {
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost, LocalhostProfile: &file}
	}
	return &corev1.SeccompProfile{Type: corev1.SeccompProfileType(profile.ValueString())}
}

func desiredAppArmor(profile types.String) *corev1.AppArmorProfile {
	if profile.IsNull() {
		return nil
	}
	if name, local := strings.CutPrefix(profile.ValueString(), model.ProfileLocalhost); local {
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: &name}
	}
	return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileType(profile.ValueString())}
}

func desiredSELinux(options types.Map) *corev1.SELinuxOptions {
	if len(options.Elements()) == 0 {
		return nil
	}
	parts := fw.StringMap(options)
	return &corev1.SELinuxOptions{User: parts["user"], Role: parts["role"], Type: parts["type"], Level: parts["level"]}
}
