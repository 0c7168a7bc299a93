package podgen

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func (g *Generator) seccomp() *corev1.SeccompProfile {
	switch g.r.IntN(6) {
	case 0:
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
	case 1:
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
	case 2:
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost, LocalhostProfile: ptr.To("profiles/a.json")}
	}
	return nil
}

func (g *Generator) appArmor() *corev1.AppArmorProfile {
	switch g.r.IntN(6) {
	case 0:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
	case 1:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: ptr.To("web")}
	}
	return nil
}

func (g *Generator) seLinux() *corev1.SELinuxOptions {
	if !g.one(6) {
		return nil
	}
	return &corev1.SELinuxOptions{Level: "s0:c1,c2", Type: pick(g, "", "container_t")}
}

func (g *Generator) containerSecurity() *corev1.SecurityContext {
	if g.one(3) {
		return nil
	}
	s := &corev1.SecurityContext{
		RunAsNonRoot:             maybe(g, true, false),
		RunAsUser:                maybe[int64](g, 0, 1000, 2000),
		RunAsGroup:               maybe[int64](g, 0, 1000),
		ReadOnlyRootFilesystem:   maybe(g, true, false),
		AllowPrivilegeEscalation: maybe(g, true, false),
		SeccompProfile:           g.seccomp(),
		AppArmorProfile:          g.appArmor(),
		SELinuxOptions:           g.seLinux(),
	}
	if g.one(2) {
		s.Capabilities = &corev1.Capabilities{Add: some(g, 2, g.capability), Drop: some(g, 2, g.capability)}
	}
	if g.one(8) {
		s.Privileged, s.AllowPrivilegeEscalation = ptr.To(true), nil
	}
	if g.one(8) {
		s.ProcMount = ptr.To(corev1.DefaultProcMount)
	}
	return s
}

func (g *Generator) capability() corev1.Capability {
	return pick[corev1.Capability](g, "ALL", "NET_BIND_SERVICE", "chown", "CAP_CHOWN", "SYS_ADMIN", "no such", "Kill")
}

func (g *Generator) security(spec *corev1.PodSpec) {
	if !g.one(3) {
		spec.SecurityContext = &corev1.PodSecurityContext{
			RunAsNonRoot:        maybe(g, true, false),
			RunAsUser:           maybe[int64](g, 0, 1000),
			RunAsGroup:          maybe[int64](g, 0, 1000),
			FSGroup:             maybe[int64](g, 2000),
			FSGroupChangePolicy: maybe(g, corev1.FSGroupChangeOnRootMismatch, corev1.FSGroupChangeAlways),
			SupplementalGroups:  some(g, 2, func() int64 { return 3000 }),
			SeccompProfile:      g.seccomp(),
			AppArmorProfile:     g.appArmor(),
			SELinuxOptions:      g.seLinux(),
		}
		if g.one(4) {
			spec.SecurityContext.Sysctls = []corev1.Sysctl{{Name: "net.ipv4.ip_local_port_range", Value: "1024 65535"}}
		}
	}
	spec.AutomountServiceAccountToken = maybe(g, true, false)
	spec.ShareProcessNamespace = maybe(g, true, false)
	spec.HostUsers = maybe(g, true)
}

func (g *Generator) scheduling(spec *corev1.PodSpec) {
	if g.one(3) {
		spec.NodeSelector = map[string]string{"kubernetes.io/os": "linux"}
	}
	spec.Tolerations = some(g, 2, g.toleration)
	spec.TerminationGracePeriodSeconds = maybe[int64](g, 0, 1, 30)
	spec.EnableServiceLinks = maybe(g, true, false)
	if g.one(6) {
		spec.ActiveDeadlineSeconds = ptr.To[int64](3600)
	}
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"team": "shop"}}
	if g.one(4) {
		spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
			MaxSkew: 1, TopologyKey: "kubernetes.io/hostname", WhenUnsatisfiable: pick(g, corev1.DoNotSchedule, corev1.ScheduleAnyway),
			LabelSelector: selector, NodeTaintsPolicy: maybe(g, corev1.NodeInclusionPolicyHonor), MatchLabelKeys: pick(g, nil, []string{"app.kubernetes.io/name"}),
		}}
	}
	if g.one(4) {
		term := corev1.PodAffinityTerm{TopologyKey: "kubernetes.io/hostname", LabelSelector: selector}
		spec.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
			PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{Weight: 10, PodAffinityTerm: term}},
		}}
		if g.one(2) {
			spec.Affinity.NodeAffinity = &corev1.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{{
				Weight: 1, Preference: corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{
					{Key: "a", Operator: corev1.NodeSelectorOpIn, Values: []string{"b", "c"}}, {Key: "d", Operator: corev1.NodeSelectorOpExists},
				}},
			}}}
		}
	}
	if g.one(6) {
		spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/ready"}}
	}
	if g.one(8) {
		spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/gate"}}
	}
}

func (g *Generator) toleration() corev1.Toleration {
	t := corev1.Toleration{Key: pick(g, "dedicated", "example.com/a"), Effect: pick(g, "", corev1.TaintEffectNoSchedule, corev1.TaintEffectNoExecute)}
	switch g.r.IntN(3) {
	case 0:
		t.Operator = corev1.TolerationOpExists
	case 1:
		t.Operator, t.Value = corev1.TolerationOpEqual, "x"
	}
	if t.Effect == corev1.TaintEffectNoExecute {
		t.TolerationSeconds = maybe[int64](g, 60, 0)
	}
	return t
}

func (g *Generator) network(spec *corev1.PodSpec) {
	if g.one(5) {
		spec.Hostname, spec.Subdomain = "host", pick(g, "", "sub")
		spec.SetHostnameAsFQDN = maybe(g, false)
	}
	if g.one(5) {
		spec.HostAliases = []corev1.HostAlias{{IP: "10.0.0.1", Hostnames: []string{"a.example.com", "b"}}, {IP: "10.0.0.2", Hostnames: []string{"c"}}}
	}
	if g.one(5) {
		spec.DNSPolicy = pick(g, corev1.DNSDefault, corev1.DNSNone, corev1.DNSClusterFirst)
		spec.DNSConfig = &corev1.PodDNSConfig{Nameservers: []string{"10.0.0.10"}, Searches: []string{"example.com"}, Options: []corev1.PodDNSConfigOption{{Name: "ndots", Value: ptr.To("2")}, {Name: "edns0"}}}
	}
	if g.one(6) {
		spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "registry"}}
	}
}
