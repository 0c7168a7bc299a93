package manifest

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// probesOf are a container's probes by the keys of health_checks.
func probesOf(c corev1.Container) map[string]*corev1.Probe {
	return map[string]*corev1.Probe{
		model.CheckLiveness:  c.LivenessProbe,
		model.CheckReadiness: c.ReadinessProbe,
		model.CheckStartup:   c.StartupProbe,
	}
}

// readChecks reads the probes of which health_checks can say all: HTTP headers,
// say, or a grace period of their own are beyond it.
func readChecks(c corev1.Container) types.Map {
	values := map[string]attr.Value{}
	for name, probe := range probesOf(c) {
		if probe == nil {
			continue
		}
		if check := readCheck(probe); equality.Semantic.DeepEqual(desiredProbe(check), probe) {
			values[name] = check.Object()
		}
	}
	return model.MapOrNull(model.CheckType(), values)
}

// declaredChecks reads the checks that were declared, whatever else is said of
// them.
func declaredChecks(c corev1.Container, prior types.Map) types.Map {
	if prior.IsUnknown() {
		return readChecks(c)
	}
	values := map[string]attr.Value{}
	for name, probe := range probesOf(c) {
		if probe != nil {
			values[name] = readCheck(probe).Object()
		}
	}
	return model.AsDeclared(model.MapOrNull(model.CheckType(), values), prior, model.CheckType())
}

func readCheck(probe *corev1.Probe) model.Check {
	c := model.NewCheck()
	c.InitialDelay = types.Int64Value(int64(probe.InitialDelaySeconds))
	c.Period = types.Int64Value(int64(probe.PeriodSeconds))
	c.Timeout = types.Int64Value(int64(probe.TimeoutSeconds))
	c.SuccessThreshold = types.Int64Value(int64(probe.SuccessThreshold))
	c.FailureThreshold = types.Int64Value(int64(probe.FailureThreshold))
	if http := probe.HTTPGet; http != nil {
		c.HTTPPath = types.StringValue(http.Path)
		c.HTTPPort = types.StringValue(http.Port.String())
		c.HTTPS = types.BoolValue(http.Scheme == corev1.URISchemeHTTPS)
	}
	if tcp := probe.TCPSocket; tcp != nil {
		c.TCPPort = types.StringValue(tcp.Port.String())
	}
	if grpc := probe.GRPC; grpc != nil {
		c.GRPCPort = types.Int64Value(int64(grpc.Port))
		c.GRPCService = types.StringValue(ptr.Deref(grpc.Service, ""))
	}
	if probe.Exec != nil {
		c.Command = model.TextList(probe.Exec.Command)
	}
	return c
}
