package attributes

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// DataSource are a resource's, computed, and what changes by itself.
func DataSource() map[string]schema.Attribute {
	all := fw.ComputedAttributes(Instance(), "cluster", "name")
	maps.Copy(all, map[string]schema.Attribute{
		"ready": schema.BoolAttribute{
			MarkdownDescription: "Whether the instance runs and passes its readiness checks, so that services send it work.",
			Computed:            true,
		},
		"reason": schema.StringAttribute{
			MarkdownDescription: "Why the instance isn't ready, in Kubernetes' words: `Evicted`, `CrashLoopBackOff`, `ImagePullBackOff`, `OOMKilled`, `Unschedulable`… Null when nothing is wrong.",
			Computed:            true,
		},
		"problem": schema.StringAttribute{
			MarkdownDescription: "What is wrong with the instance, in a sentence, as an error or a warning of the resource says it: `Container app keeps ending (5 restarts): OOMKilled, exit code 137.`. Null when nothing is. A crash loop is named while the program happens to run, too. It has no text of programs and controllers in it.",
			Computed:            true,
		},
		"advice": schema.StringAttribute{
			MarkdownDescription: "What to do about `problem`. Null when there is none.",
			Computed:            true,
		},
		"restarts": schema.Int64Attribute{
			MarkdownDescription: "How often the program was started again.",
			Computed:            true,
		},
		"qos_class": schema.StringAttribute{
			MarkdownDescription: "The quality-of-service class. It decides which instances are evicted first when the node runs out of a resource: `BestEffort` (no requests and limits at all), then `Burstable`, last `Guaranteed` (CPU and memory requested up to their limits).",
			Computed:            true,
		},
		"started_at": schema.StringAttribute{
			MarkdownDescription: "When the node accepted the instance, such as `2026-03-01T09:30:00Z`. Null before that.",
			Computed:            true,
		},
		"conditions": schema.MapNestedAttribute{
			MarkdownDescription: "Kubernetes' conditions by type, such as `conditions[\"Ready\"].status`: `PodScheduled`, `Initialized`, `ContainersReady`, `Ready`, and others that the cluster adds.",
			Computed:            true,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"status":     computedText("`True`, `False` or `Unknown`."),
				"reason":     computedText("The cause, in one word."),
				"changed_at": computedText("When the status last changed."),
			}},
		},
		"last_termination": schema.SingleNestedAttribute{
			MarkdownDescription: "How the program last ended. Null when it never has.",
			Computed:            true,
			Attributes: map[string]schema.Attribute{
				"reason": computedText("The cause, in one word: `Completed`, `Error`, `OOMKilled`…"),
				"exit_code": schema.Int64Attribute{
					MarkdownDescription: "The program's exit code: 0 is success, 137 means that it was killed.",
					Computed:            true,
				},
				"finished_at": computedText("When it ended."),
			},
		},
	})
	return all
}

func computedText(description string) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}
