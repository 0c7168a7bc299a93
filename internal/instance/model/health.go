package model

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The keys of health_checks.
const (
	CheckLiveness  = "liveness"
	CheckReadiness = "readiness"
	CheckStartup   = "startup"
)

// Check is an element of health_checks.
type Check struct {
	HTTPPath         types.String `tfsdk:"http_path"`
	HTTPPort         types.String `tfsdk:"http_port"`
	HTTPS            types.Bool   `tfsdk:"https"`
	TCPPort          types.String `tfsdk:"tcp_port"`
	GRPCPort         types.Int64  `tfsdk:"grpc_port"`
	GRPCService      types.String `tfsdk:"grpc_service"`
	Command          types.List   `tfsdk:"command"`
	InitialDelay     types.Int64  `tfsdk:"initial_delay"`
	Period           types.Int64  `tfsdk:"period"`
	Timeout          types.Int64  `tfsdk:"timeout"`
	SuccessThreshold types.Int64  `tfsdk:"success_threshold"`
	FailureThreshold types.Int64  `tfsdk:"failure_threshold"`
}

func NewCheck() Check {
	return Check{Command: types.ListNull(types.StringType)}
}

func CheckType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"http_path":         types.StringType,
		"http_port":         types.StringType,
		"https":             types.BoolType,
		"tcp_port":          types.StringType,
		"grpc_port":         types.Int64Type,
		"grpc_service":      types.StringType,
		"command":           types.ListType{ElemType: types.StringType},
		"initial_delay":     types.Int64Type,
		"period":            types.Int64Type,
		"timeout":           types.Int64Type,
		"success_threshold": types.Int64Type,
		"failure_threshold": types.Int64Type,
	}}
}

func (c Check) Object() types.Object {
	return types.ObjectValueMust(CheckType().AttrTypes, map[string]attr.Value{
		"http_path":         c.HTTPPath,
		"http_port":         c.HTTPPort,
		"https":             c.HTTPS,
		"tcp_port":          c.TCPPort,
		"grpc_port":         c.GRPCPort,
		"grpc_service":      c.GRPCService,
		"command":           c.Command,
		"initial_delay":     c.InitialDelay,
		"period":            c.Period,
		"timeout":           c.Timeout,
		"success_threshold": c.SuccessThreshold,
		"failure_threshold": c.FailureThreshold,
	})
}
