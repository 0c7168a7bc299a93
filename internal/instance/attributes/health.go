package attributes

import (
	"math"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// healthChecksAttribute has Kubernetes' defaults for what every check has, so
// that plans and the policies that read them know the effective values.
func healthChecksAttribute() schema.Attribute {
	return schema.MapNestedAttribute{
		MarkdownDescription: "Health checks that the node makes. The keys are `liveness`, `readiness` and `startup`. If `liveness` fails, the node restarts the program. While `readiness` fails, services send the instance no requests, and an apply with `wait_for = \"Ready\"` waits. Until `startup` passes, the node doesn't make the other two checks, so a slow start isn't a failure. Example: `{ readiness = { http_path = \"/ready\", http_port = 8080 } }`. Each check has exactly one method: HTTP (`http_path` and `http_port`), a TCP connection (`tcp_port`), gRPC (`grpc_port`), or a `command`. Without checks a program is healthy as long as it runs. A check that is `null` or `{}` is the same as left out. A change replaces the instance.",
		Optional:            true,
		Validators: []validator.Map{
			mapvalidator.KeysAre(validate.OneOf(model.CheckLiveness, model.CheckReadiness, model.CheckStartup)),
		},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"http_path": schema.StringAttribute{
				MarkdownDescription: "The path of an HTTP request, such as `/healthz`. The check passes if the status is 200 to 399. Needs `http_port`.",
				Optional:            true,
				Validators:          []validator.String{validate.NotEmpty()},
			},
			"http_port": schema.StringAttribute{
				MarkdownDescription: "The port of the HTTP request: a number such as `8080`, or a name from `ports`, such as `\"http\"`. Needs `http_path`.",
				Optional:            true,
				Validators:          []validator.String{validate.Port()},
			},
			"https": schema.BoolAttribute{
				MarkdownDescription: "Whether the request uses HTTPS. The node doesn't check the certificate. Default: `false`.",
				Optional:            true,
			},
			"tcp_port": schema.StringAttribute{
				MarkdownDescription: "The port of a TCP connection: a number such as `5432`, or a name from `ports`. The check passes if the program accepts the connection.",
				Optional:            true,
				Validators:          []validator.String{validate.Port()},
			},
			"grpc_port": schema.Int64Attribute{
				MarkdownDescription: "The number of the port on which the program serves the gRPC health checking protocol, such as `9090`.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, 65535)},
			},
			"grpc_service": schema.StringAttribute{
				MarkdownDescription: "The name of the service that the gRPC check asks about. Left out or `\"\"`, it asks about the server as a whole.",
				Optional:            true,
			},
			"command": schema.ListAttribute{
				MarkdownDescription: "A program that runs in the instance, with its arguments: `[\"pg_isready\", \"-q\"]`. The check passes if the exit code is 0. It isn't a shell command line.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{validate.NoNulls()},
			},
			"initial_delay":     countAttribute(0, 0, "Seconds from the program's start to the first check. Default: 0."),
			"period":            countAttribute(1, 10, "Seconds from one check to the next. Default: 10."),
			"timeout":           countAttribute(1, 1, "Seconds until a check without an answer fails. Default: 1."),
			"success_threshold": countAttribute(1, 1, "How many checks in a row must pass after a failure. Default: 1. `liveness` and `startup` allow only 1."),
			"failure_threshold": countAttribute(1, 3, "How many checks in a row must fail until the whole check fails. Default: 3."),
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
