package manifest

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// desiredChecks are the probes by the keys of health_checks; one that isn't
// declared is nil.
func desiredChecks(ctx context.Context, declared types.Map) (map[string]*corev1.Probe, diag.Diagnostics) {
	byName, diags := model.EntriesAs[model.Check](ctx, declared)
	probes := map[string]*corev1.Probe{}
	for name, check := range byName {
		probes[name] = desiredProbe(check)
	}
	return probes, diags
}

// desiredProbe sends all handlers that are declared, so that the API server
// refuses what wasn't known to be too many when it was validated. Numbers that
// are left out are its to fill in.
func desiredProbe(c model.Check) *corev1.Probe {
	probe := &corev1.Probe{
		InitialDelaySeconds: int32(c.InitialDelay.ValueInt64()),
		PeriodSeconds:       int32(c.Period.ValueInt64()),
		TimeoutSeconds:      int32(c.Timeout.ValueInt64()),
		SuccessThreshold:    int32(c.SuccessThreshold.ValueInt64()),
		FailureThreshold:    int32(c.FailureThreshold.ValueInt64()),
	}
	if !c.HTTPPath.IsNull() || !c.HTTPPort.IsNull() {
		probe.HTTPGet = &corev1.HTTPGetAction{Path: c.HTTPPath.ValueString(), Port: intstr.Parse(c.HTTPPort.ValueString()), Scheme: corev1.URISchemeHTTP}
		if c.HTTPS.ValueBool() {
			probe.HTTPGet.Scheme = corev1.URISchemeHTTPS
		}
	}
	if !c.TCPPort.IsNull() {
		probe.TCPSocket = &corev1.TCPSocketAction{Port: intstr.Parse(c.TCPPort.ValueString())}
	}
	if !c.GRPCPort.IsNull() {
		probe.GRPC = &corev1.GRPCAction{Port: int32(c.GRPCPort.ValueInt64()), Service: new(string)}
		*probe.GRPC.Service = c.GRPCService.ValueString()
	}
	if len(c.Command.Elements()) > 0 {
		probe.Exec = &corev1.ExecAction{Command: model.Texts(c.Command)}
	}
	return probe
}
