package instance

import (
	"math"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// healthChecksAttribute has Kubernetes' defaults for what every check has, so
// that plans and the policies that read them know the effective values.
func healthChecksAttribute() schema.Attribute {
	return schema.MapNestedAttribute{
		MarkdownDescription: "How the node finds out whether the instance is well, under the keys `liveness` (the program is started again when it fails), `readiness` (services send the instance no work while it fails, and an apply with `wait_for = \"Ready\"` waits until it passes) and `startup` (the other two don't begin until it has passed, so that a slow start isn't taken for a failure): `{ readiness = { http_path = \"/ready\", http_port = 8080 } }`. Each asks in exactly one way: by HTTP (`http_path` and `http_port`), by a TCP connection (`tcp_port`), by gRPC (`grpc_port`) or by a `command`. Left out, a program that runs counts as well. A check that is `null` or `{}` is the same as left out. A change replaces the instance.",
		Optional:            true,
		Validators: []validator.Map{
			mapvalidator.KeysAre(validate.OneOf(checkLiveness, checkReadiness, checkStartup)),
		},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"http_path": schema.StringAttribute{
				MarkdownDescription: "What to get by HTTP, such as `/healthz`. Any answer from 200 to 399 passes. Together with `http_port`.",
				Optional:            true,
				Validators:          []validator.String{validate.NotEmpty()},
			},
			"http_port": schema.StringAttribute{
				MarkdownDescription: "The port to get it from: a number such as `8080`, or the name of one of `ports`, such as `\"http\"`. Together with `http_path`.",
				Optional:            true,
				Validators:          []validator.String{validate.Port()},
			},
			"https": schema.BoolAttribute{
				MarkdownDescription: "Whether to get it by HTTPS; the certificate isn't checked. Left out or `false`, by HTTP.",
				Optional:            true,
			},
			"tcp_port": schema.StringAttribute{
				MarkdownDescription: "The port to connect to: a number such as `5432`, or the name of one of `ports`. A connection that is accepted passes.",
				Optional:            true,
				Validators:          []validator.String{validate.Port()},
			},
			"grpc_port": schema.Int64Attribute{
				MarkdownDescription: "The number of the port on which the program speaks the gRPC health checking protocol, such as `9090`.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, 65535)},
			},
			"grpc_service": schema.StringAttribute{
				MarkdownDescription: "The service to ask after by gRPC. Left out or `\"\"`, the server as a whole.",
				Optional:            true,
			},
			"command": schema.ListAttribute{
				MarkdownDescription: "A program to run inside of the instance, and its arguments: `[\"pg_isready\", \"-q\"]`. Exit code 0 passes. It is no shell command line.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{validate.NoNulls()},
			},
			"initial_delay":     countAttribute(0, 0, "Seconds from the program's start to the first check. Default: 0."),
			"period":            countAttribute(1, 10, "Seconds from one check to the next. Default: 10."),
			"timeout":           countAttribute(1, 1, "Seconds after which a check without an answer has failed. Default: 1."),
			"success_threshold": countAttribute(1, 1, "How many checks in a row have to pass after a failure. Default: 1, and for `liveness` and `startup` nothing else."),
			"failure_threshold": countAttribute(1, 3, "How many checks in a row have to fail. Default: 3."),
		}},
	}
}

func countAttribute(least, byDefault int64, description string) schema.Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: description,
		Optional:            true,
		Computed:            true,
		Default:             int64default.StaticInt64(byDefault),
		Validators:          []validator.Int64{int64validator.Between(least, math.MaxInt32)},
	}
}
