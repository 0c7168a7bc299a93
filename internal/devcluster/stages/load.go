// Package stages holds what becomes of simulated Pods and nodes, one file for each behaviour.
package stages

import (
	"embed"
	"fmt"
	"io/fs"
	"path"

	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/apis/v1alpha1"
	"sigs.k8s.io/yaml"
)

//go:embed *.yaml
var files embed.FS

//go:embed prelude.jq
var prelude string

// addresses precedes every template of a Pod's status. KWOK hands out an address at each call of PodIPWith.
const addresses = `{{ $host := NodeIPWith .spec.nodeName }}` +
	`{{ $ip := or .status.podIP (PodIPWith .spec.nodeName (or .spec.hostNetwork false) .metadata.uid .metadata.name .metadata.namespace) }}`

// Load reads all stages.
func Load() ([]*internalversion.Stage, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("listing the stages: %w", err)
	}
	var all []*internalversion.Stage
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the stage %s: %w", name, err)
		}
		stage, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("the stage %s: %w", name, err)
		}
		if want := path.Base(name); want != stage.Name+".yaml" {
			return nil, fmt.Errorf("the stage %s is called %s", name, stage.Name)
		}
		all = append(all, stage)
	}
	return all, nil
}

func parse(data []byte) (*internalversion.Stage, error) {
	var written v1alpha1.Stage
	if err := yaml.UnmarshalStrict(data, &written); err != nil {
		return nil, err
	}
	stage, err := internalversion.ConvertToInternalStage(&written)
	if err != nil {
		return nil, err
	}
	return withPreludes(stage), nil
}

// withPreludes puts the shared definitions before the stage's expressions and templates.
func withPreludes(stage *internalversion.Stage) *internalversion.Stage {
	for _, match := range stage.Spec.Selector.MatchExpressions {
		match.JQ.Key = prelude + match.JQ.Key
	}
	if delay := stage.Spec.Delay; delay != nil {
		for _, from := range []*internalversion.ExpressionFrom{delay.DurationFrom, delay.JitterDurationFrom} {
			if from != nil {
				from.JQ.Expression = prelude + from.JQ.Expression
			}
		}
	}
	if stage.Spec.ResourceRef.Kind == "Pod" {
		for _, step := range stage.Spec.Steps {
			if step.Patch != nil {
				step.Patch.Template = addresses + step.Patch.Template
			}
		}
	}
	return stage
}
